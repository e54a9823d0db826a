# The commands of the book. `make` alone lists them. Every command sets up what it needs (.venv), so
# each can be the first; an environment that is up to date is left alone. Works with GNU make 3.81.
# All paths are relative, because a checkout's own path may hold spaces.

ifeq ($(OS),Windows_NT)
PYTHON ?= python
VENV_PYTHON := .venv/Scripts/python.exe
else
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
endif

export PYTHONUTF8 = 1

# The C library of Linux gives large arrays back to the system when they are freed, and a training
# asks for the same ones in its next step: of chapter 2 that was 12 to 20% of the time. Keep them.
export MALLOC_MMAP_THRESHOLD_ = 1073741824
export MALLOC_TRIM_THRESHOLD_ = 4294967296

.DEFAULT_GOAL := help
.PHONY: help setup book test notebooks serve lint format kenlm benchmarks lock clean distclean
.PHONY: coverage distributed-demo matrix mutation pdf types

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s%s\n", $$1, $$2 }' Makefile

setup: ## make .venv, the book's Python environment (all other commands do this themselves)
	@command -v "$(PYTHON)" > /dev/null || { \
	  echo "Python was not found: install Python 3.11.5 to 3.13, or name it: make PYTHON=/path/to/python" >&2; \
	  exit 1; }
	@"$(PYTHON)" tools/bootstrap.py

book: setup ## build the site into _build/html
	@$(VENV_PYTHON) tools/build_site.py

pdf: setup ## set the book as a PDF to print, in _build/pdf (needs XeLaTeX; says what is missing)
	@$(VENV_PYTHON) tools/build_pdf.py

test: setup ## check everything: lint, unit tests, every output of every notebook, the site
	@$(VENV_PYTHON) tools/run_tests.py

notebooks: setup ## run all notebooks anew and store their outputs
	@$(VENV_PYTHON) tools/run_notebooks.py

serve: book ## show the site in the browser, at http://localhost:8000
	@echo "Serving the book at http://localhost:8000 (Ctrl-C ends it)"
	@$(VENV_PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html 8000

lint: setup ## check the style of code and notebooks with ruff
	@$(VENV_PYTHON) -m ruff check
	@$(VENV_PYTHON) -m ruff format --check

format: setup ## put code and notebooks into ruff's format
	@$(VENV_PYTHON) -m ruff check --fix-only
	@$(VENV_PYTHON) -m ruff format

kenlm: setup ## build KenLM, the referee of the n-gram models (needs cmake, C++ and Boost)
	@$(VENV_PYTHON) tools/build_kenlm.py

matrix: setup ## run the notebooks under other versions and settings (takes hours)
	@$(VENV_PYTHON) -m nox -- $(NOTEBOOKS)

coverage: setup ## count the lines and branches of the package that the unit tests reach
	@$(VENV_PYTHON) -m coverage erase
	@$(VENV_PYTHON) -m coverage run -m pytest -q -n 2 -p no:randomly --doctest-modules tests lmbook_utils --ignore=tests/site
	@$(VENV_PYTHON) -m coverage combine --quiet
	@$(VENV_PYTHON) -m coverage report --fail-under=95

mutation: setup ## change the package, and count the changes that no test notices (takes hours)
	@$(VENV_PYTHON) -m nox -s mutation

types: setup ## check the package's types with mypy
	@$(VENV_PYTHON) -m mypy

benchmarks: setup ## run the speed and memory comparisons in benchmarks/, if there are any
	@set -- benchmarks/*.py; \
	if [ ! -e "$$1" ]; then echo "There are no benchmarks yet."; exit 0; fi; \
	for script in "$$@"; do echo "== $$script"; $(VENV_PYTHON) "$$script" || exit 1; done

distributed-demo: setup ## train with two processes and with one, and compare the weights (chapter 9)
	@$(VENV_PYTHON) -m lmbook_utils.distributed --workers 2 --compare

lock: setup ## write requirements.txt anew from pyproject.toml (needs uv; UPGRADE=1 for new versions)
	@$(VENV_PYTHON) tools/lock.py $(if $(UPGRADE),--upgrade)

clean: ## delete what was built, and caches; .venv stays
	@rm -rf _build .pytest_cache .ruff_cache .mypy_cache .hypothesis .nox mutants .coverage*
	@find . -name .venv -prune -o -name .git -prune -o \
	  \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -print0 | xargs -0 rm -rf

distclean: clean ## delete .venv too
	@rm -rf .venv .venv.lock .venv-setup.log *.egg-info
