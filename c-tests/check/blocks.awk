# SPDX-License-Identifier: Apache-2.0
# blocks.awk -v out=FOLDER FILE: writes what a Markdown file shows to files in a folder, numbered in
# their order.
#
# A block of C is a program, unless a line before it says otherwise:
#
#   <!-- fragment -->              declarations of a file
#   <!-- fragment: PARAMETERS -->  the body of a function with these parameters
#
# A block "console" is a session: lines that start with "$ " are commands, followed by their output.
#
# A block of anything after a line <!-- file: NAME --> is a file that sessions use.
#
# Programs become NN.program.c, and what fragments become NN.fragment.c.  A session becomes
# NN.session: a shell script that writes the output of the Nth command to N.printed.  What the block
# shows of that becomes NN.N.shown.  A file becomes file.NAME.

function start(kind) {
    number++
    file = sprintf("%s/%02d.%s", out, number, kind)
    printf "" > file
}

function headers() {
    print "#define _GNU_SOURCE" > file
    n = split("errno.h poll.h signal.h stdio.h string.h linux/rtnetlink.h linux/genetlink.h" \
        " netlink-socket.h netlink.h nlsock-ext.h", names, " ")
    for (i = 1; i <= n; i++)
        print "#include <" names[i] ">" > file
}

/^```/ && within == "" && previous ~ /^<!-- file: / {
    file = previous
    sub(/^<!-- file: /, "", file)
    sub(/ -->$/, "", file)
    file = out "/file." file
    printf "" > file
    within = "file"
    next
}

/^```c$/ {
    if (previous !~ /^<!-- fragment/) {
        start("program.c")
    } else {
        start("fragment.c")
        headers()
        if (previous ~ /^<!-- fragment: /) {
            parameters = previous
            sub(/^<!-- fragment: /, "", parameters)
            sub(/ -->$/, "", parameters)
            printf "void fragment(%s);\nvoid fragment(%s)\n{\n", parameters, parameters > file
            end = "}"
        }
    }
    within = "c"
    next
}

/^```console$/ {
    start("session")
    commands = 0
    within = "console"
    next
}

/^```/ {
    if (within == "c" && end != "")
        print end > file
    end = within = previous = ""
    next
}

within == "c" || within == "file" { print > file }

within == "console" && /^\$ / {
    commands++
    shown = sprintf("%s/%02d.%d.shown", out, number, commands)
    printf "" > shown
    printf "{ %s\n} > %d.printed 2>&1 || { echo \"status $?:\" %d.printed; exit 1; }\n", \
        substr($0, 3), commands, commands > file
}

within == "console" && !/^\$ / { print > shown }

$0 != "" && within == "" { previous = $0 }
