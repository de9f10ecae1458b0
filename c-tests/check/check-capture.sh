# SPDX-License-Identifier: Apache-2.0
# Runs the examples and some of the C tests with NLSOCK_CAPTURE, and has tshark read the captures.
# Read by check.sh.

# The C tests that run with a capture, and in which protocols tshark must then see messages.  Those
# of process_tests are there for their forks, cancellations and log handlers that do not return.
captured_tests="test-dump:Route test-transact:Route test-pool:Route test-netfilter:Netfilter
test-threads:Generic test-fork:Route test-fork-pool:Route test-fork-anywhere:Route
test-cancel:Route test-leave-handler:Route test-thread-exit:Generic"

# family_of EXAMPLE: the name that tshark gives the protocol of an example.
family_of() {
    case $1 in
        genl) echo Generic ;;
        sock-diag) echo 'SOCK_DIAG' ;;
        *) echo Route ;;
    esac
}

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
    prints "^    Family: $2 (" "$scratch/frames" || return
    prints 'Direction: Outbound' "$scratch/frames" || return
    prints 'Direction: Inbound' "$scratch/frames" || return
    tshark_reads "$1" -T fields -e frame.comment || return
    ! grep -v '^pid=[0-9]* .*call=[a-z]' "$scratch/frames"
}

# capture_of NAME: a new path for the capture of an example or a test.
capture_of() {
    mkdir -p "$scratch/captures"
    chmod 1777 "$scratch/captures"
    rm -f "$scratch/captures/$1".*
    echo "$scratch/captures/$1.pcapng"
}

capture_example() {
    capture=$(capture_of "$1")
    export NLSOCK_CAPTURE="$capture"
    run_example "$1"
    unset NLSOCK_CAPTURE
    if [ -e "$capture" ]; then
        check "tshark decodes the capture of the example $1" decoded "$capture" "$(family_of "$1")"
    fi
}

# capture_test NAME:FAMILY
capture_test() {
    test=${1%:*}
    capture=$(capture_of "$test")
    check "$test compiles" compile "$test" "$(source_of "$test" "$c_tests/api")" || return
    run_tap "$test" env NLSOCK_CAPTURE="$capture" "$scratch/$test"
    if grep -q '^1\.\.0 # SKIP' "$scratch/tap"; then
        return
    fi
    check "tshark decodes the capture of $test" decoded "$capture" "${1#*:}"
}

capture() {
    . "$c_tests/support/namespace.sh"
    if ! have tshark; then
        missing=" tshark"
        lack "captures"
        return
    fi
    prefix="captured: "
    for file in examples/*.c; do
        check "the example $(basename "$file" .c) compiles" compile_example "$(basename "$file" .c)"
    done
    for file in examples/*.c; do
        capture_example "$(basename "$file" .c)"
    done
    for test in $captured_tests; do
        capture_test "$test"
    done
    prefix=
}
