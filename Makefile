# The commands of the project. They need Python 3.11 or later, make and git; everything else they install themselves.

PORT ?= 8000
DEMO ?= 1
export PORT DEMO TESTS WORKERS DATABASE DRILL

with-python = @python=$$($(SHELL) scripts/find-python) && exec "$$python" -m

.PHONY: run test lint format bench drill docs audit lock clean help

run: ## set up, load the demonstration on the first start, serve it (PORT=8000, DEMO=0 starts empty)
	$(with-python) scripts.run

test: ## set up, then all checks and tests (TESTS="tests/unit -k money", WORKERS=2)
	$(with-python) scripts.check test

lint: ## style, types, import rules, templates, translations
	$(with-python) scripts.check lint

format: ## mend style and format where that can be done by itself
	@.venv/bin/python -m ruff check --fix --quiet; .venv/bin/python -m ruff format

bench: ## measure; one JSON object per figure
	$(with-python) scripts.bench

drill: ## end web server and worker at every step of money and mail, then check the books; DRILL=guests: 5,000 contacts become 230 supported guests; DRILL=gates: gates lose network and power (DATABASE="sqlite postgres")
	$(with-python) scripts.drill

docs: ## make the documents that follow from the code (settings, data model, states)
	@.venv/bin/python -m scripts.docs

audit: ## ask the public lists of known weaknesses about all locked packages
	$(with-python) scripts.check audit

lock: ## pin requirements*.in and package.json anew (UPGRADE=1 takes the newest versions)
	$(with-python) scripts.lock

clean: ## remove what was installed and built; data under instance/ stays
	@rm -rf .venv .fairs node_modules static/dist test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find fairs tests scripts migrations -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null; true
	@find fairs/translations -name '*.mo' -delete 2>/dev/null; true

help: ## this list
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile | awk -F'\t' '{printf "make %-8s %s\n", $$1, $$2}'
