# SPDX-License-Identifier: Apache-2.0
# Tests nlsock-fake-kernel from end to end: what it records, replays, reports and refuses.  Read by
# fake-kernel.sh, after foreign.sh.
# shellcheck shell=sh

# The namespace in which programs are recorded.
cat > "$scratch/in-namespace" <<'END'
ip link set lo up
ip addr add 2001:db8::1/64 dev lo
ip link add veth0 address 02:00:00:00:00:01 type veth peer name veth1 address 02:00:00:00:00:02
ip addr add 10.9.8.1/24 dev veth0
ip link set veth0 up
ip link set veth1 up
exec "$@"
END

# in_namespace COMMAND...
in_namespace() {
    timeout 60 $unshare sh "$scratch/in-namespace" "$@"
}

# record_as NAME COMMAND...: writes NAME.pcapng, NAME.output; sets 'recorded' to the exit status.
record_as() {
    recording=$1
    shift
    in_namespace "$tool" --record "$scratch/$recording.pcapng" -- "$@" \
        > "$scratch/$recording.output" 2>&1
    recorded=$?
    chmod 644 "$scratch/$recording.pcapng"
}

# replay_of NAME OPTION... -- COMMAND...: by another user, into 'printed' and 'errors'.
replay_of() {
    recording=$1
    shift
    as_user "$tool" --replay "$scratch/$recording.pcapng" "$@" \
        > "$scratch/printed" 2> "$scratch/errors"
}

# prints TEXT FILE: the file has a line with this text.
prints() {
    grep -qF -e "$1" "$2" || { echo "no '$1' in:"; cat "$2"; return 1; }
}

# ends_with STATUS COMMAND...
ends_with() {
    wanted=$1
    shift
    "$@"
    status=$?
    [ "$status" = "$wanted" ] || { echo "exit status $status"; cat "$scratch/errors"; return 1; }
}

# Several processes, which change things and fail, and one that listens.
cat > "$scratch/commands" <<'END'
ip monitor link addr > monitored &
sleep 0.3
ip link add veth2 address 02:00:00:00:00:03 type veth peer name veth3 address 02:00:00:00:00:04
ip addr add 10.9.7.1/24 dev veth2
ip route add 10.77.0.0/16 via 10.9.8.2
ip route add 10.77.0.0/16 via 10.9.8.2
ip -6 route show table all
ip route get 10.9.8.2
ip link del veth2
sleep 0.3
kill $! 2> /dev/null
wait
cat monitored
END

# In a folder that the user may write to.
several_processes() {
    mkdir -p "$scratch/writable" && chmod 777 "$scratch/writable" || return
    (cd "$scratch/writable" && record_as changes sh "$scratch/commands" && rm -f monitored) || return
    prints "RTNETLINK answers: File exists" "$scratch/changes.output" || return
    prints "Deleted" "$scratch/changes.output" || return
    (cd "$scratch/writable" && as_user "$tool" --replay "$scratch/changes.pcapng" -- \
        sh "$scratch/commands" > "$scratch/printed" 2>&1)
    diff "$scratch/changes.output" "$scratch/printed"
}

# Calls fail as they did, and sockets have the same port ids.
failures() {
    compile failures && record_as failures "$scratch/failures" || return
    for line in "join: Invalid argument" "send: Connection refused" "ask: works" "answer: 2" \
        "the child: 0" "first: No buffer space available, then "; do
        prints "$line" "$scratch/failures.output" || return
    done
    ends_with 0 replay_of failures -- "$scratch/failures" || return
    diff "$scratch/failures.output" "$scratch/printed"
}

# A program that asks more or less often than in the recording.
answers_fit_the_changes() {
    compile changing && record_as changing "$scratch/changing" 2 || return
    [ "$recorded" = 0 ] && grep -x 'notified of 1400' "$scratch/changing.output" || return
    uniq "$scratch/changing.output" > "$scratch/expected"
    [ "$(wc -l < "$scratch/expected")" = 10 ] || return
    for times in 1 2 5; do
        ends_with 0 replay_of changing -- "$scratch/changing" $times || return
        uniq "$scratch/printed" | diff "$scratch/expected" - || return
    done
}

listener_ends() {
    record_as monitor timeout 1 ip monitor
    ends_with 0 replay_of monitor -- ip monitor
}

