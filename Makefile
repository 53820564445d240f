# SPDX-License-Identifier: Apache-2.0
# demo: the examples, into demo/report.html     test: every test          bench: every benchmark, as ratios in one run
# service: the dashboard that 'gradus serve' starts
# tools: optional components (benchmark peers)  claims: the measured claims
# peers: update rules beside torch, optax and pytorch_optimizer, step by step
# dist: release archive and Python wheel        fuzz: 100,000 mutated files a format
# format: swift-format in place                 clean: remove what builds leave
SHELL := /bin/bash
# One set of flags everywhere, so that nothing is built twice. Programs built here run on machines like this one, and hold no
# debug information: to debug, use 'swift build'.
FLAGS := -c release -Xcc -march=native -debug-info-format none
GRADUS := .build/release/gradus

.PHONY: demo test service tools bench claims peers dist fuzz format clean build setup

setup:
	@tools/setup.sh

build: setup
	@timeout 1500 swift build $(FLAGS) --product gradus

demo: build
	@timeout 300 $(GRADUS) demo

# A package of its own, built into the same folder: what both share is built once, and the programs lie beside each other. Swift
# would take the plan that it keeps there, which is the other package's.
service: build
	@timeout 1500 swift build $(FLAGS) --package-path Service --scratch-path .build --disable-build-manifest-caching \
	  --product gradus-service

test: setup
	@python3 tools/run_tests.py $(FLAGS)

tools:
	@tools/setup.sh optional

# What is measured is what is shipped.
bench: dist tools
	@GRADUS_BIN=$(CURDIR)/.build-dist/release python3 Benchmarks/bench.py

claims: build
	@python3 Benchmarks/claims.py

# Both are run, whatever the first one finds.
peers: build
	@tools/setup.sh peers
	@status=0; \
	.tools/peers/bin/python Benchmarks/rules_vs_peers.py || status=$$?; \
	.tools/peers/bin/python Benchmarks/matrix_rules_vs_peers.py --no-speed || status=$$?; \
	exit $$status

dist:
	@tools/setup.sh dist
	@python3 tools/dist.py

fuzz: setup
	@GRADUS_FUZZ_COUNT=100000 timeout 5400 swift test $(FLAGS) --filter 'FuzzTests|NLSolutionTests'

format:
	@swift format -i -r -p Package.swift Sources Tests Examples Benchmarks Service/Package.swift Service/Sources

clean:
	@rm -rf .build .build-dist .build-example dist demo/report.html
