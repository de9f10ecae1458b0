#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# watch-links.sh ORIGINAL OTHER FOLDER: runs two nlmon at once in this network namespace, changes
# links, and compares what the two print, and what their netlink sockets log.  Writes to FOLDER.
#
# "lo" always changes.  A kernel that has more kinds of links changes these, too, and some of them
# in another namespace, whose number nlmon prints.
set -u

original=$1
other=$2
cd "$3" || exit

# wait_until COMMAND...: fails if the command has not succeeded within 20 seconds.
wait_until() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 400 ] || { echo "waited in vain: $*"; return 1; }
        sleep 0.05
    done
}

# Both sockets have joined the group of links, which is the first bit.
both_listen() {
    [ "$(awk '$2 == 0 && $4 == "00000001"' /proc/net/netlink | wc -l)" = 2 ]
}

# Both have printed the last change.
both_have_all() {
    grep -q PROMISC original && cmp -s original other
}

# may COMMAND...: not every kernel can.
may() {
    "$@" > /dev/null 2>&1
}

# Without line buffering, what they have printed would be lost when they are killed.
stdbuf -oL "$original" > original 2> original.log &
first=$!
stdbuf -oL "$other" > other 2> other.log &
second=$!
wait_until both_listen || { cat original.log other.log; exit 1; }

ip link set lo down
ip link set lo up
may ip link add bridge0 type bridge
may ip tuntap add tap0 mode tap
may ip link set tap0 master bridge0
may ip link set tap0 up
if may ip netns add peer && may ip link add veth0 type veth peer name veth1 netns peer; then
    may ip link set veth0 master bridge0
    may ip link set veth0 up
    may ip -n peer link set veth1 up
    may ip link del veth0
fi
ip link set lo promisc on || exit
wait_until both_have_all
status=$?
kill "$first" "$second"
wait
diff original other || exit

for program in original other; do
    grep -o 'netlink_socket|.*' $program.log > $program.lines
done
[ -s original.lines ] || { echo "the original logs nothing"; exit 1; }
diff original.lines other.lines || exit
echo "# $(grep -c '^netdev' original) changes, $(grep -c 'netns id: [0-9]' original) of them in" \
    "another namespace, $(grep -c 'master=' original) of links with a master"
exit $status
