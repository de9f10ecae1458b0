#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a header of include/ as Doxygen reads it best.

usage: input_filter.py HEADER

The headers are written for those who read them, without Doxygen's commands. This is what changes:

- The first comment of the header becomes the description of a group, to which all that the header
  declares belongs. What the header includes from generated/, and nlsock-attr.h, counts as a part of it.
- A comment directly before a declaration becomes its documentation. It also documents the macros and
  types that follow the first one without a blank line.
- A comment that a blank line or "#ifdef" follows is about the source, and stays what it is.
- In a comment, "# Ownership" is a heading, 'size' is a parameter, and lines that are indented more than
  their neighbours are shown as they are."""

import os
import re
import sys

# This line is no description.
LICENCE = "/* SPDX-License-Identifier: Apache-2.0 */\n"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
PART = re.compile(r'^#include "((?:\.\./)?generated/[\w.-]+|nlsock-attr\.h)"\n', re.MULTILINE)
GUARD = re.compile(r"^#ifndef (\w+_H)\n#define \1\b.*\n", re.MULTILINE)
QUOTED = re.compile(r"(?<![\w'])'((?:struct )?[-*&]?[A-Za-z_][\w.>-]*)'(?!\w)")
# The lines of a declaration that ends with this line: the next one may share its comment.
SHARES = re.compile(r"(?:#define (?:.*\\\n)*.*\n|typedef [^{;]*;\n)")


def text_of(comment):
    """The lines of a comment without its stars."""
    body = re.sub(r"^/\*+<?|\*/$", "", comment)
    return [re.sub(r"^ *\*( |$)| +$", "", line) for line in body.strip().split("\n")]


def escaped(line):
    """A line of prose, in Doxygen's Markdown."""
    line = re.sub(r"([\\@%#]|<(?=[A-Za-z/]))", r"\\\1", line)
    return QUOTED.sub(r"`\1`", line)


def marked_up(lines):
    """The text of a comment in Doxygen's Markdown."""
    out = []
    literal = False
    for index, line in enumerate(lines):
        starts = index > 0 and not lines[index - 1] and re.match(r"  +[^ -]", line)
        if starts or (literal and line.startswith("  ")):
            if not literal:
                out.append("@verbatim")
            literal = True
            out.append(line.strip())
            continue
        if literal:
            out.append("@endverbatim")
            literal = False
        heading = re.match(r"# (.*)", line)
        out.append("@par " + heading[1] if heading else escaped(line))
    if literal:
        out.append("@endverbatim")
    return out


def block(lines):
    """A comment for Doxygen. Without stars, which would become a part of @verbatim."""
    return "\n".join(["/**", *lines, "*/"])


def shared(text, end):
    """Where the declarations start that share the comment that ends at 'end', except the first."""
    starts = []
    at = end + 1
    while True:
        declaration = SHARES.match(text, at)
        if not declaration:
            return starts
        at = declaration.end()
        if SHARES.match(text, at):
            starts.append(at)


def with_documentation(text):
    """The text of a header whose comments are for Doxygen."""
    insertions = []
    for comment in COMMENT.finditer(text):
        line_start = text.rfind("\n", 0, comment.start()) + 1
        before = text[line_start:comment.start()]
        about_source = re.match(r"\n(\n|#ifdef)", text[comment.end():])
        lines = marked_up(text_of(comment[0]))
        if before.strip():
            if not before.startswith("#"):
                insertions.append((comment.span(), f"/**< {' '.join(lines)} */"))
        elif comment[0].startswith("/**") or (not before and not about_source):
            documentation = block(lines)
            insertions.append((comment.span(), documentation))
            for start in shared(text, comment.end()):
                insertions.append(((start, start), documentation + "\n"))
    for (start, end), replacement in reversed(insertions):
        text = text[:start] + replacement + text[end:]
    return text


def without_first_comment(text):
    """The first comment of a header, and the rest of the header."""
    first = COMMENT.search(text)
    return first[0], text[:first.start()] + text[first.end():]


def whole(path):
    """The text of a header with the headers that are parts of it, without their first comments."""
    with open(path, encoding="utf-8") as file:
        text = file.read().replace(LICENCE, "")

    def part(include):
        return without_first_comment(whole(os.path.join(os.path.dirname(path), include[1])))[1]

    return PART.sub(part, GUARD.sub("#if 1\n", text))


def name_of(path):
    """The name by which programs include the header."""
    folder, name = os.path.split(path)
    return f"openvswitch/{name}" if os.path.basename(folder) == "openvswitch" else name


def for_doxygen(path):
    """What Doxygen reads in place of the header."""
    name = name_of(path)
    description, text = without_first_comment(whole(path))
    group = re.sub(r"\W", "_", os.path.basename(name))
    lines = [f"@defgroup {group} {name}", ""] + marked_up(text_of(description))
    return "\n".join([
        block([f"@file {name}"]),
        block(lines + ["@{"]),
        with_documentation(text),
        block(["@}"]),
        "",
    ])


if __name__ == "__main__":
    sys.stdout.write(for_doxygen(sys.argv[1]))
