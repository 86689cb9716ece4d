# `make demo` tells what mlskit does, `make test` checks all of it. `make help` lists the rest.

.DEFAULT_GOAL := help
FUZZ_SECONDS ?= 60

.PHONY: help demo demo-languages test test-kotlin kotlin-api test-swift test-packages jar aar xcframework bench bench-sqlite-storage bench-ffi fuzz fmt notices check-vendored clean

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## runs the story of two clients, step by step
	@scripts/set-up demo
	cargo run --locked --package mlskit-demo

demo-languages: ## has a Kotlin, a Swift and a Rust process meet over one service, step by step
	@scripts/set-up demo-languages
	@scripts/languages

test: ## runs every check and every test
	@scripts/set-up test
	@scripts/test

test-kotlin: ## builds the Kotlin library and runs its tests
	@scripts/set-up kotlin
	@scripts/test kotlin

kotlin-api: ## writes down the Kotlin library's public surface anew, after a change that is meant
	@scripts/set-up kotlin
	@UPDATE_KOTLIN_API=true scripts/test kotlin

test-swift: ## builds the Swift library and runs its tests
	@scripts/set-up swift
	@scripts/test swift

test-packages: ## checks the packages for apps: what they refuse, the AAR in an app's tests, its keep rules
	@scripts/set-up packages
	@scripts/test-packages

xcframework: ## builds the Swift library's framework for iOS and macOS (on a Mac)
	scripts/generate-bindings swift bindings/swift/Sources
	scripts/xcframework

bench: ## measures key packages and groups beside OpenMLS and mls-rs
	@scripts/set-up demo
	cargo bench --locked --package mlskit --bench keypackages
	cargo bench --locked --package mlskit --bench groups

bench-sqlite-storage: ## measures groups beside openmls_sqlite_storage, which can't be in the same program
	@scripts/set-up demo
	scripts/bench-sqlite-storage

bench-ffi: ## measures what Kotlin and Swift cost beside Rust
	@scripts/set-up bench-ffi
	@scripts/bench-ffi

jar: ## packs the Kotlin library for this system: its jar with the native library, sources and KDoc jars
	@scripts/set-up jar
	@scripts/kotlin-jar make

aar: ## packs the Kotlin library for Android (with the NDK)
	@scripts/set-up jar
	@scripts/aar

fuzz: ## feeds noise to import_keypackage, join_group and process_message, each for FUZZ_SECONDS (60)
	@scripts/set-up fuzz
	for target in import_keypackage join_group process_message; do \
		PATH="$(CURDIR)/.tools/bin:$$PATH" cargo +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) || exit 1; \
	done

fmt: ## formats the code
	cargo fmt --all

notices: ## writes THIRD-PARTY-NOTICES anew, after a change of dependencies
	scripts/third-party-notices --write

check-vendored: ## builds with the feature vendored-openssl (OpenSSL from source, some minutes), and runs the demo
	@scripts/set-up vendored
	cargo run --locked --package mlskit-demo --features vendored-openssl
	@! ldd "$${CARGO_TARGET_DIR:-target}/debug/mlskit-demo" | grep libcrypto

clean: ## removes what was built, but not the tools in .tools/
	cargo clean
