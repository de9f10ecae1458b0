#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb.sh FOLDER: makes Debian's source package and binary packages in the folder, and runs lintian.
# Run by "make deb".  debian/README.source explains the two tarballs.
set -eu

. c-tests/check/packages.sh
needs() {
    need_program dpkg-buildpackage dpkg-dev
    need_program dh debhelper
    need_program lintian lintian
    need_program doxygen doxygen
}
ensure_packages needs
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
debian=$PWD/debian
rm -rf "$1"
build-aux/dist.sh "$1"
cd "$1"
mv "nlsock-$version.tar.xz" "nlsock_$version.orig.tar.xz"
mv "nlsock-$version-vendor.tar.xz" "nlsock_$version.orig-vendor.tar.xz"
tar --extract --file "nlsock_$version.orig.tar.xz"
tar --extract --file "nlsock_$version.orig-vendor.tar.xz" --directory "nlsock-$version"

cp -r "$debian" "nlsock-$version/"

# Whatever cargo and rustc are in PATH, so their packages need not be installed.  The build does not
# depend on the variables of the "make" that runs this.
cd "nlsock-$version"
env -u MAKEFLAGS -u MAKELEVEL -u CARGO_TARGET_DIR \
    dpkg-buildpackage --unsigned-source --unsigned-changes --no-check-builddeps
cd ..
lintian --fail-on error,warning --tag-display-limit 0 "nlsock_$version"-*.changes
rm -rf "nlsock-$version"
