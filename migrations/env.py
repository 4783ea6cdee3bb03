"""What Alembic runs: the migrations, on the connection and in the transaction that `models.migrate` has opened."""

from alembic import context

from models import migrate
from models.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=migrate.is_described,
    # SQLite undoes schema changes as well; Alembic would commit between them, because the driver's default does.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
