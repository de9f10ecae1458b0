#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check.sh STAGE [SECTION...]: runs all tests against the installation in STAGE, or those of some
# sections, and counts them.  With VALGRIND set, runs the C and the Rust tests under valgrind, and
# nothing else.
#
# The output has the form of TAP, see results.sh.  Its last line has the counts.
set -u

here=$(dirname "$0")
c_tests=$here/..
stage=$1
shift
sections=$*
export PKG_CONFIG_PATH="$stage/lib/pkgconfig"
export LD_LIBRARY_PATH="$stage/lib"
unset NLSOCK_LOG NLSOCK_CAPTURE NLSOCK_CAPTURE_SIZE

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
. "$here/packages.sh"
. "$here/results.sh"
. "$here/checks.sh"

# run_tap NAME COMMAND...: counts the results of a test program.
run_tap() {
    name=$1
    shift
    "$@" > "$scratch/tap" 2> "$scratch/errors"
    count_tap "$name" $? "$scratch/tap" "$scratch/errors"
}

# flags PACKAGE OPTION...: prints what pkg-config prints; on a machine without it, the same flags.
flags() {
    package=$1
    shift
    if have pkg-config; then
        pkg-config "$@" "$package"
    else
        name=${package%-compat}
        echo "-I$stage/include/$name -I$stage/include/$name/compat -L$stage/lib -l$name"
    fi
}

. "$here/check-rust.sh"
. "$here/check-abi.sh"
. "$here/check-build.sh"
. "$here/check-headers.sh"
. "$here/check-programs.sh"
. "$here/check-examples.sh"
. "$here/check-guide.sh"
. "$here/check-capture.sh"
. "$here/check-archive.sh"
. "$here/check-harness.sh"
. "$here/check-layout.sh"
. "$here/check-packaging.sh"

if [ -n "${VALGRIND-}" ]; then
    sections="valgrind_rust valgrind_programs"
fi
for section in ${sections:-rust abi build headers programs examples guide capture archive harness layout packaging}; do
    $section
done
total nlsock
