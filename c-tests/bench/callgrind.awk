# SPDX-License-Identifier: Apache-2.0
# Reads what callgrind wrote and prints: instructions, those in the object whose path matches
# OBJECT, system calls, and calls of malloc() and the like by that object.
#
# Reading the clock is not among the system calls: it is one under valgrind only, which hides the
# kernel's page for it.

# The name that "(ID)" or "(ID) NAME" stands for.  Objects and functions are numbered by themselves.
function name(kind, text,    id) {
    id = text
    sub(/ .*/, "", id)
    if (text ~ /^\([0-9]+\) /)
        names[kind, id] = substr(text, length(id) + 2)
    return names[kind, id]
}

BEGIN {
    FS = "="
}

/^events: / {
    n = split($0, events, " ")
    for (i = 2; i <= n; i++) {
        if (events[i] == "Ir") instructions_at = i
        if (events[i] == "sysCount") calls_at = i
    }
    next
}

/^ob=/ {
    caller = name("ob", $2) ~ OBJECT
    next
}

/^cob=/ {
    name("ob", $2)
    next
}

/^fn=/ {
    name("fn", substr($0, 4))
    next
}

/^cfn=/ {
    callee = name("fn", substr($0, 5))
    sub(/'.*/, "", callee)
    next
}

/^calls=/ {
    split($2, count, " ")
    if (caller && callee ~ /^(malloc|calloc|realloc|aligned_alloc|posix_memalign|memalign)$/)
        allocations += count[1]
    if (callee ~ /^(__)?clock_gettime(@|$)/)
        clock += count[1]
    # The next line is the cost of what was called, which is counted there.
    inclusive = 1
    next
}

/^[0-9+*-]/ {
    if (inclusive) {
        inclusive = 0
        next
    }
    split($0, cost, " ")
    total += cost[instructions_at]
    calls += cost[calls_at]
    if (caller)
        own += cost[instructions_at]
}

END {
    if (!total) {
        print "no costs in " FILENAME > "/dev/stderr"
        exit 1
    }
    printf "%d %d %d %d\n", total, own, calls - clock, allocations
}