# A shell would unblock signals, so this program does not run in one.
cat > "$scratch/waits.c" <<'END'
#include <stdio.h>
#include <unistd.h>
#include <signal.h>
static void
caught(int signal)
{
    (void) signal;
    _exit(3);
}
int
main(void)
{
    signal(SIGTERM, caught);
    puts("started");
    fflush(stdout);
    return sleep(60) ? 1 : 2;
}
END

# A signal for the tool is one for the program.
signals_are_passed_on() {
    ${CC:-cc} -o "$scratch/waits" "$scratch/waits.c" || return
    : > "$scratch/printed"
    "$tool" --script /dev/null -- "$scratch/waits" > "$scratch/printed" 2> "$scratch/errors" &
    running=$!
    until grep -q started "$scratch/printed"; do
        sleep 0.1
    done
    kill "$running"
    wait "$running"
    [ $? = 3 ] && [ ! -s "$scratch/errors" ]
}

unknown_requests() {
    ends_with 121 replay_of links -- ip route || return
    prints "does not have this request: route RTM_GETROUTE" "$scratch/errors" || return
    prints "the exit status of the program is 2" "$scratch/errors" || return
    ends_with 121 replay_of links --unknown fail -- ip route || return
    ends_with 121 replay_of links --unknown ENOMEM -- ip route || return
    prints "Cannot allocate memory" "$scratch/errors" || return
    ends_with 0 replay_of links --unknown default -- ip route && [ ! -s "$scratch/printed" ]
}

# with_script LINES STATUS: a replay of ip link with this script.
with_script() {
    printf '%s\n' "$1" > "$scratch/script"
    ends_with "$2" replay_of links --script "$scratch/script" -- ip link
}

scripts() {
    with_script 'message type RTM_GETLINK: refuse EPERM' 0 || return
    prints "Operation not permitted" "$scratch/errors" || return
    with_script 'message type RTM_GETLINK: done EINVAL text "why not"' 0 || return
    prints "Error: why not." "$scratch/errors" || return
    with_script 'message type RTM_GETLINK number 2: refuse EPERM' 0 || return
    with_script 'call recv number 2 fails ENOBUFS' 0 || return
    prints "No buffer space available" "$scratch/errors" || return
    with_script 'message type RTM_GETLINK: error ENOBUFS; default' 0 || return
    prints "No buffer space available" "$scratch/errors"
}

expectations() {
    with_script 'expect message type RTM_GETLINK sent 1 times' 0 || return
    with_script 'expect message type RTM_GETLINK number 1 sent 1 times' 0 || return
    with_script 'expect message type RTM_GETLINK number 2 sent' 121 || return
    with_script 'expect message type RTM_GETADDR sent' 121 || return
    prints "line 1 of the script: expect message type RTM_GETADDR sent: it was sent 0 times" \
        "$scratch/errors"
}

hangs_are_noticed() {
    with_script 'message type RTM_GETLINK: nothing' 124 && prints "hang: " "$scratch/errors"
}

# The same seed gives the same result, and some seed makes a difference.
faults() {
    different=0
    for seed in 1 2 3 4 5 6 7 8; do
        replay_of links --faults $seed --clock virtual -- ip link
        first=$?
        cat "$scratch/printed" "$scratch/errors" > "$scratch/first"
        replay_of links --faults $seed --clock virtual -- ip link
        [ $? = $first ] && cat "$scratch/printed" "$scratch/errors" | diff "$scratch/first" - || return
        diff "$scratch/links.output" "$scratch/first" > "$scratch/difference" || different=1
    done
    [ "$different" = 1 ]
}

# A program that does not look at what it receives.
cat > "$scratch/careless.c" <<'END'
#include <linux/rtnetlink.h>
#include <sys/socket.h>
int
main(void)
{
    struct { struct nlmsghdr h; struct ifinfomsg i; } request = {
        .h = { sizeof request, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 } };
    static char reply[65536];
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

    send(fd, &request, sizeof request, 0);
    return recv(fd, reply, sizeof reply, 0) < 0 ? *(volatile char *) 0 : 0;
}
END

