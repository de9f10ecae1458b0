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
c_tests=$here/..
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
build=$c_tests/../target/sanitize-$sanitizer
flags="-Zsanitizer=$sanitizer -Cforce-frame-pointers=yes"
if [ "$sanitizer" = thread ]; then
    # Rust's own libraries are what they are.
    flags="$flags -Cunsafe-allow-abi-mismatch=sanitizer"
fi

# build_library NAME FLAG...: the flavour that cargo builds with these flags.
build_library() {
    name=$1
    shift
    if ! RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" CARGO_PROFILE_RELEASE_LTO=false cargo build \
            --manifest-path "$c_tests/../Cargo.toml" --locked --release --target "$target" \
            --target-dir "$build/$name" "$@" > "$scratch/output" 2>&1; then
        cat "$scratch/output"
        echo "not ok building $name with the $sanitizer sanitizer"
        exit 1
    fi
    cp "$build/$name/$target/release/libnlsock.so" "$scratch/lib/lib$name.so.1"
    ln -s "lib$name.so.1" "$scratch/lib/lib$name.so"
}

mkdir -p "$scratch/lib"
build_library nlsock
build_library nlsock-ovs3 --features ovs3
chmod -R a+rX "$scratch"

# The tests' names have one home.
. "$here/check-programs.sh"
tests=${*:-$tests}

compile() {
    program=$scratch/$1
    source=$(source_of "$1" "$c_tests/api")
    case $(package "$1") in
        nlsock-ovs3) set -- nlsock-ovs3 -I"$c_tests/../include/nlsock-ovs3" ;;
        *) set -- nlsock -I"$c_tests/../include/nlsock" -I"$c_tests/../include/nlsock/compat" ;;
    esac
    library=$1
    shift
    # shellcheck disable=SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g -fno-omit-frame-pointer -fsanitize="$sanitizer" \
        -I"$c_tests/support" "$@" -c -o "$program.o" "$source" \
        && ${CC:-cc} -o "$program" "$program.o" -Wl,--whole-archive "$archive" \
            -Wl,--no-whole-archive -Wl,--export-dynamic -L"$scratch/lib" -l"$library" \
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
