# The two commands of the README are `make demo` and `make test`. The variables, all optional:
#   PYTHON=python3.12     the Python that .venv is made with
#   WORKBENCH_HOME=...    the folder of results
#   TORCH_INDEX=...       an index that only torch is taken from, for instance PyTorch's own CPU index
SHELL := bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help environment packages demo test lint types imports notebooks unit test-gpu proof dashboard lab benchmarks docs gallery lock clean
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8866
export PYTHON TORCH_INDEX

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

environment: ## .venv from the lock; costs nothing when it is there
	@bash .ci/environment

packages:
	@bash .ci/packages

demo: environment ## The main job on scikit-learn's digits: prune, distil, quantize, measure, publish
	@$(BIN)/workbench demo

test: environment packages lint types imports notebooks unit ## Everything that has to hold; ends with pytest's closing line

lint: environment
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: environment
	@$(BIN)/mypy

imports: environment
	@$(BIN)/lint-imports

notebooks: environment ## The notebooks, every stored output compared
	@rm -rf build/notebooks-home
	@WORKBENCH_HOME="$(CURDIR)/build/notebooks-home" $(BIN)/python -m pytest --nbval --nbval-current-env \
		--nbval-cell-timeout=300 --nbval-sanitize-with=tests/notebooks/sanitize.cfg -p no:cacheprovider \
		notebooks/[0-9]*.ipynb

unit: environment packages
	@$(BIN)/python -m pytest -m "not gpu and not proof"

test-gpu: environment ## The tests that need an NVIDIA GPU
	@$(BIN)/python -m pytest -m gpu

proof: environment ## The long proofs: thousands of tries, kills at random moments
	@$(BIN)/python -m pytest -m proof

dashboard: environment ## The page, at PORT
	@$(BIN)/workbench dashboard --port $(PORT)

lab: environment ## JupyterLab with the panels' notebook open
	@$(BIN)/jupyter lab --LabApp.news_url=None --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate \
		notebooks/01-panels.ipynb

benchmarks: environment ## The ratios against other tools, one run
	@for script in benchmarks/*.py; do $(BIN)/python "$$script"; done

docs: environment ## The README's code and the quickstart from notebooks/ten_lines.py; the outputs of all notebooks
	@$(BIN)/python docs/build.py

gallery: environment packages ## The pictures of README and docs, taken anew from a real run
	@GALLERY="$(CURDIR)/docs/gallery" $(BIN)/python -m pytest tests/browser
	@$(BIN)/workbench demo && $(BIN)/workbench frontier demo --plot docs/gallery/frontier.png

lock: ## requirements.lock written anew, from the newest versions that pyproject.toml allows
	@bash .ci/lock

clean: ## Takes away .venv and everything that was built or cached in this folder
	rm -rf .venv build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
