# SPDX-License-Identifier: Apache-2.0
# form.awk SHOWN PRINTED: fails, and says why, unless the output of a command has the form that the
# guide shows.  A number of several digits stands for any number.  A line "..." stands for any lines, and "..." within
# a line for any text.

function pattern(line) {
    gsub(/[][\\.^$*+?(){}|\/]/, "\\\\&", line)
    gsub(/\\\.\\\.\\\./, ".*", line)
    gsub(/[0-9][0-9]+/, "[0-9]+", line)
    return "^" line "$"
}

FNR == NR { shown[++n] = $0; next }
{ printed[++m] = $0 }

END {
    at = 1
    for (i = 1; i <= n; i++) {
        if (shown[i] == "...") {
            any = 1
            continue
        }
        while (any && at <= m && printed[at] !~ pattern(shown[i]))
            at++
        if (at > m || printed[at] !~ pattern(shown[i])) {
            print "shown: " shown[i]
            print "printed: " (at > m ? "nothing more" : printed[at])
            exit 1
        }
        any = 0
        at++
    }
    if (at <= m && !any) {
        print "printed, but not shown: " printed[at]
        exit 1
    }
}
