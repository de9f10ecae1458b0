# SPDX-License-Identifier: Apache-2.0
# Sets 'unshare' to a command that runs another one in a network namespace of its own; to nothing,
# if this user cannot make one.  Read by scripts.  shellcheck shell=sh
unshare=
for try in "unshare --net" "unshare --user --map-root-user --net"; do
    if $try true 2>/dev/null; then
        unshare=$try
        break
    fi
done