every_call() {
    ends_with 0 replay_of links --every-call -- ip link || return
    prints "runs in each of which one call failed: 0 crashed or hung" "$scratch/errors" || return
    ${CC:-cc} -w -o "$scratch/careless" "$scratch/careless.c" || return
    record_as careless "$scratch/careless"
    ends_with 121 replay_of careless --every-call -- "$scratch/careless" || return
    prints "call recv number 1 fails ENOBUFS: the program was ended by signal 11" "$scratch/errors"
}

anonymised() {
    record_as all sh -c 'ip addr; ip route show table all'
    "$tool" --anonymise "$scratch/all.pcapng" "$scratch/other.pcapng" 2> "$scratch/errors" || return
    prints "replaced " "$scratch/errors" || return
    ends_with 0 replay_of other -- sh -c 'ip addr; ip route show table all' || return
    ! grep -E '10\.9\.8\.|veth' "$scratch/printed" && ! grep -qa veth0 "$scratch/other.pcapng" \
        && [ "$(grep -c . "$scratch/printed")" = "$(grep -c . "$scratch/all.output")" ]
}

# built NAME: compiles NAME.c in the scratch folder.
built() {
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -w -I"$here" -o "$scratch/$1" "$scratch/$1.c" -lpthread
}

# More notifications than a buffer holds: in the recording, they came one by one.
many_notifications() {
    seq 1 900 | awk '{ printf "addr add 10.66.%d.%d/32 dev veth0\n", $1 / 200, 1 + $1 % 200 }' \
        > "$scratch/batch"
    cat > "$scratch/many" <<'END'
ip monitor address &
sleep 0.3
ip -batch "$1"
sleep 0.5
kill $!
END
    record_as many sh "$scratch/many" "$scratch/batch"
    [ "$(grep -c 10.66 "$scratch/many.output")" -gt 800 ] || return
    ends_with 0 replay_of many -- ip monitor address || return
    diff "$scratch/many.output" "$scratch/printed"
}

# Notifications that come after what this program does not do.
others_notifications() {
    cat > "$scratch/two" <<'END'
ip monitor link &
sleep 0.3
ip link set veth0 mtu 1400
sleep 0.3
kill $!
ip monitor address &
sleep 0.3
ip addr add 10.66.1.1/32 dev veth0
sleep 0.3
kill $!
END
    record_as two sh "$scratch/two"
    ends_with 124 replay_of two -- ip monitor link && prints "mtu 1400" "$scratch/printed"
}

# What comes from a pipe is read once.
inputs_from_pipes() {
    echo 'message type RTM_GETLINK: refuse EPERM' | "$tool" --script /dev/stdin -- ip link \
        > "$scratch/printed" 2> "$scratch/errors" || return
    prints "Operation not permitted" "$scratch/errors" || return
    mkfifo "$scratch/pipe.pcapng" && chmod 644 "$scratch/pipe.pcapng" || return
    cat "$scratch/links.pcapng" > "$scratch/pipe.pcapng" &
    ends_with 0 replay_of pipe -- ip link && diff "$scratch/links.output" "$scratch/printed"
}

