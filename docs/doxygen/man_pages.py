#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes man pages from Doxygen's XML: one for each function, macro, type and header.

usage: man_pages.py XML LIBRARY VERSION SECTION MAN

XML is the folder with Doxygen's XML of LIBRARY (nlsock, nlsock-ovs3). The pages are written to the folder
man3 in MAN. SECTION (3, 3ovs) is that of functions, macros and headers. "type" is appended for types, as
the Linux man-pages do, since some functions and structures have the same name.

Doxygen can write man pages itself, but they are one page for each header."""

import glob
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

import input_filter

WIDTH = 78
# By this line, "make uninstall" knows the pages.
MARK = '.\\" Written by "make doc" of libnlsock.'
# What a list item starts with that explains a value: "EAGAIN, EINTR: ...", "0: ...".
TERM = re.compile(r"(0|[A-Z][A-Z0-9_]+(?:(?:,| or| and) [A-Z][A-Z0-9_]+)*): +")


def escape(text):
    """Text for troff."""
    text = text.replace("\\", "\\e")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def code(text):
    """Text of a program, whose hyphens are minus signs."""
    return escape(text).replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti")


def plain(node):
    """The text of an XML element."""
    return re.sub(r"\s+", " ", "".join(node.itertext())).strip() if node is not None else ""


class Text:
    """A description as troff. 'pages' are the titles of all pages by Doxygen's id."""

    def __init__(self, pages):
        self.pages = pages
        self.lines = []
        self.links = set()

    def inline(self, node):
        """A piece of a paragraph."""
        text = escape(plain_keeping_ends(node))
        if node.tag == "computeroutput":
            return f"\\fI{code(plain(node))}\\fP"
        if node.tag != "ref":
            return text
        name = text.removesuffix("()")
        if node.get("refid") not in self.pages:
            return text
        title, section = self.pages[node.get("refid")]
        self.links.add((title, section))
        return f"\\fB{name}\\fP({section})" if name != text else f"\\fB{name}\\fP"

    def paragraph(self, text):
        """Adds a paragraph, unless it is empty."""
        text = re.sub(r"\s+", " ", text).strip()
        if text:
            self.lines += [".PP", re.sub(r"^([.'])", r"\\&\1", text)]

    def item(self, node):
        """Adds an item of a list."""
        first, *others = node
        text = self.mixed(first)
        term = TERM.match(text)
        if term:
            self.lines += [".TP", f".B {term[1]}", text[term.end():].strip()]
        else:
            self.lines += [".IP \\(bu 3", text.strip()]
        for other in others:
            self.lines += [".IP", self.mixed(other).strip()]

    def mixed(self, para):
        """The text of a paragraph that contains no block."""
        return (escape(para.text or "")
                + "".join(self.inline(child) + escape(child.tail or "") for child in para)
                ).replace("\n", " ")

    def block(self, node):
        """Adds a block within a paragraph."""
        if node.tag == "itemizedlist":
            for item in node:
                self.item(item)
        elif node.tag == "simplesect":
            self.lines.append(f".SH {plain(node.find('title')).upper()}")
            for para in node.findall("para"):
                self.para(para)
        elif node.tag == "verbatim":
            self.lines += [".PP", ".in +4n", ".EX", code(node.text.strip()), ".EE", ".in"]

    def para(self, para):
        """Adds a paragraph, which may contain blocks."""
        text = escape(para.text or "")
        for child in para:
            if child.tag in ("itemizedlist", "simplesect", "verbatim"):
                self.paragraph(text)
                text = escape(child.tail or "")
                self.block(child)
            else:
                text += self.inline(child) + escape(child.tail or "")
        self.paragraph(text)

    def description(self, node):
        """Adds the whole documentation of an element."""
        for part in ("briefdescription", "detaileddescription"):
            for para in node.find(part):
                self.para(para)


def plain_keeping_ends(node):
    """The text of an XML element, with the blanks at its ends."""
    return re.sub(r"\s+", " ", "".join(node.itertext()))


