# make help lists the targets. Everything is made inside this folder: .venv, .venv-qgis and build.

PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
PYTEST_ARGS ?=

CORE := .venv/bin/python
PLUGIN := .venv-qgis/bin/python
SOURCES := dis2_core training qgis_plugin benchmarks demo docs tools tests

export PYTHON QGIS_PYTHON

# Two set-ups at once would fight over apt's lock, and the tests use all cores as it is.
.NOTPARALLEL:

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

.PHONY: setup setup-core setup-qgis
setup: setup-core setup-qgis ## make both environments; installs QGIS where apt can

setup-core: ## the environment of library, CLI and training alone (no QGIS)
	@bash tools/setup.sh core

setup-qgis: ## the environment of the plugin's tests; installs QGIS where apt can
	@bash tools/setup.sh qgis

.PHONY: test test-core test-training test-plugin
test: setup lint test-core test-training test-plugin ## lint, then every test

test-core: setup-core ## tests of library and CLI
	$(CORE) -m pytest tests/core $(PYTEST_ARGS)

test-training: setup-core ## tests of method and training
	$(CORE) -m pytest tests/training $(PYTEST_ARGS)

test-plugin: setup package ## tests of the assembled plugin, in real QGIS
	QT_QPA_PLATFORM=offscreen DIS2_PYTHON=$(CURDIR)/$(CORE) $(PLUGIN) -m pytest tests/plugin $(PYTEST_ARGS)

.PHONY: lint format
lint: setup-core ## ruff and mypy --strict
	$(CORE) -m ruff check $(SOURCES)
	$(CORE) -m ruff format --check $(SOURCES)
	$(CORE) -m mypy

format: setup-core ## let ruff put the code in order
	$(CORE) -m ruff check --fix $(SOURCES)
	$(CORE) -m ruff format $(SOURCES)

.PHONY: package
package: setup-core ## the plugin: build/dis2/ and the zip that QGIS installs
	$(CORE) tools/package.py

.PHONY: demo readme-picture
demo: setup package ## three scenarios through QGIS on a real scene, or on a generated city
	$(CORE) -m demo

readme-picture: setup package ## docs/images/demo.png anew, from the generated city
	$(CORE) -m demo --scene city --picture docs/images/demo.png

.PHONY: constraints
constraints: ## write what is installed in .venv to constraints.txt
	$(CORE) tools/constraints.py

.PHONY: clean distclean
clean: ## remove what was built
	rm -rf build *.egg-info

distclean: clean ## and the environments
	rm -rf .venv .venv-qgis .mypy_cache .ruff_cache .pytest_cache .hypothesis