# Uses a call that is refused, after what its argument says.
cat > "$scratch/refused.c" <<'END'
#include <stdlib.h>
#include <sys/resource.h>
#include "ask.h"
int
main(int argc, char *argv[])
{
    int fd = open_socket(0);
    struct rlimit limit = { (rlim_t) fd + 1, (rlim_t) fd + 1 };
    if (*argv[1] == 'e') {
        clearenv();
    } else if (*argv[1] == 'u') {
        setgid(65534), setuid(65534);
    } else {
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    listen(fd, 1);
    return 0;
}
END

# Whatever the program does, the tool knows that something was wrong.
reports_arrive() {
    built refused || return
    ends_with 121 "$tool" --script /dev/null -- "$scratch/refused" environment || return
    ends_with 121 "$tool" --script /dev/null -- "$scratch/refused" user || return
    "$tool" --script /dev/null -- "$scratch/refused" limit 2> "$scratch/errors"
    [ $? = 125 ] && prints "1 reports could not be written" "$scratch/errors"
}

# A thread that waits when it is decided that an answer comes later.
cat > "$scratch/late.c" <<'END'
#include <pthread.h>
#include "ask.h"
static void *
wait_for_it(void *fd)
{
    return (void *) (long) answer(*(int *) fd, 0);
}
int
main(void)
{
    int fd = open_socket(0);
    pthread_t thread;
    void *result;
    pthread_create(&thread, 0, wait_for_it, &fd);
    usleep(50000);
    ask(fd, 5);
    pthread_join(thread, &result);
    return result != (void *) 5;
}
END

late_answers() {
    built late || return
    echo 'message: ack late 30 ms' > "$scratch/script"
    ends_with 0 timeout 20 "$tool" --script "$scratch/script" -- "$scratch/late"
}

# Waits for netlink and for a child.
cat > "$scratch/others.c" <<'END'
#include <poll.h>
#include <time.h>
#include "ask.h"
int
main(void)
{
    int pipes[2];
    pipe(pipes);
    struct pollfd p[2] = { { open_socket(0), POLLIN }, { pipes[0], POLLIN } };
    if (!fork()) {
        usleep(100000);
        write(pipes[1], "x", 1);
        _exit(0);
    }
    if (poll(p, 2, -1) != 1 || !p[1].revents) {
        return 1;
    }
    /* Time passes while another descriptor is waited for. */
    struct timespec then, now;
    clock_gettime(CLOCK_MONOTONIC, &then);
    p[1].events = 0;
    poll(p + 1, 1, 1000);
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec == then.tv_sec;
}
END

virtual_time() {
    built others || return
    ends_with 0 "$tool" --script /dev/null --clock virtual -- "$scratch/others"
}

# Calls that fail for several messages.
cat > "$scratch/several.c" <<'END'
#include "ask.h"
int
main(void)
{
    static char data[64];
    struct nlmsghdr message = request(1);
    struct iovec out = { &message, sizeof message }, in = { data, sizeof data };
    struct sockaddr_nl nobody = { .nl_family = AF_NETLINK, .nl_pid = 4000000009u };
    struct mmsghdr to = { { &nobody, sizeof nobody, &out, 1 } }, from = { { 0, 0, &in, 1 } };
    int fd = open_socket(0), small = 1;
    sendmmsg(fd, &to, 1, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 100; i++) {
        ask(fd, 1);
    }
    return recvmmsg(fd, &from, 1, MSG_DONTWAIT, 0) != -1 || errno != ENOBUFS;
}
END

failures_of_several() {
    built several || return
    record_as several "$scratch/several"
    [ $recorded = 0 ] || return
    for call in "sendmmsg error=ECONNREFUSED" "recvmmsg error=ENOBUFS"; do
        grep -qa "call=$call" "$scratch/several.pcapng" || { echo "no $call"; return 1; }
    done
}

# Each call of all processes fails once; a high exit status is not a crash.
every_call_of_several() {
    record_as twice sh -c "$scratch/careless; $scratch/careless"
    ends_with 121 replay_of twice --every-call -- sh -c "$scratch/careless; $scratch/careless" || return
    prints "call recv number 2 fails ENOBUFS: the program was ended by signal 11" "$scratch/errors" \
        || return
    ! grep "call recv number 1" "$scratch/errors" || return
    ends_with 0 replay_of links --every-call -- sh -c 'ip link || exit 255'
}

# A signal ends it, and nothing is left.
every_call_ends() {
    mkdir -p "$scratch/temporary" && chmod 1777 "$scratch/temporary" || return
    TMPDIR=$scratch/temporary "$tool" --replay "$scratch/links.pcapng" --every-call -- \
        sh -c 'ip link; sleep 1' > "$scratch/printed" 2> "$scratch/errors" &
    running=$!
    sleep 1.5
    kill "$running"
    wait "$running"
    status=$?
    [ $status = 143 ] || { echo "exit status $status"; cat "$scratch/errors"; return 1; }
    [ -z "$(ls "$scratch/temporary")" ]
}

# tshark understands what was recorded.
well_formed() {
    tshark -r "$scratch/all.pcapng" -Y _ws.malformed > "$scratch/malformed" 2> "$scratch/errors" \
        || { cat "$scratch/errors"; return 1; }
    [ ! -s "$scratch/malformed" ] || { cat "$scratch/malformed"; return 1; }
    tshark -r "$scratch/all.pcapng" -T fields -e frame.comment 2> "$scratch/errors" \
        | grep -q '^pid=[0-9]* socket=1 port=[0-9]* call=recvmsg$'
}

static_programs() {
    printf 'int main(void) { return 0; }\n' > "$scratch/static.c"
    ${CC:-cc} -static -o "$scratch/static" "$scratch/static.c" || return
    ends_with 126 replay_of links -- "$scratch/static" && prints "statically linked" "$scratch/errors"
}

# wrong_capture TEXT BLOCK OFFSET: the capture is refused with this error.
wrong_capture() {
    ends_with 125 replay_of wrong -- ip link || return
    prints "$1" "$scratch/errors" && prints "wrong.pcapng: block $2 at byte $3: " "$scratch/errors"
}

# changed_at OFFSET BYTES: copies the recording, with other bytes, in printf's notation, at an offset.
changed_at() {
    cp "$scratch/links.pcapng" "$scratch/wrong.pcapng"
    # shellcheck disable=SC2059 # escapes
    printf "$2" | dd of="$scratch/wrong.pcapng" bs=1 seek="$1" conv=notrunc 2> /dev/null
}

# Captures come from strangers.
wrong_captures() {
    # Of the first block; the second one has 32 bytes.
    size=$(od -A n -t u4 -j 4 -N 4 "$scratch/links.pcapng" | tr -d ' ')
    head -c 500 "$scratch/links.pcapng" > "$scratch/wrong.pcapng"
    ends_with 125 replay_of wrong -- ip link || return
    prints "the file is truncated" "$scratch/errors" && prints " at byte " "$scratch/errors" || return
    : > "$scratch/wrong.pcapng"
    wrong_capture "the file is empty" 1 0 || return
    echo "#!/bin/sh" > "$scratch/wrong.pcapng"
    wrong_capture "this is not a pcapng file" 1 0 || return
    changed_at 0 '\324\303\262\241'
    wrong_capture "this is a pcap file" 1 0 || return
    changed_at $((size + 8)) '\001\000'
    wrong_capture "the link type is" 2 "$size" || return
    changed_at $((size + 36)) '\377\377\377\377'
    wrong_capture "a block cannot have" 3 $((size + 32)) || return
    changed_at $((size + 36)) '\374\377\377\177'
    wrong_capture "the file is truncated" 3 $((size + 32)) || return
    # The length in the first message, in the other byte order.  It is in the next block.
    next=$((size + 32 + $(od -A n -t u4 -j $((size + 36)) -N 4 "$scratch/links.pcapng")))
    changed_at $((next + 44)) '\000\000\000\050'
    wrong_capture "a machine of the other byte order" 4 $next || return
    truncate -s 2G "$scratch/wrong.pcapng" || return
    ends_with 125 replay_of wrong -- ip link && prints "has more than 1024 MiB" "$scratch/errors"
}

tool_tests() {
    if [ -z "$unshare" ]; then
        skip "nlsock-fake-kernel" "no network namespace can be made"
        return
    fi
    record_as links ip link
    check "several processes, changes, errors, notifications" several_processes
    check "calls fail as in the recording" failures
    check "answers and notifications fit the changes" answers_fit_the_changes
    check "a program that listens ends with the recording" listener_ends
    check "signals are passed on to the program" signals_are_passed_on
    check "requests that were not recorded" unknown_requests
    check "scripts take precedence over the recording" scripts
    check "expectations" expectations
    check "a wait for an answer that does not come" hangs_are_noticed
    check "wrong captures have an error with its position" wrong_captures
    check "faults are the same for the same seed" faults
    check "every call fails once" every_call
    check "every call of several processes fails once" every_call_of_several
    check "a signal ends --every-call" every_call_ends
    check "more notifications than a buffer holds" many_notifications
    check "a wait for notifications of another program ends" others_notifications
    check "scripts and captures from pipes" inputs_from_pipes
    check "reports arrive, or are known to be lost" reports_arrive
    check "a thread waits for an answer that comes late" late_answers
    check "in virtual time, other descriptors can be waited for" virtual_time
    check "failing calls for several messages are recorded" failures_of_several
    check "anonymised captures" anonymised
    check "programs that are statically linked are refused" static_programs
    if command -v tshark > /dev/null; then
        check "tshark reads what was recorded" well_formed
    else
        skip "tshark reads what was recorded" "no tshark"
    fi
}
