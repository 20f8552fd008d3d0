# Two commands for everyone: make demo and make test. They need Python 3.11 or later and nothing else.

PYTHON ?= $(firstword $(foreach it,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(it) -c 'import sys; sys.version_info >= (3, 11) and print("$(it)")' 2>/dev/null)))
BIN = .venv/bin

.PHONY: demo test lint hooks docs tables clean

demo: .venv/demo ## Install crowsfoot and lint the example project
	@$(BIN)/crowsfoot check examples/shop --fail-on never

test: .venv/test ## Install what the tests need and run all of them
	$(BIN)/pytest -n auto

lint: .venv/dev ## Everything but the tests that has to be green
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

hooks: .venv/dev ## Both pre-commit hooks, in a repository of their own
	.ci/hooks

docs: .venv/demo ## Write the page of all rules anew
	$(BIN)/crowsfoot rule --output markdown > docs/rules.md

tables: .venv/demo ## Make the parse tables of the Prisma grammar anew
	PYTHONHASHSEED=0 $(BIN)/python -c "from crowsfoot.frontends.prisma import parser, tables; print(tables.tables(parser.PrismaLexer), end='')" > .venv/tables.json
	mv .venv/tables.json linter/crowsfoot/frontends/prisma/prisma.tables.json

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Each stamp is an installation that is newer than what it was made from.
.venv/demo: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/test: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ .venv/demo

.venv/dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/test .venv/demo

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "crowsfoot needs Python 3.11 or later, and none was found; set PYTHON=" >&2; exit 1; }
	$(PYTHON) -m venv .venv
