# SPDX-License-Identifier: Apache-2.0
# Chooses workloads: makes $scratch/list, a file with a line for each.  Read by bench.sh and
# bench-check.sh.
# shellcheck shell=sh
grep -v '^#' "$here/workloads.list" > "$scratch/list"

# wanted WORKLOAD/SIZE: it is in ONLY, with or without its size.
wanted() {
    case " ${ONLY:-$1} " in
        *" $1 "* | *" ${1%/*} "*) return 0 ;;
    esac
    return 1
}
