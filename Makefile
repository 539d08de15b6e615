# make run     build everything and serve Masklet at http://localhost:7262 (PORT, HOST, MASKLET_DATA change that)
# make team    the same for a team: closed, HTTPS, PostgreSQL, by Docker Compose (MASKLET_DOMAIN: its name)
# make test    install what the tests need and run them all
# make check   style and types only     make format  put the style right
# make schema  print the GraphQL schema and the typed client anew
# make lock    write constraints.txt anew from .venv     make clean  remove what was built (never data)

.NOTPARALLEL:
.PHONY: run team test check format schema lock clean python-sam2

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install -qq --disable-pip-version-check -c constraints.txt
CHECKPOINTS := $(or $(CHECKPOINTS_DIR),checkpoints)

# A stamp is written last, so a step that was cut short is done again.
RUN_STAMP := $(VENV)/.masklet-run
SAM2_STAMP := $(VENV)/.masklet-sam2
TEST_STAMP := $(VENV)/.masklet-test
NPM_STAMP := frontend/node_modules/.masklet-npm
WEB_STAMP := frontend/dist/.masklet-built
LOCKS := pyproject.toml setup.py constraints.txt
WEB_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*')

# An environment whose Python went away (a system upgrade) is made anew.
ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
  FORGOTTEN := $(shell rm -f $(RUN_STAMP) $(SAM2_STAMP) $(TEST_STAMP))
endif

run: $(RUN_STAMP) $(if $(wildcard $(CHECKPOINTS)/*.pt),$(SAM2_STAMP)) $(WEB_STAMP)
	@echo "[3/3] Starting Masklet (stop it with Ctrl-C)"
	@exec $(PY) -m backend

team:
	@.ci/team.sh

test: $(TEST_STAMP) $(WEB_STAMP)
	@echo "[3/5] A browser for the browser tests"
	@.ci/install_browser.sh $(PY)
	@echo "[4/5] Style, types, and the web app's own tests"
	@$(MAKE) --no-print-directory check
	@cd frontend && npm run --silent test
	@echo "[5/5] Python and browser tests"
	@.ci/pytest_in_two.sh $(PY) $(PYTEST_ARGS)

check: $(TEST_STAMP) $(NPM_STAMP)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@cd frontend && npm run --silent check && npm run --silent typecheck

format: $(TEST_STAMP) $(NPM_STAMP)
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@cd frontend && npm run --silent format

schema: $(RUN_STAMP) $(NPM_STAMP)
	@$(PY) -m backend.api.schema > frontend/schema.graphql.new
	@mv frontend/schema.graphql.new frontend/schema.graphql
	@$(PY) -m backend.client.codegen
	@cd frontend && npm run --silent codegen

lock: $(TEST_STAMP)
	@{ sed -n '/^#/p' constraints.txt; $(PY) -m pip freeze --all --exclude-editable --exclude pip | sed 's/+cpu$$//'; } > constraints.new
	@mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) frontend/node_modules frontend/dist artifacts .pytest_cache .ruff_cache .hypothesis *.egg-info
	find backend sam2 tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP): $(LOCKS)
	@python=$$(.ci/check_tools.sh) && \
	    echo "[1/3] Python packages into $(VENV) (about 130 MB, a minute or two)" && \
	    "$$python" -m venv $$($(PY) -c '' 2>/dev/null || echo --clear) $(VENV)
	@$(PIP_INSTALL) -e .
	@touch $@

$(SAM2_STAMP): $(RUN_STAMP)
	@echo "[1/3] PyTorch, since there are weights in $(CHECKPOINTS)/"
	@.ci/install_torch.sh $(PY) $(TORCH)
	@$(PIP_INSTALL) -e '.[sam2]'
	@touch $@

$(TEST_STAMP): $(RUN_STAMP) tests/formats/readers.txt
	@echo "[1/5] Python packages for the tests"
	@.ci/install_torch.sh $(PY) $(TORCH)
	@$(PIP_INSTALL) -e '.[sam2,postgres,test]'
	@$(PIP_INSTALL) --no-deps --upgrade --target $(VENV)/readers -r tests/formats/readers.txt
	@touch $@

$(NPM_STAMP): frontend/package.json frontend/package-lock.json
	@.ci/check_tools.sh >/dev/null
	@echo "[2/3] The web app: packages"
	@cd frontend && npm ci --silent --no-audit --no-fund
	@touch $@

$(WEB_STAMP): $(NPM_STAMP) $(WEB_SOURCES)
	@echo "[2/3] The web app: build"
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@
