#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh FOLDER: builds the RPM packages in the folder.  Run by "make rpm".
#
# On a system without RPM packages, rpmbuild knows none of the packages that the build requires
# (--nodeps), and has no program that makes packages of debugging information.
set -eu

. c-tests/check/packages.sh
needs() {
    need_program rpmbuild rpm
    need_program doxygen doxygen
}
ensure_packages needs
rm -rf "$1"
mkdir -p "$1/SOURCES"
build-aux/dist.sh "$1/SOURCES"
topdir=$(cd "$1" && pwd -P)
if rpm -q rpm >/dev/null 2>&1; then
    set --
else
    set -- --nodeps --define 'debug_package %{nil}'
fi
env -u MAKEFLAGS -u MAKELEVEL -u CARGO_TARGET_DIR \
    rpmbuild -ba "$@" --define "_topdir $topdir" packaging/rpm/nlsock.spec
