#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# faults.sh STAGE: runs the fault scripts, and random scripts, against the installation in STAGE.
#
#   COUNT=N              random scripts (100000); with more, their progress is reported
#   SEED=N               the seed of their generator
#   FULL=1               every call fails once with every error: see every-call.sh
#   ONLY=every-call      nothing but that
#   ONLY=scripts         nothing but the scripts and the random ones
#   CC=COMPILER RUNNER=PROGRAM    for another platform: PROGRAM runs what COMPILER makes
#   NLSOCK_REF=LIBRARY   runs the same scripts against this library of the 2014 interface, and
#                        prints a table of which ones fail
#
# The output has the form of TAP, see ../check/results.sh.
set -u

here=$(cd "$(dirname "$0")" && pwd)
stage=$1
# The folder of the fake kernel.
fake_kernel=$stage/lib/nlsock
COUNT=${COUNT:-100000}
export NLSOCK_LOG=off

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. "$here/../check/results.sh"
. "$here/every-call.sh"
. "$here/bed-sources.sh"

compile() {
    # shellcheck disable=SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -I"$here" \
        -I"$here/$bed_kernel" -I"$stage/include/nlsock" "$@" -lpthread
}

# program NAME SOURCE...: links a program so that the fake kernel's functions come before libc's.
program() {
    program=$1
    shift
    if [ -n "${NLSOCK_REF-}" ]; then
        set -- "$@" "$here/reference.c" -L"$fake_kernel" -lnlsock-fake-kernel "$NLSOCK_REF" \
            -Wl,-rpath,"$(dirname "$NLSOCK_REF")"
    else
        set -- "$@" -L"$fake_kernel" -lnlsock-fake-kernel -L"$stage/lib" -lnlsock \
            -Wl,-rpath,"$stage/lib"
    fi
    compile -o "$scratch/$program" "$@" -Wl,-rpath,"$fake_kernel"
}

# In the folder of the sources, so that messages name the files without a path.
build() {
    cd "$here" || return 1
    # shellcheck disable=SC2086 # words
    compile -shared -fPIC -o "$scratch/mutant.so" mutant.c \
        && program run-script $bed_run_script \
        && program random-scripts $bed_random_scripts
}

# run_tap NAME COMMAND...: counts the results of a program.
run_tap() {
    name=$1
    shift
    timeout 600 ${RUNNER:+"$RUNNER"} "$@" > "$scratch/tap" 2> "$scratch/errors"
    count_tap "$name" $? "$scratch/tap" "$scratch/errors"
}

finish() {
    plan
    [ "$failed" = 0 ]
    exit
}

# notices MUTATION COMMAND...: the command fails if the library has this fault: see mutant.c.
notices() {
    mutation=$1
    shift
    if MUTATION=$mutation LD_PRELOAD="$scratch/mutant.so" timeout 600 "$@" \
            > "$scratch/output" 2>&1; then
        not_ok "the test bed notices: $mutation"
    else
        ok "the test bed notices: $mutation"
    fi
}

# print_row SCRIPT: prints a row of the table: whether the other library fails the script.
print_row() {
    timeout 120 "$scratch/run-script" "$1" > "$scratch/output" 2> "$scratch/errors"
    status=$?
    if [ "$status" = 0 ]; then
        result="as required"
        detail=
    elif [ "$status" -gt 1 ]; then
        result="FAILS"
        detail="crash: $(grep -ao 'assertion.*' "$scratch/errors" | tail -n 1) (status $status)"
    else
        result="FAILS"
        detail=$(sed -n 's/^# //p' "$scratch/output" | head -n 1)
        if grep -q 'hang:' "$scratch/output"; then
            detail=$(sed -n 's/^# .*hang:/hang:/p' "$scratch/output" | head -n 1)
        fi
    fi
    printf '%-26s %-12s %s\n' "$(basename "$1" .script)" "$result" "$detail"
}

if ! (build) > "$scratch/log" 2>&1; then
    diagnose "$scratch/log"
    not_ok "the test bed compiles"
    plan
    exit 1
fi

if [ -n "${NLSOCK_REF-}" ]; then
    echo "$NLSOCK_REF:"
    for script in "$here"/scripts/*.script; do
        print_row "$script"
    done
    timeout 600 "$scratch/random-scripts" --seed "${SEED:-1}" --count "${COUNT_REF:-1000}" \
        --keep-going 2> /dev/null
    exit 0
fi

ok "the test bed compiles"
cd "$here" || exit 1
[ "${ONLY-}" = scripts ] || every_call_all
[ "${ONLY-}" != every-call ] || finish
for script in scripts/*.script; do
    run_tap "$(basename "$script" .script)" "$scratch/run-script" "$script"
done
# With many scripts, the seed and the progress are shown at once.
if [ "$COUNT" -gt 100000 ]; then
    progress=--progress
    SEED=${SEED:-$(date +%s)}
    echo "# seed $SEED, $COUNT random scripts"
    exec 3>&2
else
    progress=
    exec 3> "$scratch/errors"
fi
# shellcheck disable=SC2086 # words
timeout $((600 + COUNT / 100)) ${RUNNER:+"$RUNNER"} "$scratch/random-scripts" --count "$COUNT" ${SEED:+--seed $SEED} \
    $progress > "$scratch/tap" 2>&3
count_tap "random scripts" $? "$scratch/tap" /dev/null
[ "${ONLY-}" != scripts ] || finish
for mutation in success swap tail fd memory dump hang late twice split partly noop overrun \
    overflow stranger fork cancel; do
    notices $mutation "$scratch/random-scripts" --seed 1 --count 5000 --jobs 2
done
notices deadline "$scratch/run-script" scripts/deadline-of-another.script
if command -v valgrind > /dev/null 2>&1; then
    run_tap "random scripts under valgrind" valgrind --quiet --error-exitcode=99 --leak-check=full \
        --errors-for-leak-kinds=definite,indirect \
        "$scratch/random-scripts" --seed 1 --count 300 --jobs 1
else
    skip "random scripts under valgrind" "no valgrind"
fi
finish
