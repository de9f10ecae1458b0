#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# vendor.sh CARGO: downloads into vendor/ what the library needs to be built without a network, and
# writes vendor/config.toml, which makes cargo use it.  Run by "make vendor".
#
# cargo also wants to see what only tests and the generation of headers need, and what only other
# operating systems need.  Of these packages, which are ten times as large, only the manifest is
# kept.
set -eu

cargo=$1
rm -rf vendor
$cargo vendor --quiet --locked --versioned-dirs vendor > /dev/null
cat > vendor/config.toml <<'END'
[source.crates-io]
replace-with = "vendored-sources"

[source.vendored-sources]
directory = "vendor"
END

# The packages that are compiled, one a line, in the form NAME-VERSION.
needed=$($cargo tree --workspace --quiet --locked --offline --edges normal,build --target all --prefix none \
    --format '{p}' | sed 's/^\([^ ]*\) v\([^ ]*\).*/\1-\2/' | sort -u)
[ -n "$needed" ]
for folder in vendor/*/; do
    folder=${folder%/}
    if printf '%s\n' "$needed" | grep -qxF "${folder#vendor/}"; then
        continue
    fi
    find "$folder" -type f ! -path "$folder/Cargo.toml" ! -path "$folder/.cargo-checksum.json" \
        -delete
    find "$folder" -mindepth 1 -type d -empty -delete
    mkdir -p "$folder/src"
    : > "$folder/src/lib.rs"
    sed -i 's/"files":{[^}]*}/"files":{}/' "$folder/.cargo-checksum.json"
done
