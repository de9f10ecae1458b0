# Runs the programs, and compares what they say.  Read by check-diff.sh.

# What is set for the programs while a comparison is to fail.
preload=

# ask PROGRAM WORD...: leaves what it says in a file of its name.
ask() {
    program=$1
    shift
    # shellcheck disable=SC2086 # words
    in_background timeout 300 env NLSOCK_LOG=dbg $preload "$build/$program" "$@" \
        > "$build/$program.txt" 2> "$build/$program.errors"
    status=$?
    [ "$status" = 0 ] && return
    cat "$build/$program.errors"
    echo "$program ended with status $status behind:"
    tail -n 3 "$build/$program.txt" | cut -c 1-500
    return "$status"
}

# same SUBJECT RUN: the run says what the original said of the subject, but for what is listed.
same() {
    ask "$2" "$1" && awk -v run="$2" -v subject="$1" -f "$here/compare.awk" \
        "$here/differences.list" "$build/original.txt" "$build/$2.txt"
}

# A program that lacks something says so in place of all else.
lacks() {
    sed -n 's/^skip [a-z]*: //p' "$build/original.txt" | grep .
}

subjects() {
    for subject in $("$build/$ours"); do
        if ! ask original "$subject" > "$scratch/output" 2>&1; then
            cat "$scratch/output"
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

# The steps up to the first that differs, of the same buffer.
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
    # At least a line for each, and no run that ended early.
    [ "$(grep -c . "$build/$1.txt")" -ge "$count" ] || return
    cmp "$build/original.txt" "$build/$1.txt" || { explain "$1"; return 1; }
}

random_operations() {
    check "$count random operations on the original, seed $seed" ask original random \
        "$count" "$seed" || return
    echo "# what they said has the checksum $(cksum < "$build/original.txt")"
    for run in $runs; do
        check "$count random operations: $run as the original" same_steps "$run"
    done
}

# notices HOW COMMAND...: the command, a comparison, fails if our library is broken in this way.
notices() {
    how=$1
    shift
    preload="LD_PRELOAD=$build/broken.so BROKEN=$how"
    if "$@" > "$scratch/output" 2>&1; then
        not_ok "the comparison notices: $how"
    else
        ok "the comparison notices: $how"
    fi
    preload=
}

# notices_in SUBJECT HOW...
notices_in() {
    subject=$1
    shift
    if ! ask original "$subject" > "$scratch/output" 2>&1 || lacks > /dev/null; then
        skip "the comparison notices: $*" "the original has no answers about $subject here"
        return
    fi
    for how; do
        notices "$how" same "$subject" "$ours"
    done
}

# What is listed must differ.
notices_stale() {
    ask original nested && ask "$ours" nested || return
    printf '\ncase: nested/levels.1\noriginal: one\nours: another\nreason: none\nonly: %s\n' "$ours" \
        | cat "$here/differences.list" - > "$build/longer.list"
    awk -v run="$ours" -v subject=nested -f "$here/compare.awk" "$build/longer.list" \
        "$build/original.txt" "$build/$ours.txt" \
        | grep 'listed, but no difference: nested/levels.1'
}

# Every comparison can fail.
failures() {
    ask original nested > "$scratch/output" 2>&1
    preload="LD_PRELOAD=$build/broken.so BROKEN=nothing"
    check "functions that are there to be broken change nothing by themselves" same nested "$ours"
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
    notices growth-at-random same_steps "$ours"
    check "the comparison notices what is listed and does not differ" notices_stale
}
