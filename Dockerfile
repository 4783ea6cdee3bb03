# syntax=docker/dockerfile:1
# Built in one stage from the hashed lock, run in another without build tools and as nobody in particular.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/duban
COPY requirements.lock ./
RUN /opt/duban/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY extractor extractor
COPY models models
COPY api api
COPY migrations migrations
RUN /opt/duban/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /data --create-home duban
COPY --from=build /opt/duban /opt/duban
ENV PATH=/opt/duban/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DUBAN_HOST=0.0.0.0 \
    DUBAN_PORT=8000 \
    DUBAN_DATABASE_URL=sqlite:////data/duban.db \
    DUBAN_LOG_FORMAT=json
USER 10001
WORKDIR /data
# Holds the SQLite file; not needed with PostgreSQL.
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["duban"]
CMD ["serve"]
