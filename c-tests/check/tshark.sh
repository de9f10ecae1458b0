# SPDX-License-Identifier: Apache-2.0
# Reads captures with tshark.  Read by the scripts that make some, which set 'scratch'.
# shellcheck shell=sh

# tshark_reads FILE OPTION...: tshark reads the whole file without a complaint, except about root.
# Its output is in $scratch/frames.  The number is that of the messages that a frame may have.
tshark_reads() {
    file=$1
    shift
    tshark -o gui.max_tree_depth:100000 -r "$file" "$@" > "$scratch/frames" 2> "$scratch/complaints" \
        && ! grep -v '^Running as user' "$scratch/complaints"
}

# decoded FILE FAMILY: tshark decodes every frame of a capture, finds messages of the family in both
# directions, and shows the comments.
#
# Frames of SOCK_DIAG that are sent are an exception: tshark takes a request with a port id for a
# reply, which is longer.
decoded() {
    tshark_reads "$1" -Y '_ws.malformed && !(netlink.family == 4 && frame.p2p_dir == 0)' || return
    if [ -s "$scratch/frames" ]; then
        cat "$scratch/frames"
        return 1
    fi
    tshark_reads "$1" -V || return
    for text in "^    Family: $2 (" 'Direction: Outbound' 'Direction: Inbound'; do
        grep -q "$text" "$scratch/frames" || { echo "no \"$text\" in $1"; return 1; }
    done
    tshark_reads "$1" -T fields -e frame.comment || return
    ! grep -v '^pid=[0-9]* .*call=[a-z]' "$scratch/frames"
}
