# SPDX-License-Identifier: Apache-2.0
# Runs the examples and some of the C tests with NLSOCK_CAPTURE, and has tshark read the captures.
# Read by check.sh.

# The C tests that run with a capture, and in which protocols tshark must then see messages.  Those
# of process_tests are there for their forks, cancellations and log handlers that do not return.
captured_tests="test-socket:Route test-dump:Route test-transact:Route test-pool:Route
test-netfilter:Netfilter test-extack:Generic test-threads:Route test-fork:Route
test-fork-pool:Route test-fork-anywhere:Route test-cancel:Route test-leave-handler:Route
test-thread-exit:Route"

# family_of EXAMPLE: the name that tshark gives the protocol of an example.
family_of() {
    case $1 in
        genl) echo Generic ;;
        sock-diag) echo 'Socket monitoring' ;;
        *) echo Route ;;
    esac
}

# tshark_reads FILE OPTION...: tshark reads the whole file.  Its output, without what it says about
# root, is in $scratch/frames.
tshark_reads() {
    file=$1
    shift
    tshark -r "$file" "$@" > "$scratch/frames" 2> "$scratch/complaints" \
        && ! grep -v '^Running as user' "$scratch/complaints"
}

# decoded FILE FAMILY: tshark decodes every frame of a capture, finds messages of the family in both
# directions, and shows the comments.
decoded() {
    tshark_reads "$1" -Y '_ws.malformed || _ws.unreassembled' || return
    if [ -s "$scratch/frames" ]; then
        cat "$scratch/frames"
        return 1
    fi
    tshark_reads "$1" -V || return
    grep -q '^    Family: .*' "$scratch/frames" || return
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
        example=$(basename "$file" .c)
        check "the example $example compiles" compile_example "$example" \
            && capture_example "$example"
    done
    for test in $captured_tests; do
        capture_test "$test"
    done
    prefix=
}
