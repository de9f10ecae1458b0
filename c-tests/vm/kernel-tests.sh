#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kernel-tests.sh STAGE: runs the C tests, compiled against the installation in STAGE, on a kernel
# that has the datapath of Open vSwitch: see run.sh.  The output has the form of TAP.
set -u

vm=$(dirname "$0")
c_tests=$vm/..
stage=$1

scratch=$(mktemp -d) || exit 2
. "$c_tests/check/results.sh"
child=
clean_up() {
    [ -z "$child" ] || { kill "$child" && wait "$child"; } 2>/dev/null
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# flags PACKAGE OPTION...: the same flags as in check.sh, without pkg-config.
flags() {
    case $1 in
        nlsock-ovs3*) library=nlsock-ovs3 ;;
        *) library=nlsock ;;
    esac
    echo "-I$stage/include/$library -I$stage/include/$library/compat -L$stage/lib -l$library"
}

. "$c_tests/check/check-programs.sh"

# The tests in this folder, which need this kernel.
kernel_tests="test-datapath test-ports test-flows test-changes test-packets test-connections"
# shellcheck disable=SC2086 # words
kernel_tests="$kernel_tests $(for_ovs3 $kernel_tests)"

job=$scratch/job
mkdir "$job"
cp "$stage"/lib/lib*.so.? "$c_tests/check/results.sh" "$job"

# Compiles the tests; sets 'programs' to those that compile.
compile_all() {
    programs=
    scratch=$job
    for test in $tests $kernel_tests; do
        source=$(source_of "$test" "$c_tests/api")
        [ -f "$source" ] || source=$(source_of "$test" "$vm")
        if compile "$test" "$source" > "$job.cc" 2>&1; then
            programs="$programs $test"
        else
            diagnose "$job.cc"
            not_ok "$test compiles"
        fi
    done
    scratch=${job%/job}
}

run_all() {
    # shellcheck disable=SC2086 # words
    "$vm/run.sh" -t 1800 -w "$job" "$vm/tests-in-vm.sh" "$job" "$job" $programs \
        > "$scratch/tap" 2> "$scratch/errors" &
    child=$!
    wait "$child"
    status=$?
    child=
    count_tap "the tests in the VM" "$status" "$scratch/tap" "$scratch/errors"
}

compile_all
run_all
plan
[ "$failed" = 0 ]
