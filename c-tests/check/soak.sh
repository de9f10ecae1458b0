#!/bin/sh
# soak.sh STAGE SECONDS [SEED]: compiles soak/ against the installation in STAGE and lets it run,
# in a network namespace of its own: as root, or through a user namespace.
set -u

c_tests=$(dirname "$0")/..
stage=$1
seconds=$2
shift 2
unset NLSOCK_LOG

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -I"$c_tests/support" \
    -I"$stage/include/nlsock" -I"$stage/include/nlsock/compat" \
    -o "$scratch/soak" "$c_tests"/soak/*.c -L"$stage/lib" -lnlsock -lpthread \
    || { echo "not ok soak: it does not compile"; exit 1; }

LD_LIBRARY_PATH="$stage/lib" "$scratch/soak" "$seconds" "$@"
status=$?
# What died has not said so itself.
[ "$status" -le 1 ] || echo "not ok soak (exit status $status)"
exit "$status"
