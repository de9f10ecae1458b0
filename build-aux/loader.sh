#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# loader.sh LIBDIR: makes the run-time linker know the libraries that were installed in LIBDIR, or
# says what the user has to do.  Run by "make install".
set -eu

libdir=$1
PATH=$PATH:/sbin:/usr/sbin

# Whether the run-time linker searches the folder.
is_searched() {
    ldconfig -N -X -v 2>/dev/null | sed -n 's/^\(\/[^:]*\):.*/\1/p' | grep -qxF "$libdir"
}

if ! command -v ldconfig >/dev/null; then
    exit 0 # musl has none, and needs none.
elif ! is_searched; then
    echo "Programs do not find a library in $libdir by themselves: set LD_LIBRARY_PATH or an rpath."
elif [ "$(id -u)" = 0 ]; then
    ldconfig
else
    echo "Now run ldconfig as root."
fi
