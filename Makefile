# Revoada: `make demo` trains a real classifier on two ranks, `make test` runs every test. `make` lists the rest.

SWIFT := swift
SCRATCH := .build
BINARY := $(SCRATCH)/release/revoada
RELEASE := --scratch-path $(SCRATCH) --configuration release --static-swift-stdlib --product revoada -Xlinker -s
DEMO_CONFIG := configs/digits-mlp.yaml
DEMO_RUN := runs/demo
SOURCES := $(wildcard Package.swift Sources Tests benchmarks)

.DEFAULT_GOAL := help
.PHONY: help build demo test test-bits test-chaos test-peers test-slurm test-floats fuzz format lint bench bench-peers bench-ranks clean
# One build at a time: SwiftPM uses all cores itself and locks .build.
.NOTPARALLEL:

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

build: ## Install what is missing, then build the release binary: .build/release/revoada
	@cluster/bootstrap.sh
	@$(SWIFT) build $(RELEASE)

demo: build ## Build, then train the digits classifier on two ranks
	@rm -rf $(DEMO_RUN)
	@$(BINARY) launch -n 2 $(DEMO_CONFIG) --run $(DEMO_RUN)

# The last line printed is the test runner's own count.
test: ## Build and run every test
	@cluster/bootstrap.sh --test
	@$(SWIFT) build --build-tests
	@$(SWIFT) test --skip-build --disable-xctest

test-chaos: ## Kill, stop and starve everything at random for MINUTES (5); every run must end with the same bits
	@cluster/bootstrap.sh --test
	@$(SWIFT) build $(RELEASE)
	@$(SWIFT) build --product chaos
	@.build/debug/chaos --program $(BINARY) --minutes $(or $(MINUTES),5) $(OPTIONS)

test-floats: ## Try every elementary function on all 2^32 floats (minutes)
	@cluster/bootstrap.sh
	@$(SWIFT) build --configuration release --product kernel-probe
	@.build/release/kernel-probe floats avx2 $$(! grep -q avx512dq /proc/cpuinfo || echo avx512)

test-bits: ## Train in many ways - ranks, threads, nodes, resumed - and expect the same bits (minutes); OPTIONS=--whole
	@cluster/bootstrap.sh --test
	@$(SWIFT) build $(RELEASE)
	@$(SWIFT) build --product same-bits
	@.build/debug/same-bits --program $(BINARY) $(OPTIONS)

test-peers: ## Hold every family of language models against transformers: logits, gradients, losses, files; ONLY=NAME
	@cluster/bootstrap.sh --test
	@$(SWIFT) build --product model-peers
	@Tests/Peers/run.sh $(ONLY)

test-slurm: ## Start a Slurm of one node, as root, and train in it: srun, salloc, stopped and requeued; prints its figures
	@cluster/bootstrap.sh --slurm
	@$(SWIFT) build --build-tests
	@$(SWIFT) test --skip-build --disable-xctest --filter SlurmTests

# The kernels parse nothing, but a sanitizer's flags are for the whole build, which is kept apart.
fuzz: ## Fuzz every reader of foreign bytes with libFuzzer for SECONDS=60 in all; ONLY=NAME, RUNS=n, SEED=n
	@cluster/bootstrap.sh
	@$(SWIFT) build --configuration release --scratch-path .build-fuzz --product fuzz-parsers \
		-Xswiftc -sanitize=fuzzer -Xswiftc -DLIBFUZZER -Xswiftc -use-ld=lld
	@RUNS=$(RUNS) SEED=$(SEED) Tests/Fuzzing/fuzz.sh $(or $(SECONDS),60) $(ONLY)

format: ## Format all Swift sources in place
	@$(SWIFT) format format --in-place --parallel --recursive $(SOURCES)

lint: ## Check the format of all Swift sources
	@$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

bench: build ## Time training steps, two ranks and start-up beside PyTorch and plain MPI
	@benchmarks/side_by_side.sh --short

bench-peers: build ## Time the kernels beside PyTorch and OpenBLAS too, and print the table of targets; REPORT=FILE
	@benchmarks/side_by_side.sh $(if $(REPORT),--report $(REPORT))

bench-ranks: build ## Time sums and steps over ranks beside MPI, gloo, PyTorch DDP and the cost model; REPORT=FILE
	@benchmarks/side_by_side.sh --over-ranks $(if $(REPORT),--report $(REPORT))

clean: ## Remove what builds and the demo leave
	@rm -rf .build $(DEMO_RUN)
