#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fake-kernel.sh STAGE: tests the fake kernel in STAGE with programs that use netlink without this
# library: on the real kernel first, and on the fake one, with the same results.
#
# The output has the form of TAP, see ../check/results.sh.
set -u

here=$(cd "$(dirname "$0")" && pwd)
stage=$(cd "$1" && pwd)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
. "$here/../check/results.sh"
. "$here/../check/checks.sh"
. "$here/../check/packages.sh"
. "$here/../support/namespace.sh"
. "$here/foreign.sh"
. "$here/tool.sh"

# compile PROGRAM [OPTION...]
compile() {
    program=$1
    shift
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -g -Wall -Wextra -Werror "$@" -o "$scratch/$program" \
        "$here/$program.c" -lpthread
}

# on_fake COMMAND...: runs it on the fake kernel, with an empty script.
on_fake() {
    timeout 60 "$stage/bin/nlsock-fake-kernel" --script /dev/null -- "$@"
}

# run_tap NAME COMMAND...: counts the results of a test program.
run_tap() {
    name=$1
    shift
    "$@" > "$scratch/tap" 2> "$scratch/errors"
    count_tap "$name" $? "$scratch/tap" "$scratch/errors"
}

# The same calls on both kernels; also by the functions that check the sizes of buffers.
calls() {
    for program in test-calls test-waiting; do
        for options in -O1 "-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"; do
            # shellcheck disable=SC2086 # words
            if ! compile $program $options > "$scratch/log" 2>&1; then
                diagnose "$scratch/log"
                not_ok "$program compiles with $options"
                continue
            fi
            prefix="$program $options, real kernel: "
            run_tap "$program" timeout 60 "$scratch/$program"
            prefix="$program $options, fake kernel: "
            run_tap "$program" on_fake "$scratch/$program"
        done
    done
    prefix=
}

# Each call that is refused is reported by its name, and the exit status tells.
refused() {
    compile test-refused || return
    on_fake "$scratch/test-refused" 2> "$scratch/errors"
    [ $? = 121 ] || return
    for name in "listen()" "accept()" "shutdown()" "ioctl()" "fcntl()" \
            "setsockopt(SOL_SOCKET, 26)" "getsockopt(SOL_SOCKET, 17)"; do
        echo "nlsock-fake-kernel: the program uses $name, which the fake kernel does not have"
    done | diff - "$scratch/errors"
}

# hang CALL: the wait is noticed.
hang() {
    on_fake "$scratch/wait-for-ever" "$1" 2> "$scratch/errors"
    [ $? = 124 ] && grep '^nlsock-fake-kernel: hang: ' "$scratch/errors"
}

# waits_for_a_signal TIMER: SIGALRM ends the program.
waits_for_a_signal() {
    on_fake "$scratch/wait-for-ever" "$1" 2> "$scratch/errors"
    [ $? = 142 ] && [ ! -s "$scratch/errors" ]
}

calls
check "what is not supported is refused by name" refused
check "wait-for-ever compiles" compile wait-for-ever
for call in recv poll select epoll; do
    check "a wait for ever in $call ends" hang "$call"
done
for timer in alarm timer; do
    check "a wait that a signal of $timer ends does not count as one for ever" \
        waits_for_a_signal "$timer"
done
foreign
tool_tests
total "fake kernel"
