#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# doc.sh OUT: writes the documentation of both libraries to OUT/html and OUT/man.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$here/../.."
# Python writes nothing into the source.
export PYTHONDONTWRITEBYTECODE=1
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)

# headers LIBRARY: its headers.  Those in generated/, and nlsock-attr.h, are parts of others.  Those
# in compat/ stand for Open vSwitch's, whose names they have; nlsock-services.h is ours.
headers() {
    find "include/$1" -name '*.h' ! -path '*/compat/*' ! -path '*/generated/*' ! -name nlsock-attr.h
    echo include/nlsock/compat/nlsock-services.h
}

# document LIBRARY SECTION: its HTML and man pages, with the man pages in the section.
document() {
    xml=$(mktemp -d)
    trap 'rm -rf "$xml"' EXIT
    mkdir -p "$out/html/$1"
    {
        cat "$here/Doxyfile"
        echo "PROJECT_NAME = lib$1"
        echo "PROJECT_NUMBER = $version"
        echo "INPUT = docs/doxygen/mainpage.md $(headers "$1" | LC_ALL=C sort | tr '\n' ' ')"
        echo "FILTER_PATTERNS = *.h=docs/doxygen/input_filter.py"
        echo "HTML_OUTPUT = \"$out/html/$1\""
        echo "XML_OUTPUT = \"$xml\""
    } | doxygen -
    "$here/man_pages.py" "$xml" "$1" "$version" "$2" "$out/man"
    sed -e "s/@LIBRARY@/$1/g" -e "s/@SECTION@/$2/g" -e "s/@VERSION@/$version/g" \
        "$here/overview.in" > "$out/man/man3/$1.$2"
    rm -rf "$xml"
}

rm -rf "$out/html" "$out/man"
document nlsock 3
document nlsock-ovs3 3ovs
