#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dist.sh FOLDER: makes the two tarballs from which packages are built, in the folder: the source,
# without debian/; and its folder vendor/, which is needed to build it without a network.  The same
# source makes the same bytes.  Run by "make dist".
set -eu

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
mkdir -p "$1"
output=$(cd "$1" && pwd -P)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
source=$scratch/nlsock-$version

# Files of the year 1970 are an error for lintian.
date=$(sed -n 's/^ -- .*>  //p' debian/changelog | head -n 1)

# tarball NAME FOLDER SUBFOLDER: of a subfolder.
tarball() {
    tar --create --xz --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw \
        --mtime="$date" --file "$output/$1.tar.xz" --directory "$2" "$3"
}

mkdir "$source"
for file in .ci .gitignore *; do
    case $file in
        build | target | stage* | vendor | debian) ;;
        *) cp -r "$file" "$source/" ;;
    esac
done
tarball "nlsock-$version" "$scratch" "nlsock-$version"
make -C "$source" -s vendor
tarball "nlsock-$version-vendor" "$source" vendor
