# SPDX-License-Identifier: Apache-2.0
# Reads captures with tshark.  Read by the scripts that make some, which set 'scratch'.
# shellcheck shell=sh

# frames FILE: prints a line for each frame of a capture, FILE.1 and so on included: whether it is
# malformed, direction (0 if it was sent), protocols, comment.  Fails if there is no such file, or if
# tshark complains of anything but root.  A datagram may have more messages than tshark shows by
# default.
frames() {
    for file in "$1" "$1".[0-9]*; do
        [ "$file" = "$1" ] || [ -e "$file" ] || continue
        tshark -o gui.max_tree_depth:100000 -r "$file" -T fields -E separator=/t \
            -e _ws.malformed -e frame.p2p_dir -e frame.protocols -e frame.comment \
            2> "$scratch/complaints" || { cat "$scratch/complaints" >&2; return 1; }
        ! grep -v '^Running as user' "$scratch/complaints" >&2 || return
    done
}

# decoded FILE PROTOCOL: tshark decodes every frame of a capture, finds messages of the protocol that
# were sent and received, and shows the comments.
#
# Requests of sock_diag are an exception: tshark takes one with a port id for a reply, which is
# longer.
decoded() {
    frames "$1" > "$scratch/frames" || return
    awk -F '\t' -v protocol="netlink:$2" '
        $1 != "" && !($2 == 0 && $3 ~ /sock_diag/) { print "malformed: " $0; bad = 1 }
        $4 !~ /^pid=[0-9]+ .*call=[a-z]/ { print "without a comment: " $0; bad = 1 }
        index($3, protocol) == 1 { n[$2]++ }
        END {
            if (!n[0] || !n[1])
                print "sent " n[0] + 0 ", received " n[1] + 0 " of " protocol
            exit bad || !n[0] || !n[1]
        }' "$scratch/frames"
}
