# SPDX-License-Identifier: Apache-2.0
# Compares what two programs printed about a subject, with the list of intended differences:
#
#   awk -v run=ours -v interface=ovs3 -v has="NAME ..." -v subject=huge \
#       -f compare.awk differences.list original.txt ours.txt
#
# Every line is "KEY: TEXT".  Fails if lines differ that are not listed, and if listed lines do not
# differ.  'has' are the words after "if:" that hold.

function complain(text) {
    if (++complaints <= 20) print text
}

function unlisted(key, original, ours) {
    complain(key ":\n  original: " original "\n  " run ": " ours)
}

# Whether the entry is for what is looked at.
function applies(i) {
    if (!((i, "interface") in entry)) entry[i, "interface"] = "ovs3"
    return entry[i, "subject"] == subject && \
        (entry[i, "interface"] == interface || entry[i, "interface"] == "any") && \
        (entry[i, "only"] == run || entry[i, "only"] == "") && \
        (entry[i, "if"] == "" || index(" " has " ", " " entry[i, "if"] " "))
}

# Whether the library aborts for all keys that match an entry that lists that.
function aborts(key, ours, i) {
    if (ours != "ends by Aborted") return 0
    for (i = 1; i <= entries; i++) {
        if (applies(i) && (i, "aborts") in entry && key ~ ("^" entry[i, "aborts"] "$")) {
            used[i] = 1
            return 1
        }
    }
    return 0
}

# The text as the rules make it.  Counts in 'changed' those that change it.
function ruled(key, text, i, before) {
    for (i = 1; i <= entries; i++) {
        if (applies(i) && (i, "from") in entry && index(key, " log ")) {
            before = text
            gsub(entry[i, "from"], entry[i, "to"], text)
            if (text != before) tried[i] = 1
        }
    }
    return text
}

BEGIN { first = 1 }

# The list may be empty.
FNR == 1 { for (file = 1; ARGV[file] != FILENAME; file++) continue }

file == 1 {
    if ($0 ~ /^#/) next
    if ($0 == "") { first = entries + 1; next }
    field = value = $0
    sub(/:.*/, "", field)
    sub(/^[a-z]+: ?/, "", value)
    if (field == "case" || field == "rule" || field == "aborts") {
        entries++
        entry[entries, "subject"] = value
        sub(/\/.*/, "", entry[entries, "subject"])
    } else if (field ~ /^(reason|only|interface|if)$/) {
        # Of all in the paragraph.
        for (i = first; i <= entries; i++) entry[i, field] = value
    } else if (field !~ /^(from|to|original|ours)$/) {
        complain("differences.list:" FNR ": what is \"" field "\"?")
    }
    entry[entries, field] = value
    next
}

{
    key = $0
    if (!match(key, /: /)) { complain("no key: " $0); next }
    # A case's name may have a colon, but not followed by a blank.
    key = substr($0, 1, RSTART - 1)
    text = substr($0, RSTART + 2)
    if ((file, key) in said) complain("two lines with the key " key)
    said[file, key] = text
    if (!(key in known)) { known[key] = 1; keys[++n_keys] = key }
}

END {
    nothing = "(nothing)"
    for (i = 1; i <= entries; i++) {
        if (entry[i, "reason"] == "") complain("differences.list: entry " i " has no reason")
        if (applies(i) && (i, "case") in entry) listed[entry[i, "case"]] = i
    }
    for (k = 1; k <= n_keys; k++) {
        key = keys[k]
        original = (2, key) in said ? said[2, key] : nothing
        ours = (3, key) in said ? said[3, key] : nothing
        if (original == ours) continue
        if (aborts(key, ours)) {
            differ++
            continue
        } else if (key in listed) {
            i = listed[key]
            if (entry[i, "original"] == original && entry[i, "ours"] == ours) {
                used[i] = 1
                differ++
                continue
            }
        } else {
            split("", tried)
            if (ruled(key, original) == ruled(key, ours)) {
                for (i in tried) used[i] = 1
                by_rule++
                continue
            }
        }
        unlisted(key, original, ours)
    }
    for (i = 1; i <= entries; i++) {
        if (applies(i) && !(i in used)) {
            complain("listed, but no difference: " entry[i, "case"] entry[i, "rule"] entry[i, "aborts"])
        }
    }
    if (complaints > 20) print complaints - 20 " more"
    print "# " n_keys " lines, of which " differ + 0 " differ as listed, " by_rule + 0 " by a rule"
    exit complaints > 0 || !n_keys
}
