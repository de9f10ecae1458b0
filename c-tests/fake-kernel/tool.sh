#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tool.sh STAGE: tests nlsock-fake-kernel in STAGE from end to end: programs of Debian are recorded on
# the real kernel, in a network namespace, and replayed by another user.
#
#   TABLE=1      prints a table of the programs instead, for docs/testing.md
#
# The output has the form of TAP, see ../check/results.sh.
set -u

here=$(cd "$(dirname "$0")" && pwd)
stage=$(cd "$1" && pwd)
PATH=$PATH:/usr/sbin:/sbin
unset NLSOCK_FAKE_KERNEL_LIBRARY LD_PRELOAD

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. "$here/../check/results.sh"
. "$here/../check/checks.sh"

# Where any user can read it.
chmod 755 "$scratch"
mkdir -p "$scratch/tool/bin" "$scratch/tool/lib/nlsock"
cp "$stage/bin/nlsock-fake-kernel" "$scratch/tool/bin/"
cp "$stage/lib/nlsock/libnlsock-fake-kernel.so" "$scratch/tool/lib/nlsock/"
chmod -R go+rX "$scratch/tool"
tool=$scratch/tool/bin/nlsock-fake-kernel

# The options that make this user root in a network namespace of its own.
namespace=-n
[ "$(id -u)" = 0 ] || namespace=-rn

# as_user COMMAND...: without privileges.
as_user() {
    if [ "$(id -u)" = 0 ]; then
        TMPDIR=/tmp timeout 60 setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
    else
        timeout 60 "$@"
    fi
}

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
    timeout 60 unshare "$namespace" sh "$scratch/in-namespace" "$@"
}

# record NAME COMMAND...: writes NAME.pcapng, NAME.output; sets 'recorded' to the exit status.
record() {
    recording=$1
    shift
    in_namespace "$tool" --record "$scratch/$recording.pcapng" -- "$@" \
        > "$scratch/$recording.output" 2>&1
    recorded=$?
    chmod 644 "$scratch/$recording.pcapng"
}

# replay NAME OPTION... -- COMMAND...: by another user, into 'printed' and 'errors'.
replay() {
    recording=$1
    shift
    as_user "$tool" --replay "$scratch/$recording.pcapng" "$@" \
        > "$scratch/printed" 2> "$scratch/errors"
}

# same COMMAND...: what a program prints on the real kernel, it prints when that is replayed.
same() {
    record same "$@"
    as_user "$tool" --replay "$scratch/same.pcapng" -- "$@" > "$scratch/replayed" 2>&1
    replayed=$?
    [ "$recorded" = "$replayed" ] && diff "$scratch/same.output" "$scratch/replayed"
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
cat > "$scratch/changes" <<'END'
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
    (cd "$scratch/writable" && record changes sh "$scratch/changes" && rm -f monitored) || return
    prints "RTNETLINK answers: File exists" "$scratch/changes.output" || return
    prints "Deleted" "$scratch/changes.output" || return
    (cd "$scratch/writable" && as_user "$tool" --replay "$scratch/changes.pcapng" -- \
        sh "$scratch/changes" > "$scratch/printed" 2>&1)
    diff "$scratch/changes.output" "$scratch/printed"
}

listener_ends() {
    record monitor timeout 1 ip monitor
    ends_with 0 replay monitor -- ip monitor
}

unknown_requests() {
    ends_with 121 replay links -- ip route || return
    prints "does not have this request: route RTM_GETROUTE" "$scratch/errors" || return
    prints "the exit status of the program is 2" "$scratch/errors" || return
    ends_with 121 replay links --unknown fail -- ip route || return
    ends_with 121 replay links --unknown ENOMEM -- ip route || return
    prints "Cannot allocate memory" "$scratch/errors" || return
    ends_with 0 replay links --unknown default -- ip route && [ ! -s "$scratch/printed" ]
}

# with_script LINES STATUS: a replay of ip link with this script.
with_script() {
    printf '%s\n' "$1" > "$scratch/script"
    ends_with "$2" replay links --script "$scratch/script" -- ip link
}

scripts() {
    with_script 'message type RTM_GETLINK: refuse EPERM' 0 || return
    prints "Operation not permitted" "$scratch/errors" || return
    with_script 'message type RTM_GETLINK number 2: refuse EPERM' 0 || return
    with_script 'call recv number 2 fails ENOBUFS' 0 || return
    prints "No buffer space available" "$scratch/errors" || return
    with_script 'message type RTM_GETLINK: error ENOBUFS; default' 0 || return
    prints "No buffer space available" "$scratch/errors"
}

expectations() {
    with_script 'expect message type RTM_GETLINK sent 1 times' 0 || return
    with_script 'expect message type RTM_GETADDR sent' 121 || return
    prints "line 1 of the script: expect message type RTM_GETADDR sent: it was sent 0 times" \
        "$scratch/errors"
}

hangs_are_noticed() {
    with_script 'message type RTM_GETLINK: nothing' 124 && prints "hang: " "$scratch/errors"
}

