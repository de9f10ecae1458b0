#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# soak.sh STAGE SECONDS [SEED]: compiles c-tests/soak against the installation in STAGE and runs it
# for SECONDS, in a network namespace of its own.  Works as any user that may make user namespaces.
#
# The output has the form of TAP, see results.sh.
set -u

c_tests=$(dirname "$0")/..
stage=$1
seconds=$2
shift 2
unset NLSOCK_LOG NLSOCK_CAPTURE NLSOCK_CAPTURE_SIZE

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. "$c_tests/check/results.sh"

${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -I"$c_tests/support" \
    -I"$stage/include/nlsock" -I"$stage/include/nlsock/compat" \
    -o "$scratch/soak" "$c_tests"/soak/*.c -L"$stage/lib" -lnlsock -lpthread \
    || { not_ok "soak compiles"; plan; exit 1; }

# Not counted by results.sh, which would print nothing until the end.
LD_LIBRARY_PATH="$stage/lib" "$scratch/soak" "$seconds" "$@"
status=$?
# A program that died has printed no result.
[ "$status" -le 1 ] || { not_ok "soak (exit status $status)"; plan; }
exit "$status"
