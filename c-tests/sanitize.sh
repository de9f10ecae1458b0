#!/bin/sh
# sanitize.sh address|thread [TEST...]: runs the C tests, all of them or those named, with
# AddressSanitizer (and its search for leaks) or ThreadSanitizer, in the library as well as in the
# programs.
#
# Covered are the library's own code, with the generic and inlined parts of Rust's `core` and `alloc`
# in it, and the tests.  Not covered is what of these is compiled already, since their sources do not
# come with every toolchain: AddressSanitizer sees what that does to the heap and through libc.
#
# The runtime is the one of the Rust toolchain, which is also good for older compilers' code: two
# runtimes in a process do not work.  So programs are compiled with the flag, and linked without.
set -u

here=$(dirname "$0")
unset NLSOCK_LOG

skip() {
    echo "skip $sanitizer sanitizer: $1"
    exit 0
}

sanitizer=${1-}
case $sanitizer in
    address) runtime=asan ;;
    thread) runtime=tsan ;;
    *) echo "usage: $0 address|thread [TEST...]" >&2; exit 2 ;;
esac
shift

command -v cargo >/dev/null 2>&1 || skip "no cargo"
for archive in "$(rustc --print target-libdir)"/librustc*_rt."$runtime".a; do
    [ -e "$archive" ] || skip "the Rust toolchain has no runtime for it"
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0
skipped=0

# The flag is one that a stable compiler has but does not offer by itself.  Link-time optimisation
# stays off: it would leave nothing to see of small functions.  A target has to be named, so that
# build scripts are not instrumented.
target=$(rustc -vV | sed -n 's/^host: //p')
build=$here/../target/sanitize-$sanitizer
flags="-Zsanitizer=$sanitizer -Cforce-frame-pointers=yes"
if [ "$sanitizer" = thread ]; then
    # Rust's own libraries are what they are.
    flags="$flags -Cunsafe-allow-abi-mismatch=sanitizer"
fi
if ! RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" CARGO_PROFILE_RELEASE_LTO=false cargo build \
        --manifest-path "$here/../Cargo.toml" --locked --release --target "$target" \
        --target-dir "$build" > "$scratch/output" 2>&1; then
    cat "$scratch/output"
    echo "not ok building with the $sanitizer sanitizer"
    exit 1
fi
mkdir -p "$scratch/lib"
cp "$build/$target/release/libnlsock.so" "$scratch/lib/libnlsock.so.1"
ln -s libnlsock.so.1 "$scratch/lib/libnlsock.so"
chmod -R a+rX "$scratch"

# The tests' names have one home.  Of the other flavour, the core is the same, and no library built
# here.
. "$here/check-programs.sh"
tests=${*:-$tests_2014}

compile() {
    # shellcheck disable=SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g -fno-omit-frame-pointer -fsanitize="$sanitizer" \
        -I"$here" -I"$here/../include/nlsock" -I"$here/../include/nlsock/compat" \
        -c -o "$scratch/$1.o" "$here/$1.c" \
        && ${CC:-cc} -o "$scratch/$1" "$scratch/$1.o" -Wl,--whole-archive "$archive" \
            -Wl,--no-whole-archive -Wl,--export-dynamic -L"$scratch/lib" -lnlsock \
            -lpthread -lrt -lm -ldl
}

# A test may make threads after it forked, which ThreadSanitizer takes for an error; and it is to go
# on behind the first report, so that one run shows all.
export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:exitcode=99"
export TSAN_OPTIONS="die_after_fork=0:exitcode=99"
export LD_LIBRARY_PATH="$scratch/lib"

for test in $tests; do
    echo "# $test with the $sanitizer sanitizer"
    if ! compile "$test" > "$scratch/output" 2>&1; then
        cat "$scratch/output"
        echo "not ok $test compiles"
        failed=$((failed + 1))
        continue
    fi
    "$scratch/$test" > "$scratch/tap" 2> "$scratch/errors"
    status=$?
    cat "$scratch/tap"
    passed=$((passed + $(grep -c '^ok ' "$scratch/tap")))
    skipped=$((skipped + $(grep -c '^skip ' "$scratch/tap")))
    bad=$(grep -c '^not ok ' "$scratch/tap")
    # A child's report does not show in the status.
    if [ "$bad" = 0 ] && { [ "$status" != 0 ] || grep -q 'Sanitizer: ' "$scratch/errors"; }; then
        echo "not ok $test (exit status $status)"
        bad=1
    fi
    [ "$bad" = 0 ] || cat "$scratch/errors"
    failed=$((failed + bad))
done

echo
echo "nlsock $sanitizer sanitizer: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
