#!/bin/sh
# kernel-tests.sh STAGE RESULTS: runs the C tests, compiled against the installation in STAGE, on a
# kernel that has the datapath of Open vSwitch: see run.sh.  Every result is one line, as those of
# check.sh are, and is also in the file RESULTS.
set -u

vm=$(dirname "$0")
c_tests=$vm/..
stage=$1
results=$2

scratch=$(mktemp -d) || exit 2
child=
clean_up() {
    [ -z "$child" ] || { kill "$child" && wait "$child"; } 2>/dev/null
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# flags PACKAGE OPTION...: as check.sh has them, without a need for pkg-config.
flags() {
    case $1 in
        nlsock-ovs3) echo "-I$stage/include/nlsock-ovs3 -L$stage/lib -lnlsock-ovs3" ;;
        *) echo "-I$stage/include/nlsock -I$stage/include/nlsock/compat -L$stage/lib -lnlsock" ;;
    esac
}

. "$c_tests/check/check-programs.sh"

# What only this kernel can run, in this folder.
kernel_tests="test-datapath test-ports test-flows test-changes test-packets test-connections"
# shellcheck disable=SC2086 # words
kernel_tests="$kernel_tests $(for_ovs3 $kernel_tests)"

job=$scratch/job
mkdir "$job"
cp "$stage"/lib/lib*.so.? "$job"

# Compiles the tests; sets 'programs' to those that there are.
compile_all() {
    programs=
    scratch=$job
    for test in $tests $kernel_tests; do
        source=$(source_of "$test" "$c_tests/api")
        [ -f "$source" ] || source=$(source_of "$test" "$vm")
        if compile "$test" "$source" > "$job.cc" 2>&1; then
            programs="$programs $test"
        else
            cat "$job.cc"
            echo "not ok $test compiles"
        fi
    done
    scratch=${job%/job}
}

# Runs them; also tells what keeps the VM from doing so.
run_all() {
    # shellcheck disable=SC2086 # words
    "$vm/run.sh" -t 900 -w "$job" "$vm/inside.sh" "$job" $programs 2> "$scratch/errors" &
    child=$!
    wait "$child"
    status=$?
    child=
    case $status in
        0) ;;
        77)
            why=$(sed -n 's/^vm: //p' "$scratch/errors")
            for test in $programs; do
                echo "skip $test in the VM: $why"
            done
            ;;
        *)
            cat "$scratch/errors"
            echo "not ok the tests in the VM (exit status $status)"
            ;;
    esac
}

# Not a pipeline, whose end a signal would have to wait for.
mkfifo "$scratch/pipe"
tee "$results" < "$scratch/pipe" &
exec > "$scratch/pipe"
compile_all
run_all
exec > /dev/null
wait
