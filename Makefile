# Needs python3 (3.11 or newer, with venv) and make; everything else is set up in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test long fuzz judges-java lint layers format clean
.DELETE_ON_ERROR:

demo: .venv/.installed
	rm -rf demo-out
	$(BIN)/hutong demo -o demo-out

test: .venv/.installed-dev lint layers
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report= -m "not exhaustive and not long"
	$(BIN)/coverage report
	HUTONG_STRICT_SKIPS= $(BIN)/python -m pytest -n auto -m exhaustive

# More cases of what a seeded share of is in every run.
long: .venv/.installed-dev
	HUTONG_STRICT_SKIPS= $(BIN)/python -m pytest -m long

# An hour of coverage-guided fuzzing of one reader: make fuzz TARGET=jades SECONDS=3600.
fuzz: .venv/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris>=3.0'
	$(BIN)/python tests/signing/fuzz_atheris.py $(TARGET) -max_total_time=$(or $(SECONDS),3600)

# Judges in Java; needs a JDK and Maven, and Maven Central the first time.
judges-java: .venv/.installed-dev
	for pom in tests/judges/java/*/pom.xml; do \
		mvn --quiet --batch-mode --file $$pom compile dependency:build-classpath \
			-Dmdep.outputFile=target/classpath || exit 1; \
	done
	HUTONG_STRICT_SKIPS= $(BIN)/python -m pytest tests/judges/java/*/judge_*.py

lint: .venv/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# The layers are checked on the layout of the wheel, where cli.py is gateway.cli.
layers: .venv/.installed-dev
	rm -rf build/layers
	mkdir -p build/layers
	cp -r gateway build/layers/
	cp cli.py build/layers/gateway/
	cd build/layers && $(CURDIR)/$(BIN)/lint-imports --no-cache --no-logo --config $(CURDIR)/pyproject.toml

format: .venv/.installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf .venv build dist demo-out .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than 3.11; say make PYTHON=python3.12, for example" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "on Debian: apt install python3-venv" >&2; exit 1; }

.venv/.installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/.installed-dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/.installed
