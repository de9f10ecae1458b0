#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-platforms.sh [PLATFORM...]: builds the library for other platforms, with the oldest Rust
# that it supports, and runs tests there: on this machine's processor, or in qemu-user.  The default
# is all platforms of targets.sh.
#
#   COUNT=N      random fault scripts for each platform (10000)
#   SEED=N       the seed of their generator
#   SCRATCH=DIR  unpack compilers and build there, and keep it
#
# The compilers are Debian's.  They are unpacked in the scratch folder, not installed.  The output
# has the form of TAP, see ../check/results.sh.  Its last line has the counts.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$root/c-tests/platforms
c_tests=$root/c-tests
count=${COUNT:-10000}
unset LD_LIBRARY_PATH LD_PRELOAD NLSOCK_LOG NLSOCK_CAPTURE NLSOCK_CAPTURE_SIZE MAKEFLAGS MFLAGS MAKELEVEL

. "$c_tests/check/results.sh"
. "$c_tests/check/packages.sh"
. "$here/targets.sh"
. "$here/tools.sh"
. "$here/build.sh"
. "$here/tests.sh"

for name; do
    choose_platform "$name" || {
        echo "$name: no such platform; there are: $(all_platforms | tr '\n' ' ')" >&2
        exit 2
    }
done
# shellcheck disable=SC2046 # words
[ $# != 0 ] || set -- $(all_platforms)

# Sets 'scratch'.  Paths in compilers' options cannot have spaces.
choose_scratch() {
    if [ -n "${SCRATCH-}" ]; then
        scratch=$(realpath -m "$SCRATCH")/nlsock-platforms
    else
        scratch=$(mktemp -d "${TMPDIR:-/tmp}/nlsock-platforms.XXXXXX") || exit 2
        trap 'rm -rf "$scratch"' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM
    fi
    case $scratch in
        *[!a-zA-Z0-9_./+-]*)
            echo "$scratch: compilers cannot be unpacked in a folder of such a name" >&2
            exit 2
            ;;
    esac
    mkdir -p "$scratch" && chmod 755 "$scratch" || exit 2
}

# check NAME COMMAND...: the command succeeds.
check() {
    name=$1
    shift
    if "$@" > "$test_scratch/output" 2>&1; then
        ok "$name"
    else
        tail -n 60 "$test_scratch/output" | sed 's/^/# /'
        not_ok "$name"
        return 1
    fi
}

# check_silent NAME COMMAND...: the command succeeds and prints nothing.
check_silent() {
    name=$1
    shift
    check "$name" silently "$@"
}

silently() {
    "$@" > "$test_scratch/printed" 2>&1 && [ ! -s "$test_scratch/printed" ] && return
    cat "$test_scratch/printed"
    return 1
}

# test_platform NAME
test_platform() {
    choose_platform "$1"
    prefix="$platform: "
    test_scratch=$scratch/tests/$platform
    stage=$scratch/stage/$platform
    mkdir -p "$test_scratch" || return
    chmod 755 "$test_scratch"
    check "the compiler is unpacked" get_compiler || return
    check "the library compiles" build_library || return
    platform_tests > "$test_scratch/results" 2> "$test_scratch/messages"
    prefix=
    count_tap "$platform" $? "$test_scratch/results" "$test_scratch/messages"
}

if [ "$(uname -m)" != x86_64 ] || ! command -v apt-get > /dev/null; then
    skip "other platforms" "the compilers are Debian's for x86-64"
    total "nlsock on other platforms"
    exit
fi
choose_scratch
prefix=
test_scratch=$scratch
qemu_folder=$scratch/qemu
if check "the oldest Rust is unpacked" get_rust && check "qemu is unpacked" get_qemu; then
    for name; do
        test_platform "$name"
        prefix=
    done
fi
total "nlsock on other platforms"
