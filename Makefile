# make run    install what the arena needs, start it on port 7860
# make test   install what the tests need (Chromium, PostgreSQL and nginx too), run them all
# make check  lint, format, arrows between the rooms, workflows and types
# make coverage  lines and branches that the tests reach, in all processes; TESTS=tests/ui for some of them
# make families  hold every architecture against stock transformers, and write docs/models.md; about 20 minutes
# make lock  pin what requirements.txt allows, with hashes, in requirements.lock
# make clean  remove the virtual environment and caches; the arena's state in ARENA_HOME stays

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ARENA_PORT ?= 7860

export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_DISABLE_TELEMETRY := 1

as_root = $$([ "$$(id -u)" = 0 ] || echo sudo)
apt_install = $(as_root) apt-get update -qq && \
  $(as_root) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1)

.PHONY: run test coverage check lint types format families lock clean

run: .venv/.runtime
	ARENA_PORT=$(ARENA_PORT) $(BIN)/python app.py

# Four files of tests at a time, one thread each: on two cores, for many of them wait for a browser or another process. They begin in
# the order of tests/conftest.py. The many processes that they start find modules compiled.
pytest = -m pytest --processes 4
test coverage: export HF_HUB_OFFLINE := 1
test coverage: export OMP_NUM_THREADS := 1
test coverage: export PYTHONDONTWRITEBYTECODE :=

test: .venv/.development chromium postgresql nginx
	$(BIN)/python $(pytest)

coverage: .venv/.development chromium postgresql nginx
	$(BIN)/coverage erase
	$(BIN)/coverage run $(pytest) --timeout 3000 $(TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

check: lint types

lint: .venv/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/pre-commit validate-config
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[bm]*.yml

types: .venv/.development
	$(BIN)/pyright --threads 2

format: .venv/.development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

families: .venv/.development
	HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 FAMILIES=all $(BIN)/python -m pytest tests/models/test_popular_architectures.py --processes 2
	HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 $(BIN)/python benchmarks/families_page.py

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .coverage* *.egg-info build dist

# A stamp is newer than the list it was made from, so the second run installs nothing.
.venv/.runtime: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { $(call apt_install,python3-venv) && $(PYTHON) -m venv --clear .venv; }
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Pins and hashes for every platform and every Python from 3.11. Pins stay where they fit; `rm requirements.lock` first to raise them.
lock: .venv/.development
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
	  --output-file requirements.lock requirements.txt

.venv/.development: .venv/.runtime requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

# The browser tests drive the distribution's Chromium; its headless shell, where there is one, takes half the time.
fonts := fonts-dejavu-core fonts-noto-color-emoji
.PHONY: chromium
chromium:
	@command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome || \
	  { $(call apt_install,chromium-headless-shell $(fonts)) || $(call apt_install,chromium $(fonts)); }

# Tests of several machines start a PostgreSQL of their own; the one that comes with the package does not run. Without it they are skipped.
no_server := /etc/postgresql-common/createcluster.d/arena-tests.conf
.PHONY: postgresql
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb 2> /dev/null || command -v initdb || \
	  { $(as_root) mkdir -p $(dir $(no_server)) && echo "create_main_cluster = false" | $(as_root) tee $(no_server) > /dev/null && \
	    $(call apt_install,postgresql); } || echo "no PostgreSQL: tests of several machines are skipped"

# Tests of an arena in a folder of a site start an nginx of their own; the one that comes with the package does not run, at boot
# neither. Without nginx they are skipped.
.PHONY: nginx
nginx:
	@command -v nginx || ls /usr/sbin/nginx 2> /dev/null || \
	  { { $(subst env ,env RUNLEVEL=1 ,$(call apt_install,nginx-light)); } && \
	    { $(as_root) systemctl disable --quiet nginx 2> /dev/null || true; }; } || \
	  echo "no nginx: tests of an arena in a folder of a site are skipped"
