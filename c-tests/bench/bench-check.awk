# SPDX-License-Identifier: Apache-2.0
# Compares a baseline with the current counts, two files of the same form.  Prints TAP.  'list' is
# the list of workloads, with the number of allocations that the interface requires.  Used with
# list.awk.

# result(NAME, GOOD, WHY): prints a result; with WHY if it is not GOOD.
function result(name, good, why) {
    n_results++
    print (good ? "ok " : "not ok ") n_results " - " flavour ": " name (good ? "" : ": " why)
}

# check_growth(NAME, SMALLEST, PATTERN): an item of a larger one costs as much.
function check_growth(name, smallest, pattern,    row, most) {
    if (!(smallest in now))
        return
    for (row in now)
        if (row ~ pattern && now[row] > most)
            most = now[row]
    result(name, most <= now[smallest] * 1.05,
           sprintf("%.1f instructions grow to %.1f", now[smallest], most))
}

BEGIN {
    read_list()
}

/^#/ {
    next
}

FNR == NR {
    before[$1] = $2
    calls_before[$1] = $3
    next
}

{
    now[$1] = $2
    if (!($1 in before)) {
        result($1, 0, "not in the baseline: make bench-baseline")
        next
    }
    if ($1 == "stripped") {
        result("size", $2 <= before[$1] * 1.03,
               sprintf("%d bytes, more than %d by over 3%%", $2, before[$1]))
        result("size of at most 400 KiB", $2 <= 400 * 1024, sprintf("%d bytes", $2))
        next
    }
    change = before[$1] > 0 ? 100 * ($2 / before[$1] - 1) : 0
    if (change < -1)
        printf "# %s: %s: %.1f instructions, %.1f%% fewer than %.1f\n", flavour, $1, $2, -change,
               before[$1]
    result($1 " instructions", $2 <= before[$1] * 1.03,
           sprintf("%.1f, %.1f%% more than %.1f", $2, change, before[$1]))
    # pthread_join() makes one or two, unless the thread has ended before.
    calls_vary = $1 ~ /^new-thread/ ? 2 : 0.001
    result($1 " system calls", $3 <= calls_before[$1] + calls_vary,
           sprintf("%.4f, not %.4f", $3, calls_before[$1]))
    result($1 " allocations", $4 <= limit_allocations[$1] + 0.001,
           sprintf("%.4f, not %.4f", $4, limit_allocations[$1]))
}

END {
    check_growth("batches without answers", "batch-quiet/10", "^batch-quiet/10+$")
    check_growth("batches with acknowledgements", "batch-ack/10", "^batch-ack/10+$")
    check_growth("batches with replies", "batch-echo/10", "^batch-echo/10+$")
    check_growth("dumps", "dump/1000", "^dump/10+$")
    print "1.." n_results
}
