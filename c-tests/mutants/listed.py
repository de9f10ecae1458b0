# SPDX-License-Identifier: Apache-2.0
"""The mutants that cargo-mutants lists, and the survivors that docs/testing.md lists."""

import collections
import hashlib
import json
import os
import re
import shutil
import subprocess

# `key` names the mutant without a line number, so that it stays the same when lines are added: the
# file, the mutation, and the text of the line. A number tells apart those that are still the same.
# `flavour` is the interface that the mutant is in, None if it is in both.
Mutant = collections.namedtuple("Mutant", "key name file start end replacement flavour")

# The interface that a folder of src/flavour, or a cfg attribute, belongs to.
FLAVOURS = {"v2014": "2014", "ovs3": "ovs3"}
ATTRIBUTES = {'#[cfg(not(feature = "ovs3"))]': "2014", '#[cfg(feature = "ovs3")]': "ovs3"}


def tracked(root, *folders):
    """The files of the project, as git knows them, and new ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    names = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return [n for n in sorted(set(names.split("\0"))) if n and os.path.isfile(os.path.join(root, n))]


def content_hash(root, *folders):
    digest = hashlib.sha256()
    for name in tracked(root, *folders):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(name.encode() + b"\0" + hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def code_hash(root, file):
    """The hash of a source file without its tests, which have no mutants."""
    with open(os.path.join(root, file)) as source:
        code = source.read().split("#[cfg(test)]\nmod tests {")[0]
    return hashlib.sha256(code.encode()).hexdigest()


def make_listing(root, folder):
    """Copies the source for cargo-mutants, which leaves out `unsafe fn`, and modules whose path depends
    on a feature. So in the copy no function is unsafe, and both interfaces are modules. Lines and columns
    stay the same."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in tracked(root, "src", "build.rs", "Cargo.toml", "Cargo.lock", "include"):
        copy = os.path.join(folder, name)
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(os.path.join(root, name)) as file:
            text = file.read()
        if name == "Cargo.toml":
            # A workspace of its own, without the other packages.
            text, n = re.subn(r"\[workspace\]\n(.+\n)+", "[workspace]\n", text)
            assert n == 1, "Cargo.toml has another form"
        if name.endswith(".rs"):
            text = re.sub(r'\bunsafe (?=(extern "C" )?fn \w+[<(])', "       ", text)
        if name == "src/flavour/mod.rs":
            modules = "".join(f'#[path = "{f}/mod.rs"]\nmod {f};\n' for f in FLAVOURS)
            text, n = re.subn(r"(#\[cfg_attr.*\n)+mod version;\n", modules, text)
            assert n == 1, "src/flavour/mod.rs has another form"
        with open(copy, "w") as file:
            file.write(text)


def mutants(root, folder):
    """All mutants."""
    make_listing(root, folder)
    command = ["cargo", "mutants", "--list", "--json", "--dir", folder]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = []
    seen = collections.Counter()
    texts = {}
    for entry in json.loads(listing):
        file = entry["file"]
        if file not in texts:
            with open(os.path.join(root, file)) as source:
                texts[file] = source.read().split("\n")
        start, end = ((p["line"], p["column"]) for p in (entry["span"]["start"], entry["span"]["end"]))
        mutation = entry["name"].split(": ", 1)[1]
        key = (file, mutation, texts[file][start[0] - 1].strip())
        seen[key] += 1
        if seen[key] > 1:
            key = (file, f"{mutation} #{seen[key]}", key[2])
        function = entry.get("function")
        line = function["span"]["start"]["line"] if function else start[0]
        found.append(Mutant(key, entry["name"], file, start, end, entry["replacement"],
                            flavour(file, texts[file], line)))
    return found


def mutate(text, mutant):
    """The text of the file with the mutation in it."""
    lines = text.split("\n")

    def offset(position):
        line, column = position
        return sum(len(l) + 1 for l in lines[:line - 1]) + column - 1

    return text[:offset(mutant.start)] + mutant.replacement + text[offset(mutant.end):]


def flavour(file, lines, line):
    """The interface that a function is in, whose first line is number `line`."""
    if file.startswith("src/flavour/"):
        return FLAVOURS.get(file.split("/")[2])
    # The attributes and comments of the function come before it; cargo-mutants may count them to it.
    above = line - 1
    while above > 0 and re.match(r"\s*(#\[|//)", lines[above - 1]):
        above -= 1
    for text in lines[above:]:
        if not re.match(r"\s*(#\[|//)", text):
            return None
        if text.strip() in ATTRIBUTES:
            return ATTRIBUTES[text.strip()]
    return None


def survivors(path):
    """The keys of the survivors in the table of docs/testing.md, whose rows are
    | `FILE` | `MUTATION` | `LINE` | REASON |."""
    keys = []
    if not os.path.exists(path):
        return keys
    with open(path) as file:
        for line in file:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())]
            if len(cells) == 6 and cells[1].startswith("`src/"):
                keys.append(tuple(cell.strip("`").strip().replace(r"\|", "|") for cell in cells[1:4]))
    return keys
