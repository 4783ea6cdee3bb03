"""The store: all queries of this program, one module for each resource.

    from models.engine import open_database
    from models.store import departments, obligations, speeches
    from models.store.filters import Filter

    database = open_database("sqlite:///duban.db")
    with database.writing() as connection:
        saved = speeches.save(connection, raw, extract(raw), title="在推进会上的讲话")
    with database.reading() as connection:
        page = obligations.page(connection, Filter(departments=("卫健局",), role="lead"), ordering="due", limit=50)
        later = obligations.page(connection, ..., cursor=page.next)

Every function takes a Connection of `Database.reading` or `Database.writing` first, so that the caller says what
belongs to one transaction. Functions block: call them from a worker thread, not from an event loop.

    speeches     find(text), save, get, get_text, get_extraction, page(q), remove, reextract
    filters      Filter says which obligations are meant
    obligations  page, stream, count, facets, get, load
    followup     update (status and progress), correct (parties, deadlines, modality), each with a version
    directives   page, get: points with their path, heading, parties, deadlines and obligations
    departments  seed, resolve, page
    quarantine   page, in_force(day)
    access       create_key, authenticate, revoke_key; remember, recall for idempotency keys
    audit        record, history
    stats        totals

Errors are those of `models.errors`, each with `str()` in English and `.chinese`: UnstorableText (a text with U+0000 or
half a surrogate pair is refused on both databases), BadFilter, NotFound, VersionConflict, KeyReused.
Views are frozen dataclasses; offsets are code points of the raw text, instants set by the program naive UTC.
"""
