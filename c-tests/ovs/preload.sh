# SPDX-License-Identifier: Apache-2.0
# Compares Open vSwitch with shared libraries, unchanged, alone and with the library in LD_PRELOAD.
# Read by check-ovs.sh.

# Of its own tests: those of this code alone, of flows and actions as attributes, and of the
# datapath in the process; but not those that start tens of thousands of processes.
preload_tests=" (odp|dpctl)\.at:| (ofpbuf module|netlink policy)\$"
preload_not="too long"

# takes_preloaded FILE OBJECT...: with LD_PRELOAD, the file takes from the library all names that
# these objects of it want; none of them is bound within the file, or to libopenvswitch.
takes_preloaded() {
    file=$1
    shift
    nm --undefined-only "$@" | awk '$1 == "U" { print $2 }' | sort -u \
        | comm -12 - "$scratch/replaced.names" > "$scratch/names"
    [ -s "$scratch/names" ] || { echo "$file takes no names"; return 1; }
    bind "$shared/vswitchd/ovs-vswitchd" LD_PRELOAD="$preloaded" || return
    bound "$file" "$preloaded" > "$scratch/bound.names"
    ! comm -23 "$scratch/names" "$scratch/bound.names" | grep .
}

# objects FOLDER: prints the objects in this folder of the shared tree, without the three replaced
# ones.
objects() {
    find "$shared/$1" -maxdepth 1 -name '*.o' ! -name netlink-socket.o ! -name netlink.o \
        ! -name ofpbuf.o
}

prove_preloaded() {
    for file in lib/.libs/libopenvswitch ofproto/.libs/libofproto; do
        # shellcheck disable=SC2046 # words
        check "with LD_PRELOAD, $(basename $file) takes all names from the library" \
            takes_preloaded "$(echo "$shared/$file"-*.so.?)" $(objects "$(dirname $file)")
    done
}

# Each program of the tests with the tree's libraries also had loaded the library, as the log of the
# dynamic linker shows.
preloaded_in_suite() {
    cat "$scratch"/loaded/* | awk -v library="$preloaded" -v tree="$shared/" '
        $2 " " $3 == "calling init:" && $4 == library { there = 1 }
        $2 " " $3 == "calling init:" && index($4, tree) == 1 { own = 1 }
        $2 " " $3 == "transferring control:" {
            if (own) { n++; if (!there) { print; without = 1 } }
            there = own = 0
        }
        END { print n + 0 " times"; exit without || !n }'
}

preloaded_suite() {
    list_tests
    tests=$(grep -E "$preload_tests" "$scratch/list" | grep -v "$preload_not" | sed 's/:.*//')
    rm -rf "$scratch/loaded"
    mkdir "$scratch/loaded" || return
    # shellcheck disable=SC2086 # words
    run_tests shared "$jobs" "LD_PRELOAD=$preloaded" \
        "LD_DEBUG=files LD_DEBUG_OUTPUT=$scratch/loaded/by" $tests
    check "the tests with LD_PRELOAD ran the shared tree's programs" ran_own_programs shared
    check "the tests with LD_PRELOAD had the library in each program" preloaded_in_suite
    rm -rf "$scratch/loaded"
    tab=$(printf '\t')
    for number in $tests; do
        result=$(grep "^$number$tab" "$scratch/shared.results")
        case $result in
            *"${tab}ok") ok "$(echo "$result" | cut -f 1,2 | tr '\t' ' ') with LD_PRELOAD" ;;
            *)
                keep_logs shared "$number"
                show_log "$number" shared
                not_ok "$number with LD_PRELOAD: ${result:-no result}"
                ;;
        esac
    done
    [ -n "$tests" ] || not_ok "the tests with LD_PRELOAD can be chosen"
}

preloads() {
    # So that programs find the libraries in the tree without libtool's wrapper scripts.
    build shared all --enable-shared --disable-static OVS_LDFLAGS=-no-install || {
        not_ok "the shared tree can be used"
        return
    }
    shared=$scratch/shared
    preloaded=$scratch/library/$soname
    prove_preloaded
    if ! try_namespace; then
        skip "Open vSwitch with LD_PRELOAD" "$why_not"
        return
    fi
    check "the shared daemon runs and ends" run_daemon shared shared || return
    check "the preloaded daemon runs and ends" \
        run_daemon preloaded shared LD_PRELOAD="$preloaded" || return
    compare_daemons shared preloaded
    preloaded_suite
}