class Page:
    """A man page."""

    def __init__(self, library, version, title, section):
        self.library = library
        self.title = title
        self.section = section
        self.head = f'.TH "{title}" {section} "" "lib{library} {version}" "lib{library}"'
        self.sections = []

    def add(self, heading, lines):
        """Adds a section."""
        if lines:
            self.sections.append("\n".join([f".SH {heading}", *lines]))

    def write(self, folder):
        """Writes the page to its file."""
        text = "\n".join([MARK, self.head, *self.sections, ""])
        # A heading or a term starts a paragraph by itself.
        text = re.sub(r"^(\.SH .*|\.TP\n.*)\n\.PP$", r"\1", text, flags=re.MULTILINE)
        path = os.path.join(folder, f"{self.title}.{self.section}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def synopsis_of_function(member):
    """The prototype of a function: parameters in italics, wrapped as in the headers."""
    kind = plain(member.find("type")).removeprefix("static ").removeprefix("inline ")
    start = f"{kind} {plain(member.find('name'))}(".replace("* ", "*")
    params = [(plain(p.find("type")), plain(p.find("declname")), plain(p.find("array")))
              for p in member.findall("param")]
    pieces = []
    for kind, name, array in params:
        space = "" if kind.endswith("*") else " "
        shown = f"\\fB{code(kind)}{space}\\fP\\fI{name}\\fP\\fB{array}\\fP" if name else f"\\fB{kind}\\fP"
        pieces.append((len(kind + space + name + array), shown))
    line, used, lines = f"\\fB{code(start)}\\fP", len(start), []
    for index, (length, shown) in enumerate(pieces):
        if index and used + length + 3 > WIDTH:
            lines.append(line.rstrip())
            line, used = " " * len(start), len(start)
        end = ", " if index + 1 < len(pieces) else ");"
        line += shown + f"\\fB{end}\\fP"
        used += length + len(end)
    return lines + [line] if pieces else [f"\\fB{code(start)}void);\\fP"]


def synopsis_of_macro(member):
    """A macro as it is used; with its value, if that is one word."""
    name = plain(member.find("name"))
    params = ", ".join(plain(p.find("defname")) for p in member.findall("param"))
    value = plain(member.find("initializer"))
    if params:
        return [f"\\fB{name}(\\fP\\fI{params}\\fP\\fB)\\fP"]
    value = f" {value}" if value and " " not in value else ""
    return [f"\\fB#define {name}{code(value)}\\fP"]


def source_of(location, cache={}):
    """The declaration of a type as it is in the header, without comments."""
    path = location.get("bodyfile")
    if path not in cache:
        cache[path] = input_filter.for_doxygen(path).split("\n")
    first = int(location.get("bodystart")) - 1
    last = max(int(location.get("bodyend")), first + 1)
    text = "\n".join(cache[path][first:last])
    text = re.sub(r"\s*/\*.*?\*/", "", text, flags=re.DOTALL)
    return [f"\\fB{code(line)}\\fP" for line in text.split("\n") if line.strip()]


class Library:
    """All documentation of one library."""

    def __init__(self, xml, library, version, section):
        self.library = library
        self.version = version
        self.section = section
        trees = [ElementTree.parse(path).getroot() for path in glob.glob(f"{xml}/*.xml")]
        compounds = [c for tree in trees for c in tree.iter("compounddef")]
        self.groups = [c for c in compounds if c.get("kind") == "group"]
        self.types = {c.get("id"): c for c in compounds if c.get("kind") in ("struct", "union")}
        self.with_conventions = {plain(group.find("title")) for group in self.groups
                                 if re.search("Unless the comment|conventions", plain(group))}
        self.pages = {}
        for group in self.groups:
            header = os.path.basename(plain(group.find("title")))
            self.pages[group.get("id")] = (header, section)
            for inner in group.findall("innerclass"):
                self.pages[inner.get("refid")] = (inner.text, f"{section}type")
            for member in group.iter("memberdef"):
                is_type = member.get("kind") in ("enum", "typedef")
                name = plain(member.find("name"))
                if not name.startswith("@"):
                    self.pages[member.get("id")] = (name, section + ("type" if is_type else ""))

    def page(self, node, header, synopsis, extra=None):
        """Writes the page of an element."""
        title, section = self.pages[node.get("id")]
        page = Page(self.library, self.version, title, section)
        brief = re.sub(r": see [\w()]+\.$|\.$", "", plain(node.find("briefdescription")))
        page.add("NAME", [f"{title} \\- {escape(brief)}"])
        page.add("LIBRARY", [f"lib{self.library} (\\fI\\-l{code(self.library)}\\fP)"])
        page.add("SYNOPSIS", [".nf", f".B #include <{code(header)}>", ".PP", *synopsis, ".fi"])
        text = Text(self.pages)
        text.description(node)
        page.add("DESCRIPTION", text.lines)
        if extra:
            extra(page, text)
        if node.get("kind") != "group" and header in self.with_conventions:
            title = os.path.basename(header)
            page.add("NOTES", [f"\\fB{code(title)}\\fP({self.section}) states what holds for all that this",
                               "header declares: pointers, units, threads, failures."])
            text.links.add((title, self.section))
        links = sorted(text.links - {(page.title, page.section)})
        page.add("SEE ALSO", [", ".join(f"\\%\\fB{code(name)}\\fP({where})" for name, where in links)])
        page.write(self.folder)

    def fields(self, members, heading):
        """A function that adds the fields of a structure, or the values of an enumeration."""
        def add(page, text):
            text.lines = []
            for member in members:
                name = plain(member.find("name"))
                inner = Text(self.pages)
                inner.description(member)
                if inner.lines:
                    text.lines += [".TP", f"\\fI{name}\\fP", *inner.lines]
                text.links |= inner.links
            page.add(heading, text.lines)
        return add

    def link(self, name, target):
        """Writes a page that is another one's."""
        with open(os.path.join(self.folder, f"{name}.{self.section}"), "w", encoding="utf-8") as file:
            file.write(f".so man3/{target}\n{MARK}\n")

    def enumeration(self, member, header):
        """Writes the page of an enumeration, if it has a name, and a link for each value."""
        values = member.findall("enumvalue")
        target = f"{os.path.basename(header)}.{self.section}"
        if member.get("id") in self.pages:
            self.page(member, header, source_of(member.find("location")), self.fields(values, "VALUES"))
            target = ".".join(self.pages[member.get("id")])
        for value in values:
            self.link(plain(value.find("name")), target)

    def contents(self, group):
        """A function that adds the lists of what a header declares."""
        def add(page, text):
            headings = {"function": "FUNCTIONS", "define": "MACROS", "typedef": "TYPES", "enum": "TYPES"}
            lists = {heading: [] for heading in ("FUNCTIONS", "MACROS", "TYPES", "CONSTANTS")}
            for inner in group.findall("innerclass"):
                lists["TYPES"].append(self.types[inner.get("refid")])
            for member in group.iter("memberdef"):
                if member.get("id") in self.pages:
                    lists[headings[member.get("kind")]].append(member)
                else:
                    lists["CONSTANTS"] += member.findall("enumvalue")
            for heading, nodes in lists.items():
                lines = []
                for node in nodes:
                    name, section = self.pages.get(node.get("id"), (plain(node.find("name")), None))
                    title = f"\\fB{name}\\fP({section})" if section else f"\\fB{name}\\fP"
                    lines += [".TP", title, escape(plain(node.find("briefdescription")))]
                page.add(heading, lines)
        return add

    def write(self, man):
        """Writes all pages."""
        self.folder = os.path.join(man, "man3")
        os.makedirs(self.folder, exist_ok=True)
        for group in self.groups:
            header = plain(group.find("title"))
            self.header(group, header)
            for inner in group.findall("innerclass"):
                node = self.types[inner.get("refid")]
                fields = node.iter("memberdef")
                self.page(node, header, source_of(node.find("location")), self.fields(fields, "FIELDS"))
            for member in group.iter("memberdef"):
                kind = member.get("kind")
                if kind == "function":
                    self.page(member, header, synopsis_of_function(member))
                elif kind == "define":
                    self.page(member, header, synopsis_of_macro(member))
                elif kind == "enum":
                    self.enumeration(member, header)
                else:
                    self.page(member, header, source_of(member.find("location")))

    def header(self, group, header):
        """Writes the page of a header. The first sentence of its comment is the brief description."""
        detailed = group.find("detaileddescription")
        brief = group.find("briefdescription")
        if not plain(brief):
            brief.append(detailed[0])
            detailed.remove(detailed[0])
        self.page(group, header, [], self.contents(group))


def main():
    xml, library, version, section, man = sys.argv[1:]
    Library(xml, library, version, section).write(man)


main()
