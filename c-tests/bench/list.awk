# SPDX-License-Identifier: Apache-2.0
# The columns of workloads.list, which 'list' names, by workload.  Read with other scripts.

function read_list(    line, f, n, i, row) {
    while ((getline line < list) > 0) {
        n = split(line, f, " ")
        row = f[1]
        rows[++n_rows] = row
        limit_original[row] = f[5]
        limit_bare[row] = f[6]
        limit_instructions[row] = f[7]
        limit_allocations[row] = f[8]
        titles[row] = f[9]
        for (i = 10; i <= n; i++)
            titles[row] = titles[row] " " f[i]
    }
}
