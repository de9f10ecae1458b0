#!/bin/sh
# Runs the C tests, compiled against the installation in $1, on a kernel that has the datapath of
# Open vSwitch: see run.sh.  Every result is one line, as those of check.sh are; the last counts
# them.
set -u

vm=$(dirname "$0")
here=$vm/..
stage=$1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
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

. "$here/check-programs.sh"

# What only this kernel can run, in this folder.
kernel_tests="test-datapath test-ports test-flows test-changes test-packets test-connections"
# shellcheck disable=SC2086 # words
kernel_tests="$kernel_tests $(for_ovs3 $kernel_tests)"

job=$scratch/job
results=$scratch/results
mkdir "$job"
cp "$stage"/lib/lib*.so.? "$job"

# Compiles the tests; sets 'programs' to those that there are.
compile_all() {
    programs=
    scratch=$job
    for test in $tests $kernel_tests; do
        source=$(source_of "$test" "$here")
        [ -f "$source" ] || source=$(source_of "$test" "$vm")
        if compile "$test" "$source" > "$results.cc" 2>&1; then
            programs="$programs $test"
        else
            cat "$results.cc"
            echo "not ok $test compiles"
        fi
    done
    scratch=${job%/job}
}

# Runs them; also tells what keeps the VM from doing so.
run_all() {
    # shellcheck disable=SC2086 # words
    "$vm/run.sh" -t 900 -w "$job" "$vm/inside.sh" "$job" $programs 2> "$scratch/errors"
    status=$?
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

{ compile_all; run_all; } | tee "$results"

echo
echo "nlsock: $(grep -c '^ok ' "$results") passed, $(grep -c '^not ok ' "$results") failed," \
    "$(grep -c '^skip ' "$results") skipped"
! grep -q '^not ok ' "$results"
