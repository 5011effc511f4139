# SPDX-License-Identifier: Apache-2.0
# The one front door. `make` alone lists what there is; every target does the set-up it needs.
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
MINUTES ?= 10
SEED ?=
JOBS ?= $(shell nproc)
# Of `make simulate`.
SEEDS ?= 20000
# Of `make random-queries`.
QUERIES ?= 500
EVALUATIONS ?= 2000
# Of `make broken-texts`.
TEXTS ?= 20000
CASES ?= 100
DUCKDB ?=
# What `make goldens` and `make bench` are restricted to, e.g. ONLY=over.
ONLY ?=

empty =
export NINJA_STATUS = [%f/%t, %es] $(empty)
CTEST = ctest --output-on-failure --no-label-summary --no-tests=error --schedule-random -j $(JOBS)

.DEFAULT_GOAL := help
.PHONY: help setup build check test test-asan test-tsan test-all tidy lint fmt bench bench-live \
        bench-exactly-once bench-state nexmark compat docs demo simulate mutants \
        chaos demo-kafka random-queries random-modes broken-texts random-expressions exported-cases test-kafka-exactly-once test-kafka-flink test-live-slow goldens fuzz install clean stats

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install missing apt packages, fetch the pinned libraries into .deps/ (again only if changed)
	@tools/setup.sh

