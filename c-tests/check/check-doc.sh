#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-doc.sh: makes the documentation of the headers, and checks that it is complete.
set -u

here=$(dirname "$0")
doc=${CARGO_TARGET_DIR:-target}/doc
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. "$here/results.sh"
. "$here/packages.sh"
. "$here/checks.sh"

packages() {
    need_program doxygen doxygen
    need_program python3 python3
    need_program lexgrog man-db
    need groff test -f /usr/share/groff/current/tmac/an.tmac
}

# Doxygen ends with a failure if there is a warning.
made() {
    rm -f "$doc/complete"
    make --no-print-directory -s doc
}

# The headers of the library $1.  The definitions in netlink-protocol.h are the kernel's; compat/
# has names of Open vSwitch.
public_headers() {
    find "include/$1/" -name '*.h' ! -path '*/compat/*' ! -name netlink-protocol.h
}

# What the library $1, whose folder in src/flavour is $2, has to have pages of: functions, inline
# functions, macros, and in the section for types structures, unions, enumerations and typedefs.
# Macros that end in "_H" are include guards.  Macros that the header undefines again, and names
# that end in "__" and are not exported, are for the headers alone.
expected() {
    cat "src/flavour/$2/exports.list"
    public_headers "$1" | while read -r header; do
        sed -n 's/^#define \([A-Za-z_0-9]*\).*/\1/p' "$header" | grep -v '_H$' \
            | while read -r macro; do grep -q "^#undef $macro$" "$header" || echo "$macro"; done
        grep -A 3 '^static inline' "$header" | sed -n 's/^\([a-z_0-9]*\)(.*/\1/p'
    done | grep -v '__$'
    public_headers "$1" | while read -r header; do
        sed -nE 's/^__extension__ //
            s/^(struct|union|enum)( __attribute__.*)? (\w+) \{$/\3 type/p
            s/^\} (\w+);$/\1 type/p
            s/^typedef [^(]* (\w+);$/\1 type/p
            s/^typedef .*\(\*(\w+)\)\(.*/\1 type/p' "$header"
    done
}

# described PAGE: the page has a description of at least two words.
described() {
    sed -n '/^\.SH DESCRIPTION/,/^\.SH [^D]/p' "$1" | grep -v '^\.' | grep -q '[a-z].* [a-z]'
}

# documented LIBRARY FOLDER SECTION: everything has a man page, and a place in the HTML.
documented() {
    expected "$1" "$2" | LC_ALL=C sort -u > "$scratch/expected"
    [ "$(wc -l < "$scratch/expected")" -gt 240 ] || { echo "the list is too short"; return 1; }
    grep -hE 'class="memname">|<title>' "$doc/html/$1"/*.html | grep -o '[A-Za-z_0-9]*' \
        | sort -u > "$scratch/html"
    lacking=0
    while read -r symbol kind; do
        page=$doc/man/man3/$symbol.$3$kind
        { [ -f "$page" ] && described "$page"; } || { echo "$page: no description"; lacking=1; }
        grep -qx "$symbol" "$scratch/html" || { echo "the HTML of $1 lacks $symbol"; lacking=1; }
    done < "$scratch/expected"
    return $lacking
}

# All pages, without the links to others.
pages() {
    grep -L '^\.so ' "$doc"/man/man3/*
}

no_warnings() {
    for page in nl_dump_next.3 nl_dump_next.3ovs nl_dump.3type NL_NESTED_FOR_EACH.3; do
        LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$doc/man/man3/$page" \
            > "$scratch/page" 2> "$scratch/errors" || return 1
        ! grep . "$scratch/errors" && grep -q '^DESCRIPTION$' "$scratch/page" || return 1
    done
    # shellcheck disable=SC2046 # words
    ! groff -man -Tutf8 -ww -z $(pages) 2>&1 | grep .
}

# apropos and whatis read a name and a description in each page.
names_are_read() {
    # shellcheck disable=SC2046 # words
    lexgrog -m $(pages) > "$scratch/names" || return 1
    ! grep -v ' - .' "$scratch/names"
}

# The pages that only refer to another one, and those that pages name as "NAME(3)".
links_lead_to_pages() {
    {
        sed -n 's/^\.so man3.//p' "$doc"/man/man3/*
        cat "$doc"/man/man3/* | sed 's/^\.BR \([^ ]*\) /\\fB\1\\fP/; s/\\-/-/g' \
            | grep -oE '\\fB[^\ ]+\\fP\(3[a-z]*\)' | sed 's/^.fB//; s/.fP(/./; s/)$//'
    } | sort -u > "$scratch/links"
    [ "$(wc -l < "$scratch/links")" -gt 400 ] || { echo "too few links"; return 1; }
    while read -r page; do
        [ -f "$doc/man/man3/$page" ] || { echo "no $page"; return 1; }
    done < "$scratch/links"
}

# finds ARGUMENT...: man finds such a page among those that are installed.
finds() {
    man -M "$scratch/a root/usr/share/man" -w "$@" > "$scratch/found" 2>&1 \
        || { echo "man $*: not found"; return 1; }
}

installed_and_removed() {
    make --no-print-directory -s install-doc DESTDIR="$scratch/a root" PREFIX=/usr || return 1
    touch "$scratch/a root/usr/share/man/man3/another.3"
    for page in nlsock nl_dump_next "3ovs nl_dump_next" "3type nl_dump" NL_A_U8 netlink-socket.h; do
        # shellcheck disable=SC2086 # words
        finds $page || return 1
    done
    for file in html/nlsock-ovs3/index.html docs/guide/README.md; do
        [ -f "$scratch/a root/usr/share/doc/libnlsock/$file" ] || { echo "no $file"; return 1; }
    done
    make --no-print-directory -s uninstall-doc DESTDIR="$scratch/a root" PREFIX=/usr || return 1
    [ "$(cd "$scratch/a root" && find . -type f)" = ./usr/share/man/man3/another.3 ]
}

contents() {
    check "libnlsock: everything has a man page and a place in the HTML" documented nlsock v2014 3
    check "libnlsock-ovs3: everything has a man page and a place in the HTML" \
        documented nlsock-ovs3 ovs3 3ovs
    check "man and groff have no warnings" no_warnings
    check "apropos can read each page" names_are_read
    check "the links among the man pages lead to pages" links_lead_to_pages
    check "make install-doc, man, make uninstall-doc" installed_and_removed
}

install_packages packages
if [ -n "$missing" ]; then
    lack "the documentation"
else
    check_silent "Doxygen documents all headers without a warning" made
    [ "$failed" != 0 ] || contents
fi
total check-doc
