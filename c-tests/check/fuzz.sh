#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh SECONDS: runs each fuzz target of c-tests/fuzz with each interface, for an equal share of
# SECONDS, starting with its corpus there.  Inputs that show a failure go to target/fuzz/artifacts.
# New inputs, which are many, go to target/fuzz/corpus, where the next run continues.
#
#   SEED=N       of the fuzzer's choices (1): with the same seed and corpus, it tries the same inputs
#   MINIMISE=1   then makes the corpus in c-tests/fuzz the smallest one that reaches all that was
#                reached so far
#
# The output has the form of TAP, see results.sh.
set -u

cd "$(dirname "$0")/../.." || exit 1
seconds=${1:?usage: $0 SECONDS}
fuzz=c-tests/fuzz
work=$PWD/target/fuzz
unset NLSOCK_LOG NLSOCK_CAPTURE NLSOCK_CAPTURE_SIZE

. c-tests/check/results.sh

# cannot WHY: skips everything.
cannot() {
    echo "1..0 # SKIP $1"
    exit 0
}

# Lets a stable compiler accept the flags of cargo-fuzz.
export RUSTC_BOOTSTRAP=1

command -v cargo >/dev/null 2>&1 || cannot "no cargo"
command -v c++ >/dev/null 2>&1 || cannot "no C++ compiler, which libFuzzer needs"
if ! cargo fuzz --version >/dev/null 2>&1; then
    cannot "no cargo-fuzz; run: cargo install cargo-fuzz --locked"
fi
ls "$(rustc --print target-libdir)"/librustc*_rt.asan.a >/dev/null 2>&1 \
    || cannot "the Rust toolchain has no AddressSanitizer"

mkdir -p "$work"
interfaces="2014 ovs3"

# run_cargo INTERFACE COMMAND [ARGUMENT...]: runs a command of cargo-fuzz.
run_cargo() {
    interface=$1
    command=$2
    shift 2
    [ "$interface" = 2014 ] || set -- --features "$interface" "$@"
    cargo fuzz "$command" --fuzz-dir "$fuzz" --target-dir "$work/build-$interface" "$@" \
        > "$work/log" 2>&1
}

# fuzz_target INTERFACE TARGET
fuzz_target() {
    learnt=$work/corpus/$2
    artifacts=$work/artifacts/$2-$1
    mkdir -p "$learnt" "$artifacts"
    if run_cargo "$1" run "$2" "$learnt" "$fuzz/corpus/$2" -- -max_total_time=$share -timeout=10 \
            -seed="${SEED:-1}" \
            -max_len=4096 -rss_limit_mb=2048 -artifact_prefix="$artifacts/"; then
        sed -n 's/^Done \(.*\)/# \1/p' "$work/log"
        ok "fuzz $2 with the $1 interface"
    else
        # The reason, and what follows it: how to run it again.
        if grep -q 'panicked at\|ERROR: ' "$work/log"; then
            sed -n '/panicked at\|ERROR: /,$s/^/# /p' "$work/log"
        else
            tail -n 40 "$work/log" | sed 's/^/# /'
        fi
        not_ok "fuzz $2 with the $1 interface"
    fi
}

# minimise TARGET: the inputs that are needed with one interface or the other.
minimise() {
    new=$work/minimised/$1
    rm -rf "$new"
    mkdir -p "$new"
    for interface in $interfaces; do
        inputs=$work/minimised/inputs
        rm -rf "$inputs"
        mkdir "$inputs"
        cp "$fuzz/corpus/$1"/* "$inputs"
        # One at a time, since there may be too many for a command line.
        find "$work/corpus/$1" -type f -exec cp {} "$inputs" \;
        # How often code is reached does not matter: that takes five times as many inputs.
        if ! run_cargo "$interface" cmin "$1" "$inputs" -- -use_counters=0; then
            diagnose "$work/log"
            not_ok "the corpus of $1 is minimised"
            return
        fi
        find "$inputs" -type f -exec cp {} "$new" \;
    done
    rm -rf "$fuzz/corpus/$1"
    mv "$new" "$fuzz/corpus/$1"
    ok "the corpus of $1 is minimised: $(find "$fuzz/corpus/$1" -type f | grep -c .) inputs"
}

for interface in $interfaces; do
    if ! run_cargo "$interface" build; then
        diagnose "$work/log"
        not_ok "the fuzz targets compile with the $interface interface"
        plan
        exit 1
    fi
done

targets=$(cargo fuzz list --fuzz-dir "$fuzz")
# shellcheck disable=SC2086 # words
set -- $targets
share=$((seconds / (2 * $#)))
[ "$share" -gt 0 ] || share=1

for target; do
    for interface in $interfaces; do
        fuzz_target "$interface" "$target"
    done
    [ -z "${MINIMISE-}" ] || minimise "$target"
done
total "nlsock fuzzing"
