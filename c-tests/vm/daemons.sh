# SPDX-License-Identifier: Apache-2.0
# Runs the daemon of both trees on the kernel's datapath, in the VM, and compares the answers.  Read
# by check-kernel.sh.

# The transcripts of daemon-in-vm.sh, and their subjects.
transcripts="ports:ports and links
flows:flows, and packets through them
restarts:restarts
connections:connections
dpctl:what ovs-dpctl does
appctl:what ovs-appctl dpctl/* does"

# usual TREE FILE: prints the transcript without what differs from run to run with the same code:
# the order of an answer's lines, counters, times, how long things take, random addresses and names,
# and numbers that the daemon gives in any order: of tunnels' ports and recirculation.  Also without
# the warning that only the library logs: that a dump, here of a datapath that was deleted, ended with
# an error.
usual() {
    sed -E -e "s|$scratch/(kernel/)?$1|TREE|g" \
        -e '/^rtt min/d' \
        -e 's/(packet loss), time .*/\1/' \
        -e 's/^[0-9-]+T[0-9:.]+Z\|[0-9]+\|/WHEN|/' \
        -e '/^WHEN\|(coverage|poll_loop|timeval)\|/d' \
        -e '/\|WARN\|netlink dump ended with an error/d' \
        -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UUID/g' \
        -e 's/(packets|bytes|duration|used|pkts|hit|missed|lost|pkt)([:=])[0-9a-z.]+/\1\2N/g' \
        -e '/^ *cache: hit:N/d' \
        -e 's/(pid|id|sport|dport)=[0-9]+/\1=N/g' \
        -e 's/(recirc|recirc_id)\(0x[0-9a-f]+\)/\1(N)/g' \
        -e '/(mac_in_use +: "|addr:)02:00:00:/!s/(mac_in_use +: "|addr:)[0-9a-f:]+/\1RANDOM/' \
        -e 's/(sFlow\(vid=[0-9]+,pcp=[0-9]+,output=)[0-9]+/\1N/' \
        -e 's/(set\(tunnel\(([^()]|\([^()]*\))*\)\)),[0-9]+/\1,N/g' \
        -e 's/port [0-9]+: ([a-z]+_sys)/port N: \1/' \
        -e 's/((vxlan|gre|geneve)0 [0-9]+)\/[0-9]+:/\1\/N:/' "$scratch/kernel/$1/$2" \
        | awk '/^\$ / { n++ } { printf "%d\t%d\t%s\n", n, !/^\$ /, $0 }' \
        | sort -s -t "$(printf '\t')" -k 1,1n -k 2,2n -k 3 | cut -f 3-
}

# alike FILE: both trees have this transcript, with the same contents.
alike() {
    for tree in original relinked; do
        [ -s "$scratch/kernel/$tree/$1" ] || { echo "$tree: no $1"; return 1; }
        usual "$tree" "$1" > "$scratch/kernel/$tree/$1.usual"
    done
    diff "$scratch/kernel/original/$1.usual" "$scratch/kernel/relinked/$1.usual"
}

# What the daemons logged about netlink and the kernel's links, each kind of line once.
same_log() {
    for tree in original relinked; do
        sed -E 's/^[^|]*\|[0-9]+\|//; s/^([a-z_]+)\([^)]*\)\|/\1|/' \
            "$scratch/kernel/$tree/ovs-vswitchd.log" \
            | grep -E '^(netlink[a-z_]*|dpif_netlink[a-z_]*|netdev_linux|route_table)\|' \
            | sort -u > "$scratch/kernel/$tree/log"
    done
    alike log
}

# mapped PROGRAM: the library is loaded in the relinked program, and not in the original.
mapped() {
    grep -F "$scratch/library/" "$scratch/kernel/relinked/maps.$1" \
        && [ -s "$scratch/kernel/original/maps.$1" ] \
        && ! grep -F libnlsock "$scratch/kernel/original/maps.$1"
}

as_expected() {
    [ -e "$scratch/kernel/$1/ended" ] && [ ! -e "$scratch/kernel/$1/unexpected" ] && return
    cat "$scratch/kernel/$1/unexpected" "$scratch/kernel/$1/errors"
    return 1
}

every_ping() {
    grep -h 'packets transmitted' "$scratch/kernel/$1"/* | grep -c '^3 .* 0% packet loss' \
        && ! grep -h 'packets transmitted' "$scratch/kernel/$1"/* \
            | grep -v '^3 .* 0% packet loss' | grep -v '^1 .* 100% packet loss'
}

# daemon_ran TREE STATUS: reports what the daemon did.  STATUS is that of its VM.
daemon_ran() {
    if [ "$2" != 0 ]; then
        diagnose "$scratch/kernel/$1/errors"
        not_ok "the daemon of the $1 tree in the VM (exit status $2)"
        return 1
    fi
    check "the daemon of the $1 tree does what it is told on the kernel's datapath" as_expected "$1"
    check "every ping through the datapath of the $1 tree is answered" every_ping "$1"
    return 0
}

daemons() {
    for tree in original relinked; do
        rm -rf "$scratch/kernel/$tree"
        mkdir -p "$scratch/kernel/$tree"
        start_vm 900 "$scratch/kernel/$tree" "$vm/daemon-in-vm.sh" "$scratch/$tree" \
            "$scratch/kernel/$tree" 2> "$scratch/kernel/$tree/errors"
    done
    await_vm
    original_status=$status
    await_vm
    relinked_status=$status
    daemon_ran original "$original_status" && daemon_ran relinked "$relinked_status" || return
    for program in ovs-vswitchd ovsdb-server; do
        check "the library is in the relinked $program alone" mapped $program
    done
    while IFS=: read -r file about; do
        check "in the VM, $about: $(grep -c '^\$ ' "$scratch/kernel/original/$file") commands, \
the same answers" alike "$file"
    done <<END
$transcripts
END
    check "in the VM, the log says the same about netlink" same_log
}
