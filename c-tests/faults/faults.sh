#!/bin/sh
# Runs the fault scripts and the random scripts against the installation in $1.
#
# COUNT (100000) is the number of random scripts, SEED their seed.  With NLSOCK_REF=LIBRARY, another
# library of the same interface goes through the same scripts; then failures are only shown.
set -u

here=$(cd "$(dirname "$0")" && pwd)
stage=$1
COUNT=${COUNT:-100000}
export NLSOCK_LOG=off

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

compile() {
    # shellcheck disable=SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -I"$here" \
        -I"$stage/include/nlsock" "$@"
}

# program NAME SOURCE...: a program of the bed, in whose search order the fake kernel comes first.
program() {
    program=$1
    shift
    if [ -n "${NLSOCK_REF-}" ]; then
        set -- "$@" "$here/reference.c" -L"$scratch" -lfake-kernel "$NLSOCK_REF" \
            -Wl,-rpath,"$(dirname "$NLSOCK_REF")"
    else
        set -- "$@" -L"$scratch" -lfake-kernel -L"$stage/lib" -lnlsock -Wl,-rpath,"$stage/lib"
    fi
    compile -o "$scratch/$program" "$@" -Wl,-rpath,"$scratch"
}

# cd, so that what the programs print names files as a reader of the sources does.
build() {
    cd "$here" || return 1
    common="script.c actions.c expectations.c truth.c words.c"
    # shellcheck disable=SC2086 # words
    compile -shared -fPIC -o "$scratch/libfake-kernel.so" fake-*.c words.c \
        && compile -shared -fPIC -o "$scratch/broken.so" broken.c \
        && program run-script run-script.c $common \
        && program random-scripts random-scripts.c generator.c $common
}

failed=0

# Shows the result lines of a program, which is to end well.
show() {
    name=$1
    shift
    timeout 600 "$@" > "$scratch/output" 2> "$scratch/errors"
    status=$?
    cat "$scratch/output"
    if grep -q '^not ok' "$scratch/output"; then
        failed=1
    elif [ "$status" != 0 ] || ! grep -q '^ok' "$scratch/output"; then
        tail -n 5 "$scratch/errors"
        echo "not ok $name (exit status $status)"
        failed=1
    fi
}

# notices HOW PROGRAM...: the program fails with a library that is broken in this way.
notices() {
    how=$1
    shift
    if BROKEN=$how LD_PRELOAD="$scratch/broken.so" timeout 600 "$@" > "$scratch/output" 2>&1; then
        echo "not ok the bed notices: $how"
        failed=1
    else
        echo "ok the bed notices: $how"
    fi
}

# One line for a script: whether the library that is looked at shows the failure.
row() {
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
    cat "$scratch/log"
    echo "not ok the fault bed compiles"
    exit 1
fi

if [ -n "${NLSOCK_REF-}" ]; then
    echo "$NLSOCK_REF:"
    for script in "$here"/scripts/*.script; do
        row "$script"
    done
    timeout 600 "$scratch/random-scripts" --seed "${SEED:-1}" --count "${COUNT_REF:-1000}" \
        --keep-going 2> /dev/null
    exit 0
fi

echo "ok the fault bed compiles"
cd "$here" || exit 1
for script in scripts/*.script; do
    show "$(basename "$script" .script)" "$scratch/run-script" "$script"
done
# shellcheck disable=SC2086 # words
show "random scripts" "$scratch/random-scripts" --count "$COUNT" ${SEED:+--seed $SEED}
for how in success swap tail fd memory dump hang; do
    notices $how "$scratch/random-scripts" --seed 1 --count 5000
done
notices deadline "$scratch/run-script" scripts/deadline-of-another.script
if command -v valgrind > /dev/null 2>&1; then
    show "random scripts under valgrind" valgrind --quiet --error-exitcode=99 --leak-check=full \
        --errors-for-leak-kinds=definite,indirect "$scratch/random-scripts" --seed 1 --count 300
else
    echo "skip random scripts under valgrind: no valgrind"
fi
exit $failed
