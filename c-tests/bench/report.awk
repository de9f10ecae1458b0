# SPDX-License-Identifier: Apache-2.0
# Writes the report; with 'summary', the times of these workloads alone.  Reads the results of
# results.awk; 'list', 'facts' and 'absent' are files, 'tree' is the version of the original.  With list.awk.

function number(x) {
    if (x == "" || x == "-")
        return "-"
    return x >= 100 ? sprintf("%.0f", x) : sprintf("%.1f", x)
}

# A time and its spread: half of what is between the quartiles.
function time_of(row, driver,    m) {
    if (!((row, driver) in median))
        return "-"
    m = median[row, driver]
    return number(m) " ±" sprintf("%.0f", 50 * (upper[row, driver] - lower[row, driver]) / m) "%"
}

function ratio(row, driver) {
    return (row, driver) in median ? median[row, "ours"] / median[row, driver] : "-"
}

# The share of bare system calls, which every implementation needs, in the time of another one.
function bare_share(row, driver) {
    return (row, driver) in median && (row, "raw") in median \
           ? median[row, "raw"] / median[row, driver] : 0
}

function instruction_ratio(row, driver) {
    if (!(instructions[row, driver] > 0))
        return "-"
    return instructions[row, "ours"] / instructions[row, driver]
}

function two_digits(x) {
    return x == "-" ? x : sprintf("%.2f", x)
}

function item(text) {
    printf " %s |", text
}

# One line of the list of targets.  'bare' is what bare system calls alone come to.
function verdict(what, measured, limit, unit, bare,    met, text) {
    if (measured == "-" || limit == "-")
        return
    met = measured <= limit
    n_met += met
    n_targets++
    text = met ? "met" : "**not met**"
    if (!met && bare > limit) {
        n_bare++
        text = text sprintf(": bare system calls take %.3f", bare)
    }
    verdicts = verdicts sprintf("| %s | %.3f%s | %.2f%s | %s |\n", what, measured, unit, limit,
                                unit, text)
}

function targets(row) {
    verdict(titles[row] ", to the original", ratio(row, "original"), limit_original[row], "",
            bare_share(row, "original"))
    verdict(titles[row] ", to system calls", ratio(row, "raw"), limit_bare[row], "")
    verdict(titles[row] ", instructions to the original's", instruction_ratio(row, "original"),
            limit_instructions[row], "")
    verdict(titles[row] ", to libmnl", ratio(row, "mnl"), 1, "", bare_share(row, "mnl"))
    verdict(titles[row] ", to libnl-3", ratio(row, "libnl"), 1, "", bare_share(row, "libnl"))
}

# The times, of all workloads or of those in 'chosen', each between blanks.
function time_table(chosen,    i, j, row) {
    print "| | this library | original C | libmnl | libnl-3 | system calls | to original |" \
          " to system calls |"
    print "|---|--:|--:|--:|--:|--:|--:|--:|"
    for (i = 1; i <= n_rows; i++) {
        row = rows[i]
        if (!have[row] || (chosen != "" && !index(chosen, " " row " ")))
            continue
        printf "|"
        item(titles[row])
        for (j = 1; j <= n_drivers; j++)
            item(time_of(row, drivers[j]))
        item(two_digits(ratio(row, "original")))
        item(two_digits(ratio(row, "raw")))
        print ""
    }
}

# By how much an item costs more in a larger one, at most.
function growth(what, smallest, pattern,    i, row, most, r) {
    if (!(instructions[smallest, "ours"] > 0))
        return
    most = 0
    for (i = 1; i <= n_rows; i++) {
        row = rows[i]
        if (row ~ pattern && instructions[row, "ours"] > 0) {
            r = instructions[row, "ours"] / instructions[smallest, "ours"]
            most = r > most ? r : most
        }
    }
    verdict(what, most, 1.05, "")
}

BEGIN {
    FS = "\t"
    columns["ours"] = "this library"
    columns["original"] = "original C"
    columns["mnl"] = "libmnl"
    columns["libnl"] = "libnl-3"
    columns["raw"] = "system calls"
    n_drivers = split("ours original mnl libnl raw", drivers, " ")
    read_list()
    while ((getline line < facts) > 0) {
        n = split(line, f, "\t")
        if (f[1] == "stripped")
            stripped = f[2]
        else
            known = known sprintf("| %s | %s |\n", f[1], f[2])
    }
    while ((getline line < absent) > 0)
        lacking = lacking "- " line "\n"
}

{
    median[$1, $2] = $3
    lower[$1, $2] = $4
    upper[$1, $2] = $5
    memory[$1, $2] = $6
    remark[$1, $2] = $7
    instructions[$1, $2] = $8 == "-" ? 0 : $8
    system_calls[$1, $2] = $10
    allocations[$1, $2] = $11
    have[$1] = 1
}

