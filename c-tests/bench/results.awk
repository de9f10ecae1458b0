# SPDX-License-Identifier: Apache-2.0
# Reads the sorted times of measure.sh, and 'counts', the file of its counts.  Prints for each
# workload and driver, with tabs between:
#   WORKLOAD DRIVER MEDIAN LOWER-QUARTILE UPPER-QUARTILE MEMORY REMARK
#   INSTRUCTIONS THOSE-IN-OBJECT SYSTEM-CALLS ALLOCATIONS

function quantile(q,    at, below) {
    at = (n - 1) * q + 1
    below = int(at)
    if (below == n)
        return values[n]
    return values[below] + (at - below) * (values[below + 1] - values[below])
}

function flush(    key) {
    if (!n)
        return
    key = row SUBSEP driver
    print row, driver, sprintf("%.1f", quantile(0.5)), sprintf("%.1f", quantile(0.25)),
          sprintf("%.1f", quantile(0.75)), memory, remark,
          key in counted ? counted[key] : "-\t-\t-\t-"
    n = 0
}

BEGIN {
    OFS = "\t"
    while ((getline line < counts) > 0) {
        split(line, f, " ")
        counted[f[1], f[2]] = f[3] "\t" f[4] "\t" f[5] "\t" f[6]
    }
}

$1 != row || $2 != driver {
    flush()
    row = $1
    driver = $2
    memory = 0
}

{
    values[++n] = $3
    if ($4 > memory)
        memory = $4
    remark = $5
}

END {
    flush()
}
