# `make demo` and `make test` set themselves up in .venv from the pinned files in envs/.
SHELL := /bin/bash
PYTHON ?= python3
CORES ?= all
# Processes that run tests side by side: one a processor, and up to four (each takes 1 GB).
WORKERS ?= logical --maxprocesses 4
VENV := .venv
PIP := $(VENV)/bin/python -m pip install --quiet -c envs/constraints.txt
# `snakemake`, and the `python` of its jobs, are those of .venv.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help install demo label-demo status test test-slurm drills lint format docs hashes

help:
	@echo "make demo     the paper's five scenarios on digits, to figures and a table (minutes)"
	@echo "make label-demo   you are the annotator: label digits on a page in the browser"
	@echo "make status   where a sweep stands, from its files alone (SWEEP=name for another one)"
	@echo "make test     linters and all tests, but for those on Slurm"
	@echo "make test-slurm   tests on a real Slurm of one node, started and stopped here"
	@echo "make drills   kill, interrupt and damage sweeps at random moments; prints a table (an hour)"
	@echo "make lint     linters alone"
	@echo "make format   let ruff and snakefmt rewrite the files"
	@echo "make docs     write docs/configuration.md from the schema of the settings"
	@echo "make hashes   write envs/hashes.txt from the pinned versions (needs the network)"
	@echo "make install  only the set-up, into $(VENV)"

install: $(VENV)/ready

demo: $(VENV)/ready
	snakemake all --cores $(CORES) --scheduler greedy --rerun-incomplete --quiet host reason rules --config sweep=demo
	@echo; cat results/sweeps/demo/tables/summary.md
	@echo; echo "Figures and tables: results/sweeps/demo/"

# The page's address is printed as soon as there is something to ask.
label-demo: $(VENV)/ready
	snakemake all --cores $(CORES) --scheduler greedy --rerun-incomplete --quiet host reason rules --config sweep=label-demo
	@echo; echo "Your labels: results/digits-by-hand/uncertain+cluster/seed-0/labels.csv"

# Installs nothing: it may be asked while a sweep runs.
status:
	@PYTHONPATH=workflow:workflow/scripts python -m orchestration.operation.status $(SWEEP)

test: $(VENV)/ready-to-test lint
	@tests/browser/install.sh
	python -m pytest -rs --numprocesses $(WORKERS) --dist loadfile --ignore tests/slurm

# Installs Debian's packages where this runs as root; a Slurm that is here is not used or changed.
test-slurm: $(VENV)/ready-to-test
	@tests/slurm/install.sh
	python -m pytest -rs tests/slurm

drills: $(VENV)/ready-to-test
	@tests/slurm/install.sh
	python -m tests.faults
	python -m tests.faults --slurm

lint: $(VENV)/ready-to-test
	ruff check .
	ruff format --check .
	snakefmt --check --compact-diff Snakefile workflow
	snakemake --lint

format: $(VENV)/ready-to-test
	ruff check --fix .
	ruff format .
	snakefmt Snakefile workflow

docs: $(VENV)/ready
	PYTHONPATH=workflow:workflow/scripts python -m orchestration.planning.document

# Hashes of all files that the package index lists for a version, for every platform.
hashes: $(VENV)/ready
	$(PIP) uv==0.13.9
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--constraints envs/constraints.txt --output-file envs/hashes.txt envs/requirements.txt

$(VENV)/ready: envs/requirements.txt envs/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@# Debian's python3 may come without ensurepip; then pip installs pip.
	$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(VENV)/bin/python install --quiet pip; }
	@echo "Installing into $(VENV) (torch is large: some minutes)"
	$(PIP) -r envs/requirements.txt
	@touch $@

$(VENV)/ready-to-test: $(VENV)/ready envs/requirements-test.txt envs/requirements-timm.txt envs/requirements-text.txt
	$(PIP) -r envs/requirements-test.txt
	@touch $@
