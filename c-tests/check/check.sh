#!/bin/sh
# Runs all tests against the installation in $1 and counts them.  With VALGRIND set, runs the C and
# the Rust tests under valgrind, and nothing else.
#
# Every check is one line: "ok NAME", "not ok NAME" behind its output, or "skip NAME: WHY".
set -u

here=$(dirname "$0")
c_tests=$here/..
stage=$1
export PKG_CONFIG_PATH="$stage/lib/pkgconfig"
export LD_LIBRARY_PATH="$stage/lib"
unset NLSOCK_LOG

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
. "$here/results.sh"

have() {
    command -v "$1" >/dev/null 2>&1
}

# check NAME COMMAND...: the command succeeds.
check() {
    name=$1
    shift
    if "$@" > "$scratch/output" 2>&1; then
        ok "$name"
    else
        cat "$scratch/output"
        not_ok "$name"
    fi
}

# check_silent NAME COMMAND...: it also says nothing.
check_silent() {
    name=$1
    shift
    if "$@" > "$scratch/output" 2>&1 && [ ! -s "$scratch/output" ]; then
        ok "$name"
    else
        cat "$scratch/output"
        not_ok "$name"
    fi
}

# Counts the result lines of a test program, which is to end well.
count_tap() {
    name=$1
    status=$2
    cat "$scratch/tap"
    passed=$((passed + $(grep -c '^ok ' "$scratch/tap")))
    skipped=$((skipped + $(grep -c '^skip ' "$scratch/tap")))
    bad=$(grep -c '^not ok ' "$scratch/tap")
    failed=$((failed + bad))
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        cat "$scratch/errors"
        not_ok "$name (exit status $status)"
    elif [ "$bad" != 0 ]; then
        cat "$scratch/errors"
    elif ! grep -q . "$scratch/tap"; then
        not_ok "$name (no results)"
    fi
}

# run_tap NAME COMMAND...
run_tap() {
    name=$1
    shift
    "$@" > "$scratch/tap" 2> "$scratch/errors"
    count_tap "$name" $?
}

# flags PACKAGE OPTION...: pkg-config's answer, or what it would be.
flags() {
    package=$1
    shift
    if have pkg-config; then
        pkg-config "$@" "$package"
    elif [ "$package" = nlsock-ovs3 ]; then
        echo "-I$stage/include/nlsock-ovs3 -L$stage/lib -lnlsock-ovs3"
    else
        echo "-I$stage/include/nlsock -I$stage/include/nlsock/compat -L$stage/lib -lnlsock"
    fi
}

. "$here/check-rust.sh"
. "$here/check-abi.sh"
. "$here/check-headers.sh"
. "$here/check-programs.sh"
. "$here/check-archive.sh"

if [ -n "${VALGRIND-}" ]; then
    valgrind_rust
    valgrind_programs
else
    rust
    abi
    headers
    programs
    archive
fi

echo
echo "nlsock: $passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
