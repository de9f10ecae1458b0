#!/bin/sh
# fuzz.sh SECONDS: runs each fuzz target of c-tests/fuzz for an equal share of SECONDS, starting
# with its corpus there.  Inputs that show a failure go to target/fuzz/artifacts.  New inputs, which
# are many, go to target/fuzz/corpus, where the next run continues.
#
# The output has the form of TAP, see results.sh.
set -u

cd "$(dirname "$0")/../.." || exit 1
seconds=${1:?usage: $0 SECONDS}
fuzz=c-tests/fuzz
work=$PWD/target/fuzz
unset NLSOCK_LOG

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
if ! cargo fuzz build --fuzz-dir "$fuzz" --target-dir "$work/build" > "$work/log" 2>&1; then
    diagnose "$work/log"
    not_ok "the fuzz targets compile"
    plan
    exit 1
fi

targets=$(cargo fuzz list --fuzz-dir "$fuzz")
# shellcheck disable=SC2086 # words
set -- $targets
share=$((seconds / $#))
[ "$share" -gt 0 ] || share=1

for target; do
    learnt=$work/corpus/$target
    artifacts=$work/artifacts/$target
    mkdir -p "$learnt" "$artifacts"
    if cargo fuzz run --fuzz-dir "$fuzz" --target-dir "$work/build" "$target" \
            "$learnt" "$fuzz/corpus/$target" -- -max_total_time=$share -timeout=10 \
            -rss_limit_mb=2048 -artifact_prefix="$artifacts/" > "$work/log" 2>&1; then
        sed -n 's/^Done \(.*\)/# \1/p' "$work/log"
        ok "fuzz $target"
    else
        # The reason, and what follows it: how to run it again.
        if grep -q 'panicked at\|ERROR: ' "$work/log"; then
            sed -n '/panicked at\|ERROR: /,$s/^/# /p' "$work/log"
        else
            tail -n 40 "$work/log" | sed 's/^/# /'
        fi
        not_ok "fuzz $target"
    fi
done
plan
[ "$failed" = 0 ]
