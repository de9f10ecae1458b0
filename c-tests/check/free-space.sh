#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# free-space.sh GIB FOLDER...: fails if one of the folders has less free space than GIB gibibytes.
# On a full disk, compilers and tests end in ways that do not say why, for example by SIGBUS.
set -eu

needed=$1
shift
for folder; do
    free=$(($(df -Pk "$folder" | awk 'NR == 2 { print $4 }') / 1048576))
    if [ "$free" -lt "$needed" ]; then
        echo "$folder has $free GiB of free space, and $needed are needed" >&2
        exit 1
    fi
done
