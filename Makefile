# Everything runs in .venv, made from the hashed lock files; nothing is installed outside of it.
PYTHON ?= python3
BIN := .venv/bin
SHARED ?= ../shared
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: help demo serve test lint types imports pytest bench eval schema lock clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1	\2/'

# The project itself is installed in place, so a change in the sources needs no second installation.
.venv/run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

DEMO_DB := sqlite:///demo-out/duban.db

demo: .venv/run  ## set up, read the samples, store them, query by department, write a ledger
	@rm -rf demo-out && mkdir demo-out
	@$(BIN)/duban extract --table samples/安全生产会议讲话.txt
	@$(BIN)/duban ingest --database-url $(DEMO_DB) samples
	@$(BIN)/duban query --database-url $(DEMO_DB) --department 公安局 --limit 10
	@$(BIN)/duban export --database-url $(DEMO_DB) -o demo-out/obligations.csv
	@head -n 4 demo-out/obligations.csv
	@echo "… demo-out/obligations.csv (all samples; open it in Excel or WPS)"
	@echo "Start the service on these records:  make serve"

serve: .venv/run  ## the REST service on 127.0.0.1:8000; with the records of the demo if it was run
	@test -d demo-out || mkdir demo-out
	$(BIN)/duban serve --database-url $(DEMO_DB)

test: lint types imports pytest  ## every check, in under three minutes

lint: .venv/dev  ## style
	$(BIN)/ruff check .

types: .venv/dev  ## types
	$(BIN)/mypy

imports: .venv/dev  ## which package may import which
	$(BIN)/lint-imports

pytest: .venv/dev  ## tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: .venv/dev  ## speed, and linear time on hostile input
	$(BIN)/python -m bench.speed
	@test ! -d $(SHARED)/seeds || $(BIN)/python -m bench.speed $(SHARED)/seeds $(SHARED)/texts2
	$(BIN)/python -m bench.linear

eval: .venv/dev  ## scores on the annotated speeches (EVAL=--write renews docs/accuracy.md, EVAL=--record adds to its history)
	$(BIN)/python -m bench.accuracy --shared $(SHARED) $(EVAL)

schema: .venv/run  ## renew docs/extraction.schema.json after a change of the records
	$(BIN)/python -c "import json; from models.records import json_schema; print(json.dumps(json_schema(), ensure_ascii=False, indent=1))" \
	  > docs/extraction.schema.json

lock: .venv/dev  ## renew both lock files after a change of the dependencies
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --no-annotate -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --no-annotate -c requirements.lock --extra dev -o requirements-dev.lock pyproject.toml

clean:  ## remove what the targets made
	rm -rf .venv demo-out build dist *.egg-info
