#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sanitize.sh address|thread [TEST...]: runs the C tests, all of them or those named, with
# AddressSanitizer (and its search for leaks) or ThreadSanitizer, in the library as well as in the
# programs.
#
# The library's own code and the tests are instrumented, including the generic and inlined parts of
# Rust's `core` and `alloc`.  The compiled parts of `core` and `alloc` are not, since not every
# toolchain comes with their sources.  AddressSanitizer still sees what they do to the heap and
# through libc.
#
# The sanitizer's runtime library is that of the Rust toolchain; it also works with code from older
# C compilers.  A process cannot have two runtimes, so programs are compiled with the compiler's
# flag and linked without it.
#
# The output has the form of TAP, see results.sh.
set -u

here=$(dirname "$0")
c_tests=$here/..
unset NLSOCK_LOG NLSOCK_CAPTURE NLSOCK_CAPTURE_SIZE

. "$here/results.sh"

# cannot WHY: skips everything.
cannot() {
    echo "1..0 # SKIP $1"
    exit 0
}

sanitizer=${1-}
case $sanitizer in
    address) runtime=asan ;;
    thread) runtime=tsan ;;
    *) echo "usage: $0 address|thread [TEST...]" >&2; exit 2 ;;
esac
shift

command -v cargo >/dev/null 2>&1 || cannot "no cargo"
for archive in "$(rustc --print target-libdir)"/librustc*_rt."$runtime".a; do
    [ -e "$archive" ] || cannot "the Rust toolchain has no runtime for it"
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# RUSTC_BOOTSTRAP lets a stable compiler accept the flag.  Link-time optimisation is off, since it
# inlines small functions.  A target is named so that build scripts are not instrumented.
target=$(rustc -vV | sed -n 's/^host: //p')
build=$c_tests/../target/sanitize-$sanitizer
flags="-Zsanitizer=$sanitizer -Cforce-frame-pointers=yes"
if [ "$sanitizer" = thread ]; then
    # Rust's own libraries are not instrumented.
    flags="$flags -Cunsafe-allow-abi-mismatch=sanitizer"
fi

# build_library NAME FLAG...: builds a library with these flags of cargo.
build_library() {
    name=$1
    shift
    if ! RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" CARGO_PROFILE_RELEASE_LTO=false cargo build \
            --manifest-path "$c_tests/../Cargo.toml" --locked --release --target "$target" \
            --target-dir "$build/$name" "$@" > "$scratch/output" 2>&1; then
        diagnose "$scratch/output"
        not_ok "building $name with the $sanitizer sanitizer"
        plan
        exit 1
    fi
    cp "$build/$name/$target/release/libnlsock.so" "$scratch/lib/lib$name.so.1"
    ln -s "lib$name.so.1" "$scratch/lib/lib$name.so"
}

mkdir -p "$scratch/lib"
build_library nlsock
build_library nlsock-ovs3 --features ovs3
chmod -R a+rX "$scratch"

# For the names of the tests.
. "$here/check-programs.sh"
tests=${*:-$tests}

compile() {
    program=$scratch/$1
    source=$(source_of "$1" "$c_tests/api")
    library=$(package "$1")
    library=${library%-compat}
    include=$c_tests/../include/$library
    # shellcheck disable=SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g -fno-omit-frame-pointer -fsanitize="$sanitizer" \
        -I"$c_tests/support" -I"$include" -I"$include/compat" -c -o "$program.o" "$source" \
        && ${CC:-cc} -o "$program" "$program.o" -Wl,--whole-archive "$archive" \
            -Wl,--no-whole-archive -Wl,--export-dynamic -L"$scratch/lib" -l"$library" \
            -lpthread -lrt -lm -ldl
}

# die_after_fork=0: some tests make threads after fork(), which ThreadSanitizer takes for an error.
# exitcode without halt_on_error: the program goes on after a report, so that one run shows them
# all.
export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1:exitcode=99"
export TSAN_OPTIONS="die_after_fork=0:exitcode=99"
export LD_LIBRARY_PATH="$scratch/lib"

for test in $tests; do
    echo "# $test with the $sanitizer sanitizer"
    if ! compile "$test" > "$scratch/output" 2>&1; then
        diagnose "$scratch/output"
        not_ok "$test compiles"
        continue
    fi
    "$scratch/$test" > "$scratch/tap" 2> "$scratch/errors"
    if count_tap "$test" $? "$scratch/tap" "$scratch/errors" \
            && grep -q 'Sanitizer: ' "$scratch/errors"; then
        # The report of a child process does not change the exit status.
        diagnose "$scratch/errors"
        not_ok "$test (a sanitizer's report)"
    fi
done
total "nlsock $sanitizer sanitizer"
