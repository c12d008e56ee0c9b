# The command file: people and CI call these targets and nothing else.
# It needs make and Python 3.11 or newer; everything else is installed into .venv from requirements.lock.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
LOCKED := .venv/.sealane-locked
STAMP := .venv/.sealane-setup

# A virtual environment holds absolute paths: in a repository that was moved or copied it has to be made again.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(LOCKED): FORCE
endif

# Two terminals may start in a fresh clone at once; where flock exists the second waits for the first.
ONE_AT_A_TIME := $(if $(shell command -v flock),flock requirements.lock)

##@ Start here

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z][a-z0-9-]*:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: ## Create .venv with every extra, exactly as locked; does nothing when it is fresh
	@$(ONE_AT_A_TIME) $(MAKE) --silent $(STAMP)

.PHONY: run
run: setup ## Start the gateway on examples/routes.yaml, with a stub for each provider that has no key
	@exec $(BIN)/sealane up -f examples/routes.yaml --with-stubs $(ARGS)

.PHONY: test
test: setup check ## Run every check and every test
	@$(BIN)/python -m pytest $(ARGS)

##@ While you work

.PHONY: fmt
fmt: setup ## Format the code and fix what ruff can fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: check
check: setup ## Judge without running: ruff, formatting, mypy --strict, import layers
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "not formatted: run 'make fmt'" >&2; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: test-unit
test-unit: setup ## Test each module by itself (seconds)
	@$(BIN)/python -m pytest tests/unit $(ARGS)

.PHONY: test-architecture
test-architecture: setup ## Test the house: layers, layout, names, docs, lock file
	@$(BIN)/python -m pytest tests/architecture $(ARGS)

.PHONY: test-integration
test-integration: setup ## Test the real router against the real stub provider and real clients
	@$(BIN)/python -m pytest tests/integration $(ARGS)

.PHONY: test-contract
test-contract: setup ## Test that what is written twice says the same: CRDs, their page, their laws
	@$(BIN)/python -m pytest tests/contract $(ARGS)

.PHONY: test-cluster
test-cluster: setup $(if $(KUBECONFIG),,cluster) ## Test against a real Kubernetes API: our own, or the one KUBECONFIG names
	@$(BIN)/python -m pytest tests/cluster $(ARGS)

.PHONY: test-slow
test-slow: setup ## Run only the tests marked slow
	@$(BIN)/python -m pytest -m slow $(ARGS)

.PHONY: proof
proof: setup cluster ## Prove rollouts and rollbacks in full, on a real API server and under load (40 minutes); writes docs/proof.md
	@$(BIN)/python -m pytest tests/proof --full $(ARGS)

.PHONY: scorecard
scorecard: setup ## Print the table of provider faults: what the client, the breaker and the provider see
	@$(BIN)/python tests/scorecard/run.py $(ARGS)

.PHONY: bench
bench: setup ## Measure the router on this machine
	@$(BIN)/python bench/run.py $(ARGS)

.PHONY: bench-intake
bench-intake: setup ## Measure how fast one investigator on one core accepts 2,000 errors a second (half a minute)
	@$(BIN)/python bench/intake.py $(ARGS)

.PHONY: bench-store
bench-store: setup postgres ## Measure the investigator's store on PostgreSQL with a million occurrences (minutes); prints plans
	@$(BIN)/python bench/store.py $(ARGS)

.PHONY: eval
eval: setup ## Measure the investigator's diagnosis on labelled messages (minutes); writes docs/evaluation.md
	@$(BIN)/python -m bench.eval.run $(ARGS)

.PHONY: train
train: setup ## Train what the diagnosis has learnt, from the labelled messages, into the package (a minute)
	@$(BIN)/python -m bench.eval.training $(ARGS)

.PHONY: cluster
cluster: ## Get the programs of a Kubernetes control plane; builds them once, in a quarter of an hour
	@cluster/build.sh

.PHONY: promtool
promtool: ## Get promtool and Prometheus, which test the alerts and the dashboards (seconds)
	@cluster/promtool.sh

.PHONY: postgres
postgres: ## Get PostgreSQL's server, which tests the investigator's store (seconds)
	@cluster/postgres.sh

.PHONY: chromium
chromium: ## Get Chromium, which tests the investigator's page (a minute, root)
	@cluster/chromium.sh

.PHONY: cluster-run
cluster-run: setup cluster ## Run a control plane of your own until Ctrl-C (seconds)
	@exec $(BIN)/python tests/cluster/run.py

.PHONY: helm
helm: ## Get helm, which tests the chart; builds it once, in four minutes
	@cluster/node/build.sh helm

.PHONY: node-check
node-check: ## Get Debian's packages for a node; say in one line what keeps it from running on this machine (root)
	@cluster/node/packages.sh
	@cluster/node/able.sh

.PHONY: node
node: node-check cluster ## Get what a node of Kubernetes needs besides; builds it once, in ten minutes (root)
	@cluster/node/build.sh

.PHONY: node-run
node-run: setup node ## Run a node with Sealane's images until Ctrl-C (root)
	@exec $(BIN)/python tests/e2e/run.py

.PHONY: image
image: ## Build the images of all deployables, and say how large they are; BASE=IMAGE names another base
	@image/build.sh

.PHONY: e2e
e2e: setup $(if $(E2E_CONTEXT),,node) ## Install the chart on a real node and test it as its users do (root, or E2E_CONTEXT)
	@$(BIN)/python -m pytest tests/e2e $(ARGS)

.PHONY: kind
kind: ## Run Sealane in a kind cluster, with images of this source, for people who have Docker; ARGS=down removes it
	@k8s/kind/up.sh $(ARGS)

.PHONY: crds
crds: setup ## Write k8s/crds and the tables of docs/crd.md from the classes that judge a route
	@$(BIN)/python -m sealane_cli.crds

.PHONY: chart
chart: setup helm ## Write what follows from the chart and k8s/: its README's table, its copies, k8s/base and overlays
	@$(BIN)/python -m sealane_cli.chart "$$(cluster/node/build.sh folder)/helm"

.PHONY: chart-judges
chart-judges: ## Get checkov and kubernetes-validate, which judge the chart, once (a minute or two)
	@charts/checks/get.sh

.PHONY: chart-check
chart-check: setup helm chart-judges ## Judge the rendered chart by checkov and kubernetes-validate
	@$(BIN)/python -m pytest tests/contract/test_chart_judges.py $(ARGS)

.PHONY: docs
docs: setup ## Check the documentation: links, settings, metrics
	@$(BIN)/python -m pytest --quiet tests/architecture -k "documented or links" $(ARGS)

##@ Release

.PHONY: lock
lock: setup ## Bring requirements.lock up to pyproject.toml; ARGS=--upgrade takes newer versions
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-emit-index-url \
		--no-header --python-version 3.11 --quiet -o requirements.lock $(ARGS)

.PHONY: wheel
wheel: setup ## Build the wheel; install it with each extra alone, import it and run that extra's tests
	@rm -rf dist
	@$(BIN)/python -m hatchling build -t wheel -d dist
	@$(BIN)/python -m tests.architecture.wheel_isolation dist

.PHONY: clean
clean: ## Remove .venv, dist and every cache
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Two steps, so that an edit of pyproject.toml costs seconds and only a new lock file makes .venv again.

$(STAMP): pyproject.toml $(LOCKED)
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	@printf '%s\n' "$(CURDIR)" >$@

$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Sealane needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)." \
			"Name another one: make setup PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version), as locked; this happens once and takes about a minute."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements.lock
	@touch $@

.PHONY: FORCE
FORCE:
