# SPDX-License-Identifier: Apache-2.0
# Runs Open vSwitch's own tests on both trees and compares the results.  Read by check-ovs.sh and
# check-kernel.sh.

# If at most this many results differ, those tests run again, alone: most are races.
most_again=40

# The files of tests that are about this code or send most through it: buffers, attributes, flows
# and actions as text, as OpenFlow and as attributes, the datapath in the process, upcalls and
# translation.  By file and name, since numbers change with the version.
short_files="bundle.at classifier.at ofp-actions.at ofp-print.at ofp-errors.at ovs-ofctl.at odp.at
mpls-xlate.at learn.at vconn.at ovs-router.at ofproto.at dpif-netdev.at pmd.at alb.at dpctl.at
mcast-snooping.at nsh.at drop-stats.at"
short_names="ofpbuf module
netlink policy"
# Of ofproto-dpif.at, which has the longest tests, only those with these words in the name.
short_dpif="action|ARP|conntrack|continuation|controller|MPLS|megaflow|nat |push|resubmit|sFlow|VLAN"
short_not_dpif="bond|mirror|netflow|normal"

isolate="unshare --net --pid --fork --kill-child --mount-proc"
[ "$(id -u)" = 0 ] || isolate="$isolate --map-root-user"

# in_namespace SECONDS COMMAND...: runs it in a network namespace that only has lo, and kills the
# processes that it leaves.  The shell is the namespace's init, and so stays until the command has
# ended.
in_namespace() {
    seconds=$1
    shift
    # While unshare waits, only SIGKILL ends it.
    # shellcheck disable=SC2016,SC2086 # for the other shell; words
    timeout -s KILL -k 1 "$seconds" $isolate sh -c '
        ip link set lo up || exit
        # Of "ip netns": the names that a test gives.
        ! mkdir -p /run/netns 2>/dev/null || mount -t tmpfs tmpfs /run/netns || exit
        "$@"; status=$?; exit "$status"' sh "$@"
}

# Returns whether namespaces can be made; sets 'why_not' if not.
try_namespace() {
    in_background in_namespace 30 true > "$scratch/output" 2>&1 && return
    why_not="no namespace of its own ($(tail -n 1 "$scratch/output"))"
    return 1
}

# Lists all tests: number, file and line, name.
list_tests() {
    make -s -C "$original" "$target" TESTSUITEFLAGS=--list > "$scratch/list" 2>&1
}

# Sets 'tests' to the numbers of those to run; none for all.
choose_tests() {
    tests=
    case $suite in
        full) ;;
        short)
            list_tests
            tests=$(awk -v files="$short_files" -v names="$short_names" \
                -v dpif="$short_dpif" -v not_dpif="$short_not_dpif" '
                BEGIN {
                    split(files, list, /[ \n]/); for (i in list) file[list[i]]
                    split(names, list, "\n"); for (i in list) name[list[i]]
                }
                $1 ~ /^[0-9]+:$/ && $2 ~ /^[^:]+:[0-9]+$/ {
                    number = $1; where = $2; $1 = $2 = ""; sub(/^ */, "")
                    sub(/:.*/, "", number); sub(/:.*/, "", where)
                    if (where in file || $0 in name ||
                        where == "ofproto-dpif.at" && $0 ~ dpif && $0 !~ not_dpif) print number
                }' "$scratch/list" | tr '\n' ' ')
            ;;
        system)
            list_tests
            tests=$(sed -n "s/^ *\([0-9]*\): $system_file:.*/\1/p" "$scratch/list" | tr '\n' ' ')
            ;;
        *) tests=$suite ;;
    esac
}

# The function that runs the tests of a tree, the target of make for them, and the name of the suite
# in the tree's folder of tests.  check-kernel.sh sets others.
runner=run_here
target=check
testsuite=testsuite

# The system tests that a kernel without openvswitch.ko allows, and that use most of this code.
system_file=system-route.at

# Chooses the suite of the system tests, or returns false.
use_system_suite() {
    target=check-system-userspace
    testsuite=system-userspace-testsuite
    # They share the links and routes of one namespace.
    jobs=1
    grep -qs "$system_file" "$original/tests/$testsuite.at"
}

# run_here TREE FLAGS
run_here() {
    in_background in_namespace "$limit" make -C "$scratch/$1" "$target" TESTSUITEFLAGS="$2" \
        < /dev/null
}

# run_tests TREE JOBS TEST...: leaves lines of number, name and result in RESULTS of the tree.
run_tests() {
    tree=$1
    at_once=$2
    shift 2
    started=$(date +%s)
    $runner "$tree" "-j$at_once $*" > "$scratch/$tree.output" 2>&1
    case $? in
        124 | 137) not_ok "the tests of the $tree tree end within $limit seconds" ;;
    esac
    ends='ok|UNEXPECTED PASS|(skipped|FAILED|expected failure) \(.*\)'
    sed -nE "s/^ *([0-9]+): (.*[^ ]) +($ends)\$/\1\t\2\t\3/p" \
        "$scratch/$tree.output" | sort -n > "$scratch/$tree.results"
    echo "# $tree: $(grep -c . "$scratch/$tree.results") results in" \
        "$(($(date +%s) - started)) seconds"
}

# ran_own_programs TREE: its tests ran the programs of this tree, not those of another.
ran_own_programs() {
    grep -- '--version$' "$scratch/$1/tests/$testsuite.log" | sed 's/ --version$//; s/.* //' \
        > "$scratch/names"
    [ -s "$scratch/names" ] || return 1
    while read -r program; do
        (cd "$scratch/$1/tests" && cd "$(dirname "$program")" && pwd -P)
    done < "$scratch/names" | sort -u > "$scratch/folders"
    cat "$scratch/folders"
    grep -Eq "^$scratch/$1/(ovs/)?vswitchd\$" "$scratch/folders" \
        && ! grep "^$scratch/" "$scratch/folders" | grep -v "^$scratch/$1/"
}

# side_by_side [TESTS]: prints a line for each test: number, name, the original's result, the
# relinked one's.
side_by_side() {
    awk -F '\t' -v OFS='\t' -v chosen="${1-}" '
        FNR == 1 { file++ }
        { name[$1] = $2; result[file, $1] = $3 }
        END {
            # Not for ranges, which only the tests understand.
            n = split(chosen, list, / +/)
            for (i = 1; i <= n; i++)
                if (list[i] ~ /^[0-9]+$/ && !(list[i] in name)) name[list[i]] = "(no name)"
            for (number in name) {
                for (i = 1; i <= 2; i++)
                    if (!((i, number) in result)) result[i, number] = "no result"
                print number, name[number], result[1, number], result[2, number]
            }
        }' "$scratch/original.results" "$scratch/relinked.results" | sort -n
}

# keep_logs TREE NUMBER...: copies the logs of these tests from the tree.
keep_logs() {
    kept=$scratch/logs/$1
    tree=$1
    shift
    mkdir -p "$kept"
    for number; do
        # The folder's name has zeros before it.
        find "$scratch/$tree/tests/$testsuite.dir" -maxdepth 1 -name "*$number" \
            | grep "/0*$number\$" | while read -r dir; do
                rm -rf "${kept:?}/$number"
                cp -a "$dir" "$kept/$number"
            done
    done
}

# show_log NUMBER TREE: prints the end of the test's log, without the daemons' logs.  Indented, so
# that no line looks like a result.
show_log() {
    log=$scratch/logs/$2/$1/$testsuite.log
    [ ! -f "$log" ] || grep -v '^>' "$log" | tail -n 40 | sed 's/^/    /'
}

differing() {
    awk -F '\t' '$3 != $4 { print $1 }' "$1"
}

suites() {
    if ! try_namespace; then
        skip "the tests of Open vSwitch" "$why_not"
        return
    fi
    if [ "$suite" = system ] && ! use_system_suite; then
        skip "the system tests of Open vSwitch" "this version has no $system_file"
        return
    fi
    choose_tests
    if [ -z "$tests" ] && [ "$suite" != full ]; then
        tail -n 20 "$scratch/list" | sed 's/^/# /'
        not_ok "the tests of Open vSwitch can be chosen"
        return
    fi
    compare_trees
}

# run_alone NUMBER TREE: runs this test alone, and adds a line of its number, the tree and the
# result to the file 'alone'.
run_alone() {
    run_tests "$2" 1 "$1" > "$scratch/output"
    result=$(cut -f 3 "$scratch/$2.results")
    printf '%s\t%s\t%s\n' "$1" "$2" "${result:-no result}" >> "$scratch/alone"
    [ "$result" = ok ] || keep_logs "$2" "$1"
}

# alone NUMBER TREE: prints the results of this test when it ran alone.
alone() {
    awk -F '\t' -v number="$1" -v tree="$2" '$1 == number && $2 == tree { print $3 }' \
        "$scratch/alone"
}

# Runs the tests whose results differ alone, three times on both trees.
repeat() {
    rm -rf "$scratch/logs"
    : > "$scratch/alone"
    again=$(differing "$scratch/first" | tr '\n' ' ')
    for tree in original relinked; do
        # shellcheck disable=SC2086 # words
        keep_logs "$tree" $again
    done
    [ "$(echo "$again" | wc -w)" -le $most_again ] || return 0
    for number in $again; do
        echo "# $number differs: it runs alone, three times on both trees"
        for try in 1 2 3; do
            run_alone "$number" original
            run_alone "$number" relinked
        done
    done
}

# is_race NUMBER RESULT: the test ran again, and then the relinked tree had no result that the
# original did not have, too.  RESULT is what the original had at first.
is_race() {
    { alone "$1" original; echo "$2"; } | sort -u > "$scratch/names"
    alone "$1" relinked | sort -u > "$scratch/now"
    [ -s "$scratch/now" ] && ! comm -13 "$scratch/names" "$scratch/now" | grep -q .
}

# Runs 'tests' on both trees, and those again whose results differ.  Reports each.
compare_trees() {
    for tree in original relinked; do
        # shellcheck disable=SC2086 # words
        run_tests "$tree" "$jobs" $tests
        check "the tests of the $tree tree ran its programs" ran_own_programs "$tree"
        cp "$scratch/$tree/tests/$testsuite.log" "$scratch/$tree.log"
    done
    side_by_side "$tests" > "$scratch/first"
    if [ ! -s "$scratch/first" ]; then
        tail -n 40 "$scratch/relinked.output" | sed 's/^/# /'
        not_ok "the tests of Open vSwitch have results"
        return
    fi
    repeat

    tab=$(printf '\t')
    while IFS=$tab read -r number name before after; do
        if [ "$before" != "$after" ]; then
            echo "# original: $before; alone: $(alone "$number" original | tr '\n' ' ')"
            echo "# relinked: $after; alone: $(alone "$number" relinked | tr '\n' ' ')"
            if ! is_race "$number" "$before"; then
                show_log "$number" relinked
                not_ok "$number $name"
                continue
            fi
            before=$(alone "$number" relinked | tail -n 1)
        fi
        case $before in
            ok | "expected failure"*) ok "$number $name" ;;
            skipped*) skip "$number $name" "Open vSwitch's tests skip it here" ;;
            *) skip "$number $name" "the original fails, too: $before" ;;
        esac
    done < "$scratch/first"
}
