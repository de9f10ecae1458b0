#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build-tests.sh STAGE FOLDER: compiles the C tests and the fault bed against the installation in
# STAGE, into FOLDER.  The programs find the library through LD_LIBRARY_PATH, so each can be run
# with every mutant.  Writes the names of the C tests to FOLDER/tests, each with its arguments.
set -eu

c_tests=$(cd "$(dirname "$0")/.." && pwd)
stage=$(cd "$1" && pwd)
scratch=$2

# flags PACKAGE OPTION...: the same flags as in check.sh, without pkg-config.
flags() {
    case $1 in
        nlsock-ovs3*) library=nlsock-ovs3 ;;
        *) library=nlsock ;;
    esac
    echo "-I$stage/include/$library -I$stage/include/$library/compat -L$stage/lib -l$library"
}

. "$c_tests/check/check-programs.sh"

mkdir -p "$scratch"
for preload in preload-allocator preload-hugepages; do
    compile_preload $preload
done
: > "$scratch/tests"
for test in $tests $process_tests out-of-memory; do
    compile "$test" "$(source_of "$test" "$c_tests/api")"
    echo "$test" "$(arguments "$test")" >> "$scratch/tests"
done

# The fault bed, as in faults.sh.
make -s -C "$c_tests/.." install-fake-kernel DESTDIR= PREFIX="$stage"
cp "$stage/lib/nlsock/libnlsock-fake-kernel.so" "$scratch/"
cd "$c_tests/faults"
. ./bed-sources.sh
bed() {
    # shellcheck disable=SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g $warnings -I. -I$bed_kernel \
        -I"$stage/include/nlsock" "$@"
}
for program in "run-script $bed_run_script" "random-scripts $bed_random_scripts"; do
    # shellcheck disable=SC2086 # words
    bed -o "$scratch/"$program -L"$scratch" -lnlsock-fake-kernel -L"$stage/lib" -lnlsock -lpthread
done