# Every other target only asks whether set-up was done for these pinned versions.
.deps/stamp: cmake/versions.env $(wildcard tools/setup/*.sh)
	@tools/setup.sh

LIVE = tests/kafka/.build/stamp
$(LIVE): cmake/versions.env tests/kafka/pom.xml tools/setup/live.sh
	@tools/setup.sh --live

build/build.ninja: CMakePresets.json | .deps/stamp
	@cmake --preset release >/dev/null

build: .deps/stamp build/build.ninja ## Build build/millrace (release)
	@cmake --build build --target millrace -j $(JOBS)

.PHONY: build-all
build-all: .deps/stamp build/build.ninja
	@cmake --build build -j $(JOBS)

check: build-all ## Unit tests, SQL cases and source checks: under a minute once built
	@cd build && $(CTEST) -L check

test: build-all $(LIVE) ## Everything a change must pass, from a bare clone: set-up, release build, all tests
	@cd build && $(CTEST) -LE long

test-kafka-flink: build ## Kafka tables against a real Flink on the same topics (Java, Maven, minutes)
	@python3 tests/kafka/flink_compare.py build/millrace

test-live-slow: build $(LIVE) ## Faults of the network and the broker that last, through a proxy (4 minutes)
	@python3 tests/kafka/network_slow.py build/millrace

test-kafka-exactly-once: build $(LIVE) ## Exactly-once sinks under kills, on a real broker (minutes)
	@python3 tests/kafka/exactly_once_test.py build/millrace
	@python3 tests/kafka/chaos.py build/millrace 2

simulate: .deps/stamp build/build.ninja ## SEEDS (20000) of simulated lives with faults; SEED=n runs one again
	@cmake --build build --target simulate -j $(JOBS)
	@build/simulate $(if $(SEED),--seed $(SEED),--seeds $(SEEDS) --jobs $(JOBS))

mutants: .deps/stamp build/build.ninja ## Each mistake that is planted in the engine until the simulation catches it
	@cmake --build build --target simulate_mutants -j $(JOBS)
	@build/simulate_mutants --mutants --jobs $(JOBS) $(if $(ONLY),--only $(ONLY))

chaos: build $(LIVE) ## MINUTES (10) of kills and broker restarts on a real broker, ends with what was lost: 0
	@python3 tests/kafka/chaos.py build/millrace $(MINUTES) $(SEED)

test-asan: .deps/stamp $(LIVE) ## The same tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake --preset dev >/dev/null
	@cmake --build build-dev -j $(JOBS)
	@cd build-dev && $(CTEST) -LE 'long|tidy|tools'

test-tsan: .deps/stamp $(LIVE) ## The same tests under ThreadSanitizer
	@cmake --preset tsan >/dev/null
	@cmake --build build-tsan -j $(JOBS)
	@cd build-tsan && TSAN_OPTIONS="suppressions=$(CURDIR)/tests/sanitizers/tsan.txt \
	    second_deadlock_stack=1" $(CTEST) -LE 'long|tidy|tools'

test-all: test test-asan test-tsan fuzz ## All of the above, the long suites and a minute of each fuzzer
	@cmake --build build --target simulate simulate_mutants -j $(JOBS)
	@cd build && ctest --output-on-failure -j $(JOBS) -L long

tidy: ## The house rules: sizes, names, layers, the outside world behind env
	@python3 tools/check_layers.py && python3 tools/tidy.py

lint: .deps/stamp build/build.ninja ## clang-tidy over the files that differ from main
	@tools/setup.sh --lint && tools/lint.sh

fmt: ## Format C++ with the pinned clang-format
	@tools/setup.sh --fmt && tools/format.sh

bench: build ## Ratios against bare-library loops and Flink, kept in bench/history/
	@bench/run.sh $(ONLY)

bench-state: build ## State of 10 million keys: a start, updates at a quarter of it in memory, against Flink (KEYS=..., UPDATES=...)
	@tests/oracle/oracle.sh libs
	@mvn -B -q -f bench/state/pom.xml dependency:copy-dependencies -DincludeScope=runtime \
	    -DoutputDirectory=$(CURDIR)/bench/state/.build/libs
	@python3 bench/state/run.py build/millrace tests/oracle/.build/libs bench/state/.build/libs

compat: build ## What of Flink's SQL is the same, different on purpose or missing: the page of it, from the tests
	@UPDATE=1 python3 tests/compat/compat_test.py build/millrace

nexmark: build ## Nexmark beside Flink: the same rows, then events per CPU-second (ONLY="q5 q9", EVENTS=..., MODE=rows)
	@tests/oracle/oracle.sh libs
	@python3 bench/nexmark/run.py build/millrace tests/oracle/.build/libs $(ONLY)

bench-exactly-once: build $(LIVE) ## What exactly-once costs: throughput, until it is seen, an action alone (ONLY=..., PAIRS=...)
	@cmake --build build --target live_tools >/dev/null
	@python3 bench/exactly_once.py build/millrace build/live_kafka_tool

bench-live: build ## Kafka and HTTP under load, against bare loops, a Python consumer and Flink
	@bench/live/run.sh

docs: build ## Generate the reference pages from the program's registries
	@tools/docs.sh

demo: build ## Card fraud, from generated payments to blocked cards, with a summary
	@examples/fraud/demo.sh

demo-kafka: build ## The same through a real broker, which is killed in the middle, with /decide
	@python3 examples/fraud/kafka/demo.py

random-queries: build ## QUERIES (500) drawn from SEED (1), against a real Flink and DuckDB (DUCKDB=only: without Flink)
	@python3 -c 'import duckdb' 2>/dev/null || python3 -m pip install -q duckdb
	@python3 tests/random/random_queries.py build/millrace --queries $(QUERIES) --seed $(or $(SEED),1) \
	    $(if $(filter only,$(DUCKDB)),--duckdb) $(if $(ONLY),--only '$(ONLY)') \
	    $(if $(ANSWERS),--answers '$(ANSWERS)')

random-modes: build ## QUERIES (500) drawn from SEED (1), each with batches of one row, shards, kills, little memory (MODE=...)
	@cmake --build build --target query_modes -j $(JOBS)
	@python3 tests/random/random_modes.py build/query_modes --queries $(QUERIES) --seed $(or $(SEED),1) \
	    $(if $(ONLY),--only '$(ONLY)') $(if $(MODE),--mode '$(MODE)')

broken-texts: build ## TEXTS (20000) of tests/sql with tokens lost, doubled, swapped, spliced: none may end the process
	@cmake --build build --target broken_texts -j $(JOBS)
	@build/broken_texts --mutants $(TEXTS) --seed $(or $(SEED),1)

random-expressions: build ## EVALUATIONS (2000) of scalar expressions on edge values, against a real Flink
	@python3 tests/random/random_expressions.py build/millrace --evaluations $(EVALUATIONS) \
	    --seed $(or $(SEED),1) $(if $(ONLY),--only '$(ONLY)')

exported-cases: build ## CASES (100) of tests/sql through `millrace export flink`, run by a real Flink
	@python3 tests/random/exported_cases.py build/millrace --cases $(CASES) \
	    $(if $(ONLY),--only '$(ONLY)')

goldens: build ## Let a real Flink write the expected results of tests/sql again (Java, Maven)
	@tests/oracle/goldens.sh $(ONLY)

fuzz: .deps/stamp ## Each fuzz target for FUZZ_SECONDS (60)
	@tools/setup.sh --fuzz && tools/fuzz.sh $(FUZZ_SECONDS)

install: build ## Install the program and its libraries under PREFIX (/usr/local), DESTDIR respected
	@cmake --install build --prefix '$(PREFIX)'

stats: ## How well the compiler cache works
	@CCACHE_DIR=$(CURDIR)/.ccache ccache -s

clean: ## Remove what was built; .deps/ and the compiler cache stay
	@rm -rf build build-dev build-tsan build-fuzz
