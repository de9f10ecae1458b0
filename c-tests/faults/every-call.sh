# SPDX-License-Identifier: Apache-2.0
# Every call fails once: see every-call.c, and docs/testing.md.  Read by faults.sh.
#
# With FULL=1, every error of every call is tried, once and from there on; without, one of them.
# shellcheck shell=sh

# The C tests that need no kernel, or only what the fake kernel does.
every_call_tests="test-attributes test-buffer test-buffer-convert test-build test-message
test-policy"
# Scripts of thousands of calls, which are left out: each of their thousands of runs takes long.  The
# same calls fail in netfilter-batch and receive-unwanted.
every_call_long="netfilter-many-acks receive-many-unwanted"
# Scripts with children that no fork handler tells of.  Without the page for that, which may be
# refused, such children go on with the parent's sockets.
every_call_quiet_forks="fork-quietly-before-dump fork-quietly-in-call"
# The functions that no test makes fail: a thread waits for another one in nanosleep().
never_failed="nanosleep"

# compile_for LIBRARY PROGRAM SOURCE [FLAG...]: compiles a program for one of the two interfaces.
compile_for() {
    library=$1
    program=$2
    shift 2
    compat=
    [ "$library" != nlsock ] || compat=-I$stage/include/nlsock/compat
    # shellcheck disable=SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -I../support -I. -I$bed_kernel \
        -I"$stage/include/$library" $compat -o "$scratch/$program" "$@" -L"$fake_kernel" \
        -lnlsock-fake-kernel -L"$stage/lib" "-l$library" -Wl,-rpath,"$stage/lib" \
        -Wl,-rpath,"$fake_kernel" -lpthread
}

# The libraries that are installed.
every_call_libraries() {
    for library in nlsock nlsock-ovs3; do
        [ ! -e "$stage/lib/lib$library.so" ] || echo $library
    done
}

every_call_build() {
    cd "$here" || return 1
    compile -shared -fPIC -Wl,-z,initfirst -o "$scratch/failing-calls.so" every-call.c \
        failing-calls.c held.c call-errors.c || return 1
    for library in $(every_call_libraries); do
        compile_for "$library" "uses-$library" uses.c || return 1
        for test in $every_call_tests; do
            compile_for "$library" "$test-$library" "../api/$test.c" || return 1
        done
    done
}

# every_call COMMAND...
every_call() {
    env NLSOCK_LOG=warn NLSOCK_CAPTURE_SIZE=64K CAPTURE_FOLDER="$scratch" \
        LD_BIND_NOW=1 EVERY_CALL="$every_call_how" \
        LD_PRELOAD="$scratch/failing-calls.so" "$@"
}

# run_every_call NAME COMMAND...
run_every_call() {
    name=$1
    shift
    every_call "$@" > "$scratch/tap" 2> "$scratch/errors"
    count_tap "$name" $? "$scratch/tap" "$scratch/errors"
    cat "$scratch/tap" >> "$scratch/every-call"
}

# Each function that the library calls is in call-errors.c, and no other.
every_call_list() {
    every_call_how=list every_call true | sort > "$scratch/listed" || return 1
    for library in $(every_call_libraries); do
        nm -D --undefined-only "$stage/lib/lib$library.so" || return 1
    done | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' | sort -u > "$scratch/called"
    diff "$scratch/listed" "$scratch/called"
}

# Each call that can fail has failed in some test.
every_call_reached() {
    sed -n 's/^# failed://p' "$scratch/every-call" | tr ' ' '\n' | grep '[a-z]' | sort -u \
        > "$scratch/failed"
    for name in $(sed -n 's/^ *\[CALL_[A-Z0-9_]*\] = { "\([a-z0-9_]*\)".*/\1/p' call-errors.c); do
        case " $never_failed " in
            *" $name "*) ;;
            *) grep -qx "$name" "$scratch/failed" || echo "$name has not failed" ;;
        esac
    done > "$scratch/output"
    [ -s "$scratch/failed" ] && [ ! -s "$scratch/output" ]
}

# The sums for docs/testing.md.
every_call_sums() {
    awk '/^# calls/ { n++; calls += $3; runs += $5; aborted += $7 }
        END {
            printf "# every call fails once: %d programs, %d calls, ", n, calls
            printf "%d runs, of which %d ended for lack of memory\n", runs, aborted
        }' "$scratch/every-call"
}

# notices_failure MUTATION COMMAND...: the command fails if the library has this fault.
notices_failure() {
    mutation=$1
    shift
    if MUTATION=$mutation every_call "$@" > "$scratch/output" 2>&1; then
        not_ok "every-call notices: $mutation"
    else
        ok "every-call notices: $mutation"
    fi
}

every_call_all() {
    every_call_how=$([ -n "${FULL-}" ] && echo full || echo short)
    if ! (every_call_build) > "$scratch/log" 2>&1; then
        diagnose "$scratch/log"
        not_ok "every-call compiles"
        return
    fi
    if every_call_list > "$scratch/log" 2>&1; then
        ok "call-errors.c has the functions that the library calls"
    else
        diagnose "$scratch/log"
        not_ok "call-errors.c has the functions that the library calls"
    fi
    for script in scripts/*.script; do
        name=$(basename "$script" .script)
        case " $every_call_long $every_call_quiet_forks " in
            *" $name "*) continue ;;
        esac
        run_every_call "$name" "$scratch/run-script" "$script"
    done
    for library in $(every_call_libraries); do
        for test in uses $every_call_tests; do
            run_every_call "$test-$library" "$scratch/$test-$library"
        done
    done
    if every_call_reached; then
        ok "every call that can fail has failed"
    else
        diagnose "$scratch/output"
        not_ok "every call that can fail has failed"
    fi
    every_call_how=full
    for mutation in ignored descriptor memory endless silent; do
        notices_failure $mutation "$scratch/run-script" scripts/row-06-two-replies.script
    done
    every_call_sums
}
