# Formatting, lints, documentation and tests of the Rust code.  Read by check.sh.

# How cargo builds the other flavour, as the Makefile does.
cargo_ovs3="--features ovs3 --target-dir target/ovs3"

# The property tests are the same in every run; to look further, give other values.
: "${PROPTEST_RNG_SEED:=1}" "${PROPTEST_CASES:=1000}"
export PROPTEST_RNG_SEED PROPTEST_CASES

# Counts cargo's tests.
cargo_tests() {
    name=$1
    shift
    if "$@" > "$scratch/output" 2>&1; then
        status=0
    else
        status=1
    fi
    grep '^test ' "$scratch/output" | sed -n 's/^test \(.*\) \.\.\. ok$/ok \1/p'
    good=$(grep -c '^test .* ok$' "$scratch/output")
    bad=$(grep -c '^test .* FAILED$' "$scratch/output")
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$status" != 0 ] || [ "$good" = 0 ]; then
        cat "$scratch/output"
        [ "$bad" != 0 ] || not_ok "$name"
    fi
}

rust() {
    if cargo fmt --version >/dev/null 2>&1; then
        check "formatting" cargo fmt --check
    else
        skip "formatting" "no rustfmt"
    fi
    if cargo clippy --version >/dev/null 2>&1; then
        check "lints" cargo clippy --locked --all-targets -- -D warnings
        check "lints of the ovs3 flavour" cargo clippy --locked --all-targets $cargo_ovs3 -- -D warnings
    else
        skip "lints" "no clippy"
    fi
    check "rustdoc" env RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps \
        --document-private-items
    cargo_tests "Rust tests" cargo test --locked
    # shellcheck disable=SC2086 # words
    cargo_tests "Rust tests of the ovs3 flavour" cargo test --locked $cargo_ovs3
}

valgrind_rust() {
    if ! have valgrind; then
        skip "Rust tests under valgrind" "no valgrind"
        return
    fi
    runner="valgrind --quiet --error-exitcode=99 --leak-check=full"
    # Not possible leaks: the test harness's own threads leave one.
    runner="$runner --errors-for-leak-kinds=definite,indirect"
    cargo_tests "Rust tests under valgrind" env PROPTEST_CASES=8 \
        CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="$runner" \
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$runner" \
        cargo test --locked -- --test-threads=1
}
