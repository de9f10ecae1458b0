# SPDX-License-Identifier: Apache-2.0
# The start of bench.sh and bench-check.sh: finds the installation, makes temporary folders.  Needs
# 'here', the folder of this file.
# shellcheck shell=sh disable=SC2034 # for who reads this
[ $# = 1 ] || { echo "usage: $0 STAGE" >&2; exit 2; }
stage=$(cd "$1" && pwd -P) || exit 2
unset NLSOCK_LOG NLSOCK_CAPTURE NLSOCK_CAPTURE_SIZE LD_LIBRARY_PATH LD_PRELOAD

temporary=$(mktemp -d "${TMPDIR:-/tmp}/nlsock-bench.XXXXXX") || exit 2
trap 'rm -rf "$temporary"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
scratch=$temporary/work
bin=$temporary/bin
mkdir "$scratch" "$bin"
chmod -R 755 "$temporary"

. "$here/build.sh"
. "$here/../support/namespace.sh"
. "$here/workloads.sh"
