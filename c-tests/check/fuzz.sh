#!/bin/sh
# fuzz.sh SECONDS: fuzzes with each target in c-tests/fuzz for its share of SECONDS, beginning with
# the corpus that is there.  What is found goes to target/fuzz/artifacts; what else was learnt,
# which is large, to target/fuzz/corpus, where the next run takes it up.
#
# Each target is one line: "ok fuzz NAME" or, behind what the fuzzer said, "not ok fuzz NAME"; where
# fuzzing is not possible at all, "skip fuzz: WHY".
set -u

cd "$(dirname "$0")/../.." || exit 1
seconds=${1:?usage: $0 SECONDS}
fuzz=c-tests/fuzz
work=$PWD/target/fuzz
unset NLSOCK_LOG

skip() {
    echo "skip fuzz: $1"
    exit 0
}

# cargo-fuzz wants flags that a stable compiler has but does not offer by itself.
export RUSTC_BOOTSTRAP=1

command -v cargo >/dev/null 2>&1 || skip "no cargo"
command -v c++ >/dev/null 2>&1 || skip "no C++ compiler, which libFuzzer needs"
if ! cargo fuzz --version >/dev/null 2>&1; then
    skip "no cargo-fuzz; run: cargo install cargo-fuzz --locked"
fi
ls "$(rustc --print target-libdir)"/librustc*_rt.asan.a >/dev/null 2>&1 \
    || skip "the Rust toolchain has no AddressSanitizer"

mkdir -p "$work"
if ! cargo fuzz build --fuzz-dir "$fuzz" --target-dir "$work/build" > "$work/log" 2>&1; then
    cat "$work/log"
    echo "not ok fuzz (the targets do not compile)"
    exit 1
fi

targets=$(cargo fuzz list --fuzz-dir "$fuzz")
# shellcheck disable=SC2086 # words
set -- $targets
share=$((seconds / $#))
[ "$share" -gt 0 ] || share=1
failed=0

for target; do
    learnt=$work/corpus/$target
    artifacts=$work/artifacts/$target
    mkdir -p "$learnt" "$artifacts"
    if cargo fuzz run --fuzz-dir "$fuzz" --target-dir "$work/build" "$target" \
            "$learnt" "$fuzz/corpus/$target" -- -max_total_time=$share -timeout=10 \
            -rss_limit_mb=2048 -artifact_prefix="$artifacts/" > "$work/log" 2>&1; then
        sed -n 's/^Done \(.*\)/# \1/p' "$work/log"
        echo "ok fuzz $target"
    else
        # From the reason on, down to how to run it again.
        if grep -q 'panicked at\|ERROR: ' "$work/log"; then
            sed -n '/panicked at\|ERROR: /,$p' "$work/log"
        else
            tail -n 40 "$work/log"
        fi
        echo "not ok fuzz $target"
        failed=1
    fi
done
exit $failed
