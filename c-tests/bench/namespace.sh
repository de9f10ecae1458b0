# A network namespace for each workload: sets 'unshare', or leaves it empty.  Read by scripts.
# shellcheck shell=sh
unshare=
for try in "unshare --net" "unshare --user --map-root-user --net"; do
    if $try true 2>/dev/null; then
        unshare=$try
        break
    fi
done
