# SPDX-License-Identifier: Apache-2.0
# Formatting, lints, documentation and tests of the Rust code.  Read by check.sh.

# How cargo builds the library with the 3.x interface, as in the Makefile.
cargo_ovs3="--features ovs3 --target-dir target/ovs3"

# The property tests try the same values in every run.  Set these two to try others.
: "${PROPTEST_RNG_SEED:=1}" "${PROPTEST_CASES:=1000}"
export PROPTEST_RNG_SEED PROPTEST_CASES

# cargo_tests NAME COMMAND...: counts the tests that a cargo command runs.
cargo_tests() {
    name=$1
    shift
    before=$passed
    failed_before=$failed
    "$@" > "$scratch/output" 2>&1
    status=$?
    sed -n 's/^test \(.*\) \.\.\. ok$/ok \1/p; s/^test \(.*\) \.\.\. FAILED$/not_ok \1/p' \
        "$scratch/output" > "$scratch/cargo"
    while read -r result test; do
        "$result" "$test"
    done < "$scratch/cargo"
    if [ "$status" != 0 ] || [ "$passed" = "$before" ]; then
        diagnose "$scratch/output"
        [ "$failed" != "$failed_before" ] || not_ok "$name (exit status $status)"
    fi
}

rust() {
    if cargo fmt --version >/dev/null 2>&1; then
        check "formatting" cargo fmt --all --check
    else
        skip "formatting" "no rustfmt"
    fi
    if cargo clippy --version >/dev/null 2>&1; then
        check "lints" cargo clippy --locked --all-targets -- -D warnings
        # shellcheck disable=SC2086 # words
        check "lints of the 3.x interface" \
            cargo clippy --locked --all-targets $cargo_ovs3 -- -D warnings
        check "lints of the fake kernel" \
            cargo clippy --locked --all-targets -p nlsock-fake-kernel -- -D warnings
    else
        skip "lints" "no clippy"
    fi
    check "rustdoc" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps \
        --document-private-items
    check "rustdoc of the fake kernel" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps \
        --document-private-items -p nlsock-fake-kernel
    cargo_tests "Rust tests" cargo test --locked
    cargo_tests "Rust tests of the fake kernel" cargo test --locked -p nlsock-fake-kernel
    # shellcheck disable=SC2086 # words
    cargo_tests "Rust tests of the 3.x interface" cargo test --locked $cargo_ovs3
    # In a folder of their own: the feature compiles cbindgen.
    cargo_tests "generated headers" cargo test --locked --features headers \
        --target-dir target/headers headers
    cargo_tests "generated headers of the 3.x interface" cargo test --locked \
        --features headers,ovs3 --target-dir target/headers headers
    cargo_tests "interleavings" env RUSTFLAGS="--cfg loom" cargo test --locked --release --lib \
        --manifest-path c-tests/loom/Cargo.toml --target-dir target/loom
}

valgrind_rust() {
    if ! have valgrind; then
        skip "Rust tests under valgrind" "no valgrind"
        return
    fi
    runner="valgrind --quiet --error-exitcode=99 --leak-check=full"
    # Possible leaks are not counted: a thread of Rust's test harness leaves one.
    runner="$runner --errors-for-leak-kinds=definite,indirect"
    cargo_tests "Rust tests under valgrind" env PROPTEST_CASES=8 \
        CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="$runner" \
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$runner" \
        cargo test --locked -- --test-threads=1
}
