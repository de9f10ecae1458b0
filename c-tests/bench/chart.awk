# SPDX-License-Identifier: Apache-2.0
# Draws the medians that results.awk prints as SVG: a line for each workload of 'list', a dot on it
# for each driver, as a ratio to the original (or, without it, to this library).  With list.awk.

# Logarithmic; what is beyond the ends is drawn there.
function x_of(ratio) {
    ratio = ratio < least ? least : ratio > most ? most : ratio
    return left + log(ratio / least) / log(most / least) * width
}

function text(x, y, anchor, what) {
    gsub(/&/, "\\&amp;", what)
    gsub(/</, "\\&lt;", what)
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, what
}

function rule(x, colour) {
    printf "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>\n", x, top - 8, x,
           top + n_drawn * step, colour
}

function dot(x, y, driver) {
    printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\" fill=\"%s\"/>\n", x, y,
           driver == "ours" ? "5" : "4", colours[driver]
}

BEGIN {
    FS = "\t"
    left = 330
    width = 480
    least = 0.1
    most = 4
    top = 64
    step = 18
    n_drivers = split("raw libnl mnl original ours", drivers, " ")
    names["ours"] = "this library"
    names["original"] = "original C"
    names["mnl"] = "libmnl"
    names["libnl"] = "libnl-3"
    names["raw"] = "system calls"
    colours["ours"] = "#c62828"
    colours["original"] = "#424242"
    colours["mnl"] = "#1e88e5"
    colours["libnl"] = "#8e9bd6"
    colours["raw"] = "#43a047"
    read_list()
}

{
    median[$1, $2] = $3
}

END {
    for (i = 1; i <= n_rows; i++)
        if ((rows[i], "ours") in median)
            drawn[++n_drawn] = rows[i]
    total = left + width + 30
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" " \
           "font-family=\"sans-serif\" font-size=\"12\">\n", total, top + n_drawn * step + 16, total
    printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
    text(8, 20, "start", "time, as a ratio to the original C; left is faster")
    x = left
    for (i = n_drivers; i >= 1; i--) {
        dot(x, 16, drivers[i])
        text(x + 9, 20, "start", names[drivers[i]])
        x += 24 + 7 * length(names[drivers[i]])
    }
    n = split("0.1 0.2 0.5 1 2 4", marks, " ")
    for (i = 1; i <= n; i++) {
        rule(x_of(marks[i]), marks[i] == 1 ? "#424242" : "#e0e0e0")
        text(x_of(marks[i]), top - 14, "middle", marks[i])
    }
    for (i = 1; i <= n_drawn; i++) {
        row = drawn[i]
        y = top + (i - 0.5) * step
        text(left - 12, y + 4, "end", titles[row])
        unit = (row, "original") in median ? median[row, "original"] : median[row, "ours"]
        for (j = 1; j <= n_drivers; j++)
            if ((row, drivers[j]) in median)
                dot(x_of(median[row, drivers[j]] / unit), y, drivers[j])
    }
    print "</svg>"
}