END {
    if (summary) {
        time_table(" " summary " ")
        exit
    }
    print "# Speed, beside " (flavour == "2014" ? "the C of July 2014" : "Open vSwitch " tree)
    print "\nWritten by `make bench`.  [The figures](" flavour ".tsv),"
    print "[what is measured and how](README.md).\n"
    print "![The times as a chart](" flavour ".svg)\n"
    print "| | |\n|---|---|"
    printf "%s", known
    if (lacking)
        printf "\nEmpty columns:\n\n%s", lacking

    print "\n## Time\n"
    print "Nanoseconds for each operation, message or route: median, and half of what is between"
    print "the quartiles.\n"
    time_table("")
    for (i = 1; i <= n_rows; i++)
        if (have[rows[i]])
            targets(rows[i])

    print "\n## Instructions, system calls, allocations\n"
    print "User-space instructions for each, by callgrind.\n"
    print "| | this library | original C | libmnl | libnl-3 | system calls | to original |" \
          " calls here | of original | allocations here | of original |"
    print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for (i = 1; i <= n_rows; i++) {
        row = rows[i]
        if (!(instructions[row, "ours"] > 0))
            continue
        printf "|"
        item(titles[row])
        for (j = 1; j <= n_drivers; j++)
            item((row, drivers[j]) in instructions ? number(instructions[row, drivers[j]]) : "-")
        item(two_digits(instruction_ratio(row, "original")))
        item(two_digits(system_calls[row, "ours"]))
        item((row, "original") in instructions ? two_digits(system_calls[row, "original"]) : "-")
        item(two_digits(allocations[row, "ours"]))
        item((row, "original") in instructions ? two_digits(allocations[row, "original"]) : "-")
        print ""
    }

    print "\n## Bursts, start, size\n"
    print "| | this library | original C | libmnl | libnl-3 | system calls |"
    print "|---|--:|--:|--:|--:|--:|"
    for (i = 1; i <= n_rows; i++) {
        row = rows[i]
        if (remark[row, "ours"] !~ /^received/)
            continue
        printf "|"
        item(titles[row] ": received")
        for (j = 1; j <= n_drivers; j++) {
            text = remark[row, drivers[j]]
            sub(/received=/, "", text)
            item(text == "" ? "-" : text)
        }
        print ""
    }
    if (("startup/1", "ours") in median) {
        printf "| from dlopen() to the first reply, µs |"
        for (j = 1; j <= n_drivers; j++)
            item(("startup/1", drivers[j]) in median \
                 ? number(median["startup/1", drivers[j]] / 1000) : "-")
        printf "\n| resident memory for that, KiB |"
        for (j = 1; j <= n_drivers; j++)
            item(("startup/1", drivers[j]) in memory ? memory["startup/1", drivers[j]] : "-")
        print ""
    }
    if (("startup/50", "ours") in memory) {
        printf "| resident memory of 50 threads, one transaction each, huge pages, KiB |"
        for (j = 1; j <= n_drivers; j++)
            item(("startup/50", drivers[j]) in memory ? memory["startup/50", drivers[j]] : "-")
        print ""
    }
    for (i = 1; i <= n_rows; i++) {
        row = rows[i]
        if (row !~ /^dump\// || !have[row])
            continue
        printf "| most memory of the process, %s, KiB |", titles[row]
        for (j = 1; j <= n_drivers; j++)
            item((row, drivers[j]) in memory ? memory[row, drivers[j]] : "-")
        print ""
    }
    printf "| the stripped library, KiB | %.0f | | | | |\n", stripped / 1024

    growth("instructions for a message, batches of 10 to 10000 (no answer)", "batch-quiet/10",
           "^batch-quiet/10+$")
    growth("instructions for a message, batches of 10 to 10000 (acknowledged)", "batch-ack/10",
           "^batch-ack/10+$")
    growth("instructions for a message, batches of 10 to 10000 (with replies)", "batch-echo/10",
           "^batch-echo/10+$")
    growth("instructions for a route, dumps of 1000 to 500000", "dump/1000", "^dump/")
    if (("dump/500000", "ours") in memory)
        verdict("memory, dump of 500000 to dump of 1000",
                memory["dump/500000", "ours"] / memory["dump/1000", "ours"], 1.1, "")
    verdict("stripped library", stripped / 1024, 400, " KiB")
    if (("startup/1", "original") in median)
        verdict("start-up, beyond the original's",
                (median["startup/1", "ours"] - median["startup/1", "original"]) / 1e6, 0.5, " ms")
    if (("startup/50", "original") in memory)
        verdict("resident memory of 50 threads, to original",
                memory["startup/50", "ours"] / memory["startup/50", "original"], 1, "")
    print "\n## Targets\n"
    printf "%d of %d are met.  Ratios are of medians.", n_met, n_targets
    if (n_bare > 0)
        printf "  Of the others, so many are out of reach of bare system calls, too: %d.", n_bare
    print "\n[What stands in the way](README.md#what-stands-in-the-way) of the others.\n"
    print "| what | measured | at most | |\n|---|--:|--:|---|"
    printf "%s", verdicts
}
