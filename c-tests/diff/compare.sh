# SPDX-License-Identifier: Apache-2.0
# Runs the programs and compares what they print.  Read by check-diff.sh.

# Settings for the programs while a comparison is expected to fail.
preload=

# ask PROGRAM ARGUMENT...: writes what it prints to a file of its name.
ask() {
    program=$1
    shift
    # shellcheck disable=SC2086 # words
    in_background timeout 300 env NLSOCK_LOG=dbg $preload "$build/$program" "$@" \
        > "$build/$program.txt" 2> "$build/$program.errors"
    status=$?
    [ "$status" = 0 ] && return
    cat "$build/$program.errors"
    echo "$program ended with status $status after:"
    tail -n 3 "$build/$program.txt" | cut -c 1-500
    return "$status"
}

# same SUBJECT RUN: the run prints the same as the original about the subject, except for the listed
# differences.
same() {
    ask "$2" "$1" && awk -v run="$2" -v interface="$interface" -v has="$has" -v subject="$1" \
        -f "$here/compare.awk" "$here/differences.list" "$build/original.txt" "$build/$2.txt"
}

# A program that cannot run on this machine prints only the reason, in the form of TAP.
lacks() {
    sed -n 's/^1\.\.0 # SKIP //p' "$build/original.txt" | grep .
}

subjects() {
    for subject in $("$build/ours"); do
        if ! ask original "$subject" > "$scratch/output" 2>&1; then
            diagnose "$scratch/output"
            not_ok "$subject: the original ends well"
            continue
        fi
        if why_not=$(lacks); then
            skip "$subject" "$why_not"
            continue
        fi
        for run in $runs; do
            check "$subject: $run as the original" same "$subject" "$run" \
                && grep '^#' "$scratch/output"
        done
    done
}

# explain RUN: prints the first step that differs, and the steps before it on the same buffer.
explain() {
    line=$(cmp "$build/original.txt" "$build/$1.txt" | sed 's/.*line //')
    slot=$(sed -n "${line}s/^[0-9]* \(\[[0-9]*\]\).*/\1/p" "$build/original.txt")
    echo "before:"
    head -n "$((line - 1))" "$build/original.txt" | grep -F " $slot " | tail -n 3
    echo "original:"
    sed -n "${line}p" "$build/original.txt"
    echo "$1:"
    sed -n "${line}p" "$build/$1.txt"
}

# same_steps RUN
same_steps() {
    ask "$1" random "$count" "$seed" || return
    # At least one line for each operation: the run did not end early.
    [ "$(grep -c . "$build/$1.txt")" -ge "$count" ] || return
    cmp "$build/original.txt" "$build/$1.txt" || { explain "$1"; return 1; }
}

random_operations() {
    check "$count random operations on the original, seed $seed" ask original random \
        "$count" "$seed" || return
    echo "# what they printed has the checksum $(cksum < "$build/original.txt")"
    for run in $runs; do
        check "$count random operations: $run as the original" same_steps "$run"
    done
}

# notices MUTATION COMMAND...: the command, a comparison, fails with this mutation: see mutant.c.
notices() {
    mutation=$1
    shift
    preload="LD_PRELOAD=$build/mutant.so MUTATION=$mutation"
    if "$@" > "$scratch/output" 2>&1; then
        not_ok "the comparison notices: $mutation"
    else
        ok "the comparison notices: $mutation"
    fi
    preload=
}

# notices_in SUBJECT MUTATION...
notices_in() {
    subject=$1
    shift
    if ! ask original "$subject" > "$scratch/output" 2>&1 || lacks > /dev/null; then
        skip "the comparison notices: $*" "the original has no answers about $subject here"
        return
    fi
    for mutation; do
        notices "$mutation" same "$subject" ours
    done
}

# A listed difference that does not exist is a failure.
notices_stale() {
    ask original nested && ask ours nested || return
    printf '\ncase: nested/levels.1\noriginal: one\nours: another\nreason: none\ninterface: %s\n' \
        "$interface" | cat "$here/differences.list" - > "$build/longer.list"
    awk -v run=ours -v interface="$interface" -v has="$has" -v subject=nested \
        -f "$here/compare.awk" "$build/longer.list" "$build/original.txt" "$build/ours.txt" \
        | grep 'listed, but no difference: nested/levels.1'
}

# Checks that every comparison can fail.
failures() {
    ask original nested > "$scratch/output" 2>&1
    preload="LD_PRELOAD=$build/mutant.so MUTATION=nothing"
    check "the mutant without a mutation changes nothing" same nested ours
    preload=
    notices_in buffers growth
    notices_in messages string
    notices_in nested nested
    notices_in attributes value
    notices_in validate validation
    notices_in parse parsing
    notices_in errors error
    notices_in sockets sending
    notices_in groups group
    notices_in transactions transaction
    notices_in dumps dump
    notices_in lookups lookup
    ask original random 10000 "$seed" > "$scratch/output" 2>&1
    count=10000
    notices growth-at-random same_steps ours
    check "the comparison notices what is listed and does not differ" notices_stale
}