wrong_captures() {
    head -c 500 "$scratch/links.pcapng" > "$scratch/short.pcapng"
    ends_with 125 replay short -- ip link || return
    prints "the file is truncated" "$scratch/errors" && prints " at byte " "$scratch/errors"
}

# The same seed gives the same result, and some seed makes a difference.
faults() {
    different=0
    for seed in 1 2 3 4 5 6 7 8; do
        replay links --faults $seed --clock virtual -- ip link
        first=$?
        cat "$scratch/printed" "$scratch/errors" > "$scratch/first"
        replay links --faults $seed --clock virtual -- ip link
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
    ends_with 0 replay links --every-call -- ip link || return
    prints "runs in each of which one call failed: 0 crashed or hung" "$scratch/errors" || return
    ${CC:-cc} -w -o "$scratch/careless" "$scratch/careless.c" || return
    record careless "$scratch/careless"
    ends_with 121 replay careless --every-call -- "$scratch/careless" || return
    prints "call recv number 1 fails ENOBUFS: the program was ended by signal 11" "$scratch/errors"
}

anonymised() {
    record all sh -c 'ip addr; ip route show table all'
    "$tool" --anonymise "$scratch/all.pcapng" "$scratch/other.pcapng" 2> "$scratch/errors" || return
    prints "replaced " "$scratch/errors" || return
    ends_with 0 replay other -- sh -c 'ip addr; ip route show table all' || return
    ! grep -E '10\.9\.8\.|veth' "$scratch/printed" && ! grep -qa veth0 "$scratch/other.pcapng" \
        && [ "$(grep -c . "$scratch/printed")" = "$(grep -c . "$scratch/all.output")" ]
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
    ends_with 126 replay links -- "$scratch/static" && prints "statically linked" "$scratch/errors"
}

# The programs, a line for each: the library that they use, and the command.  For interfaces that
# this machine does not have, "ip -6 addr" also prints that an ioctl() has failed, which is not
# netlink.
programs() {
    cat <<'END'
iproute2: ip link
iproute2: ip -s -d link
iproute2: ip route show table all
iproute2: ip -6 addr show dev lo
iproute2: ip -j addr
iproute2: ip rule
iproute2: ip neigh
iproute2: ip netconf
iproute2: ip nexthop
iproute2: ip xfrm state
iproute2: tc -s qdisc
iproute2: bridge fdb
iproute2: bridge vlan
iproute2: devlink dev
iproute2: genl ctrl list
iproute2: ss -tulpn
libnl-3: nl-link-list
libnl-3: nl-addr-list
libnl-3: nl-route-list
libnl-3: genl-ctrl-list
libnl-3: iw dev
libmnl: conntrack -L
libmnl: conntrack -S
libmnl: ipset list
libmnl: ethtool -k veth0
libmnl: nft list ruleset
libmnl: nft -f changes.nft
END
}

cat > "$scratch/changes.nft" <<'END'
table ip t {
    set s { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 } }
    chain c { type filter hook input priority 0; ip saddr @s counter accept; }
}
list ruleset
END

foreign_programs() {
    programs | while IFS=: read -r library command; do
        command=${command# }
        if ! have "${command%% *}"; then
            printf '%s\t%s\tnot installed\n' "$library" "$command"
            continue
        fi
        # shellcheck disable=SC2086 # words
        (cd "$scratch" && same $command) > "$scratch/result" 2>&1 && result=same || result=differs
        printf '%s\t%s\t%s\n' "$library" "$command" "$result"
        [ "$result" = same ] || diagnose "$scratch/result" >&2
    done
}

if ! have ip || ! unshare "$namespace" true 2> /dev/null; then
    skip "nlsock-fake-kernel with programs" "no ip, or no network namespace can be made"
    total "nlsock-fake-kernel"
    exit
fi
if [ -n "${TABLE-}" ]; then
    foreign_programs | awk -F '\t' 'BEGIN { print "| library | program | replayed |\n|---|---|---|" }
        { print "| " $1 " | `" $2 "` | " $3 " |" }'
    exit
fi
record links ip link
check "a program prints the same when it is replayed" same ip link
check "several processes, changes, errors, notifications" several_processes
check "a program that listens ends with the recording" listener_ends
check "requests that were not recorded" unknown_requests
check "scripts take precedence over the recording" scripts
check "expectations" expectations
check "a wait for an answer that does not come" hangs_are_noticed
check "a truncated capture has an error with its position" wrong_captures
check "faults are the same for the same seed" faults
check "every call fails once" every_call
check "anonymised captures" anonymised
check "programs that are statically linked are refused" static_programs
if have tshark; then
    check "tshark reads what was recorded" well_formed
else
    skip "tshark reads what was recorded" "no tshark"
fi
foreign_programs > "$scratch/table"
while IFS="$(printf '\t')" read -r library command result; do
    case $result in
        same) ok "recorded and replayed: $command ($library)" ;;
        "not installed") skip "recorded and replayed: $command ($library)" "no ${command%% *}" ;;
        *) not_ok "recorded and replayed: $command ($library)" ;;
    esac
done < "$scratch/table"
total "nlsock-fake-kernel"
