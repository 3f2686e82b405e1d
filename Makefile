# make help lists the targets. Everything is made inside this folder: .venv, .venv-qgis and build.

PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
PYTEST_ARGS ?=
GPU_ARGS ?=
RACE_ARGS ?=
BARE_VERSION ?= 3.12

CORE := .venv/bin/python
PLUGIN := .venv-qgis/bin/python

# As many processes as cores; more than eight cost more in imports than they win. A module's tests stay in one
# process, so that what they share (a trained network, a profile of QGIS) is made once, and run in their order.
PYTEST := -m pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder
SOURCES := dis2_core training qgis_plugin benchmarks demo docs tools tests

export PYTHON QGIS_PYTHON

# The tests use all cores as it is. The two set-ups wait for different things, and are let run side by side.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

.PHONY: setup setup-core setup-qgis
setup: ## make both environments; installs QGIS where apt can
	@$(MAKE) --no-print-directory -j2 SIDE_BY_SIDE=1 setup-core setup-qgis

setup-core: ## the environment of library, CLI and training alone (no QGIS)
	@bash tools/setup.sh core

setup-qgis: ## the environment of the plugin's tests; installs QGIS where apt can
	@bash tools/setup.sh qgis

.PHONY: test test-fast test-core test-training test-plugin test-qgis-matrix
test: setup lint test-core test-training test-plugin ## lint, then every test

test-fast: override PYTEST_ARGS += -m "not slow" --durations=5 --durations-min=0.5
test-fast: setup test-core test-training test-plugin ## every test that takes half a second at most

test-core: setup-core ## tests of library and CLI
	$(CORE) $(PYTEST) tests/core $(PYTEST_ARGS)

test-training: setup-core ## tests of method and training
	$(CORE) $(PYTEST) tests/training $(PYTEST_ARGS)

test-plugin: setup package ## tests of the assembled plugin, in real QGIS
	QT_QPA_PLATFORM=offscreen DIS2_PYTHON=$(CURDIR)/$(CORE) $(PLUGIN) $(PYTEST) tests/plugin $(PYTEST_ARGS)

test-qgis-matrix: setup-core ## the plugin's tests on QGIS 3.40 and 3.44 in Debian roots (needs root)
	bash tools/qgis_matrix.sh test

.PHONY: faults
faults: setup-core ## long runs of kills, refusals and fuzzed files; FAULTS_ROUNDS, FAULTS_SEED
	$(CORE) $(PYTEST) tests/faults $(PYTEST_ARGS)

# flake8-qgis: imports and Qt 6. QGS105 would have iface imported, which is none without a window.
.PHONY: lint format
lint: setup-core ## ruff, mypy --strict, hadolint, and QGIS's rules for Qt 6
	$(CORE) -m ruff check $(SOURCES)
	$(CORE) -m ruff format --check $(SOURCES)
	$(CORE) -m mypy
	.venv/bin/hadolint Dockerfile
	$(CORE) -m flake8 --isolated --select QGS1,QGS4 --extend-ignore QGS105 qgis_plugin

format: setup-core ## let ruff put the code in order
	$(CORE) -m ruff check --fix $(SOURCES)
	$(CORE) -m ruff format $(SOURCES)

.PHONY: package
package: setup-core ## the plugin: build/dis2/ and the zip that QGIS installs; RELEASE=1: for an upload
	$(CORE) tools/package.py $(if $(RELEASE),--release)

.PHONY: dist
dist: setup-core ## wheel and sdist of library, CLI and training: build/dist/
	$(CORE) -m build -q --no-isolation --outdir build/dist .

.PHONY: docs
docs: setup-core ## the documentation as a site: build/site/index.html
	NO_MKDOCS_2_WARNING=1 $(CORE) -m mkdocs build --quiet --strict
	@echo "docs: build/site/index.html"

.PHONY: demo readme-picture
demo: setup package ## three scenarios through QGIS on a real scene, or on a generated city
	$(CORE) -m demo

readme-picture: setup package ## docs/images/demo.png anew, from the generated city
	$(CORE) -m demo --scene city --picture docs/images/demo.png

.PHONY: gpu gpu-wheels gpu-bare
gpu: setup-core ## what a CUDA device does with it, in five minutes: build/gpu/gpu.md; GPU_ARGS
	$(CORE) benchmarks/gpu.py $(GPU_ARGS)

# pip matches a manylinux tag exactly.
gpu-wheels: setup-core ## what a bare machine lacks beside torch, for its Python: BARE_VERSION=3.12
	rm -rf build/wheels
	$(CORE) -m pip download -q -c constraints.txt --no-deps --only-binary=:all: --implementation cp \
		--python-version $(BARE_VERSION) --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 \
		--platform manylinux2014_x86_64 -d build/wheels affine click-plugins cligj pyproj rasterio

gpu-bare: ## gpu with $(PYTHON), which has torch, pytest and lightning, and with those wheels; no package index
	$(PYTHON) -m pip install -q -c constraints.txt --no-index --no-deps --upgrade --target build/bare build/wheels/*.whl
	ln -sfn $(CURDIR)/training build/bare/dis2_training
	PYTHONPATH=$(CURDIR)/build/bare:$(CURDIR) $(PYTHON) benchmarks/gpu.py $(GPU_ARGS)

.PHONY: race
race: build/race/.ready ## dis2 segment against what people use, see docs/benchmarks.md; RACE_ARGS
	build/race/bin/python benchmarks/race.py $(RACE_ARGS)

# An environment that sees .venv and adds the rivals, without what they would bring along.
build/race/.ready: benchmarks/rivals.txt constraints.txt | setup-core
	$(CORE) -m venv build/race
	$(CORE) -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> $$(build/race/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/dis2.pth
	build/race/bin/python -m pip install -q -c constraints.txt --no-deps -r benchmarks/rivals.txt
	touch $@

.PHONY: screenshots
screenshots: setup ## docs/images anew: the tutorial in a window of QGIS (needs Xvfb; Chromium for reports)
	$(CORE) docs/screenshots.py

.PHONY: constraints
constraints: ## write what is installed in .venv to constraints.txt
	$(CORE) tools/constraints.py

.PHONY: lock translations
lock: setup-core ## the locks of the plugin's private runtime anew (needs uv and the package index)
	$(CORE) tools/lock.py

translations: setup-core ## bring the plugin's translations up to date with its texts
	$(CORE) tools/translations.py

.PHONY: clean distclean
clean: ## remove what was built
	rm -rf build *.egg-info

distclean: clean ## and the environments
	rm -rf .venv .venv-qgis .mypy_cache .ruff_cache .pytest_cache .hypothesis
