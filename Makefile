# Thin: each target calls a script in dev/, whose first lines describe it.
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help demo up servers down status logs env build test contract lint bench
.PHONY: oracle oracle-cron schedule-faults fuzz tsan clean

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: ## starts everything and shows one report job on its way, step by step
	@dev/demo

up: ## installs, builds, starts the local servers and the four services
	@dev/up

servers: ## the local servers alone: Kafka, MongoDB, mail
	@dev/install servers
	@dev/servers/all start

down: ## stops what was started
	@dev/down

status: ## what runs, and where
	@dev/status

logs: ## the end of all logs; make logs NAME=executor FOLLOW=1
	@dev/logs $(if $(FOLLOW),-f) $(NAME)

env: ## the addresses as shell assignments: for eval
	@dev/env

build: ## builds the programs into build/release/bin
	@dev/install build
	@dev/build release

test: ## builds with sanitizers and runs every test on its own servers
	@dev/test

contract: ## schemathesis for longer, and the Postman collection, against a running Jobwire
	@dev/contract

lint: ## style checks
	@dev/lint

bench: ## measures, and prints a table
	@dev/bench

oracle-cron: ## 120,000 cron expressions beside five other programs
	@dev/oracle-cron

oracle: ## 500,000 records: figures beside those of DuckDB
	@dev/oracle

schedule-faults: ## schedulers frozen and killed over due times, ROUNDS (20) of them
	@dev/schedule-faults

fuzz: ## libFuzzer on each fuzz target, FUZZ_SECONDS (60) each
	@dev/fuzz

tsan: ## the unit tests under ThreadSanitizer
	@dev/tsan

clean: down ## stops what runs and removes build/
	rm -rf build
