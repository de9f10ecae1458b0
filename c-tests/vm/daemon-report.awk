# SPDX-License-Identifier: Apache-2.0
# Makes a report of the figures of load-in-vm.sh: medians of all rounds.  Variables: 'flows',
# 'kernel', 'rounds'.

function median(key,    n, list, i, j, t) {
    n = split(values[key], list, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j] + 0 < list[j - 1] + 0; j--) {
            t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
        }
    return n ? (list[int((n + 1) / 2)] + list[int(n / 2) + 1]) / 2 : "-"
}

function cells(work, what,    ours, original) {
    ours = median(work SUBSEP "relinked" SUBSEP what)
    original = median(work SUBSEP "original" SUBSEP what)
    return sprintf(" %s | %s | %s |", ours, original,
                   original > 0 ? sprintf("%.2f", ours / original) : "-")
}

BEGIN {
    title["dpctl/add-flows"] = "`ovs-appctl dpctl/add-flows`, all in one file"
    title["dpctl/dump-flows"] = "`ovs-appctl dpctl/dump-flows` of these"
    title["dpctl/del-flows"] = "`ovs-appctl dpctl/del-flows`, all"
    title["upcalls"] = "as many flows by upcalls, a packet for each"
    title["dump-of-upcalls"] = "`ovs-appctl dpctl/dump-flows` of these"
    title["revalidator/wait"] = "`ovs-appctl revalidator/wait`, three times"
    title["revalidator/purge"] = "`ovs-appctl revalidator/purge`"
}

{
    if (!($1 in seen)) {
        seen[$1] = 1
        works[++n_works] = $1
    }
    values[$1, $2, $3] = values[$1, $2, $3] " " $4
}

END {
    print "# The daemon with " flows " flows\n"
    print "Written by `make bench-daemon`: `ovs-vswitchd` of Debian's Open vSwitch 3.1 on the"
    print "kernel's datapath, with this library and with its own netlink code, on the same kernel,"
    print "in turns.\n"
    print "| | |\n|---|---|"
    print "| kernel | " kernel " |"
    print "| rounds | " rounds " |\n"
    print "Processor time is that of all threads of the daemon, in milliseconds: the median. The"
    print "kernel counts it in steps of 10 ms. System calls are counted in a round of its own, under"
    print "strace, with " flows / 10 " flows.\n"
    print "| | in user space | original | ratio | in the kernel | original | ratio" \
          " | system calls | original | ratio |"
    print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for (i = 1; i <= n_works; i++)
        print "| " title[works[i]] " |" cells(works[i], "user") cells(works[i], "kernel") \
              cells(works[i], "calls")
}
