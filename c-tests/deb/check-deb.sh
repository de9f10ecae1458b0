#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-deb.sh FOLDER: installs the packages in the folder in a new chroot, uses them as a reader of
# README.md would, runs the C tests on them, and removes them.  Run by "make check-deb".
#
# shellcheck disable=SC2016 # most quoted text is for the shell in the chroot
#
# The chroot is made by mmdebstrap, from where this machine gets Debian's packages.
set -u

here=$(dirname "$0")
. "$here/../check/packages.sh"
. "$here/../check/results.sh"
. "$here/../check/checks.sh"

needs() {
    need_program dpkg-buildpackage dpkg-dev
    need_program dh debhelper
    need_program lintian lintian
    need_program mmdebstrap mmdebstrap
    need_program doxygen doxygen
    need_program python3 python3
}

# The lines of a sources.list with Debian's packages, as this machine gets them.
sources() {
    apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' 'Origin: Debian' | sort -u
}

make_chroot() {
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    sources | mmdebstrap --quiet --variant=apt --skip=output/dev \
        --include=gcc,g++,libc6-dev,make,perl,pkg-config "$suite" "$root" -
}

# inside COMMAND...: runs it in the chroot, with /proc, /sys and /dev, and no network.
inside() {
    unshare --mount --net --pid --fork sh -euc '
        mount -t proc proc "$1/proc"
        mount --rbind /sys "$1/sys"
        mount --rbind /dev "$1/dev"
        exec chroot "$@"' sh "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
        "$@"
}

install_packages_inside() {
    mkdir -p "$root/packages" "$root/source"
    cp "$folder"/*.deb "$root/packages/"
    rm -f "$root"/packages/*-dbgsym_*
    cp -r README.md Makefile c-tests examples debian "$root/source/"
    inside sh -c 'find / -xdev -path /proc -prune -o -path /sys -prune -o ! -type d -print \
        | sort > /packages/before && dpkg --install /packages/*.deb'
}

# The program of README.md, linked dynamically and statically, with both interfaces' libraries.
program() {
    inside sh -euc '
        cd /source
        sed -n "/^\`\`\`c$/,/^\`\`\`$/p" README.md | grep -v "^\`\`\`" > program.c
        for package in nlsock nlsock-ovs3; do
            cc -o program program.c $(pkg-config --cflags --libs $package)
            ./program | grep -w lo
            cc -o program -static program.c $(pkg-config --static --cflags --libs $package)
            ./program | grep -w lo
        done'
}

# What pkg-config names as the URL is there.
documentation() {
    inside sh -euc 'test -s "$(sed -n "s/^URL: file:\/\///p" /usr/lib/*/pkgconfig/nlsock.pc)"
        cd /usr/share/doc/libnlsock-doc
        cc -o /source/example examples/addresses.c $(pkg-config --cflags --libs nlsock)
        test -s LICENSES.md
        test -s html/nlsock/index.html
        zcat /usr/share/man/man3/nl_dump_next.3.gz | grep -q nl_dump_next'
}

c_tests() {
    inside sh -c 'cd /source && debian/tests/c-tests' > "$scratch/tap" 2> "$scratch/errors"
    status=$?
    grep -v '^nlsock: ' "$scratch/tap" > "$scratch/results"
    count_tap "the C tests" $status "$scratch/results" "$scratch/errors"
}

# After removal, the chroot has the files that it had before.
removal() {
    inside sh -euc 'dpkg --purge $(dpkg-query -W -f "\${Package}\n" "*nlsock*" | sort)
        find / -xdev -path /proc -prune -o -path /sys -prune -o ! -type d -print | sort \
            | diff /packages/before - | grep -E "nlsock|/nl_|/ofpbuf_" && exit 1
        ! ldconfig -p | grep nlsock'
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
root=$scratch/root
folder=$1
install_packages needs
if [ -n "$missing" ]; then
    lack "Debian packages"
elif check "the packages are built, without a word from lintian" make -s deb; then
    if [ "$(id -u)" != 0 ]; then
        skip "the packages in a chroot" "needs root"
    elif check "a chroot" make_chroot \
            && check "the packages are installed" install_packages_inside; then
        check "programs are compiled against them, and run" program
        check "the documentation is installed" documentation
        c_tests
        check "the packages are removed" removal
    fi
fi
total "nlsock packages"
