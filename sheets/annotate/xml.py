"""Small XML parts as trees that know their bytes, so that a change touches nothing else of the part.

For parts of a few kilobytes up to some megabytes; the rows of a sheet are walked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"

_TAG_END = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_DEEPEST = 64


class NotUnderstood(Exception):
    """Something in the package that is not patched with certainty; the official form is made instead."""


@dataclass(slots=True)
class Element:
    """An element and where it stands: `start` to `inner` is its opening tag, `close` to `end` the closing one.

    An empty-element tag has inner == close == end. `attributes` by local name, those of a namespace by "uri name".
    """

    name: str
    space: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)

    def find(self, name: str) -> Element | None:
        """The first child of this local name in the element's own namespace."""
        return next((child for child in self.children if child.name == name and child.space == self.space), None)

    def every(self, name: str) -> Iterator[Element]:
        """The children of this local name in the element's own namespace."""
        return (child for child in self.children if child.name == name and child.space == self.space)


def parse(data: bytes, namespace: str) -> Element:
    """The root element, which must be of this namespace and written without a prefix; NotUnderstood otherwise."""
    parser = expat.ParserCreate(namespace_separator=" ")
    top = Element("", "", {}, 0, 0)
    stack = [top]

    def open_(name: str, attributes: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        tag = _TAG_END.match(data, at)
        if tag is None or len(stack) > _DEEPEST:
            raise NotUnderstood("a tag that ends nowhere, or very deep ones")
        space, _, local = name.rpartition(" ")
        found = Element(local, space, attributes, at, tag.end())
        stack[-1].children.append(found)
        stack.append(found)

    def close(_: str) -> None:
        found = stack.pop()
        at = parser.CurrentByteIndex
        found.close = found.end = found.inner
        if data[found.inner - 2 : found.inner] != b"/>":
            tag = _TAG_END.match(data, at)
            if tag is None:
                raise NotUnderstood("a tag that ends nowhere")
            found.close, found.end = at, tag.end()

    parser.StartElementHandler, parser.EndElementHandler = open_, close
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotUnderstood(f"not well formed: {error}") from error
    root = top.children[0]
    if root.space != namespace or not data.startswith(b"<" + root.name.encode(), root.start):
        raise NotUnderstood(f"root {root.space} {root.name}")
    return root


def well_formed(data: bytes) -> bool:
    try:
        expat.ParserCreate().Parse(data, True)
    except expat.ExpatError:
        return False
    return True


class Splices:
    """Replacements in one part, put together at the end; they must not overlap."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._cuts: list[tuple[int, int, int, bytes]] = []

    def replace(self, start: int, end: int, new: bytes) -> None:
        self._cuts.append((start, end, len(self._cuts), new))

    def insert(self, at: int, new: bytes) -> None:
        """Put something in; several at one place stand in the order of the calls."""
        self.replace(at, at, new)

    def append(self, element: Element, new: bytes) -> None:
        """Put something at the end of an element; an empty-element tag is opened for it."""
        if element.close == element.end:
            opening = self.data[element.start : element.inner]
            closing = b"</" + re.match(rb"<([^\s/>]+)", opening)[1] + b">"  # type: ignore[index]
            self.replace(element.start, element.end, opening[:-2].rstrip() + b">" + new + closing)
        else:
            self.insert(element.close, new)

    def render(self) -> bytes:
        out, at = [], 0
        for start, end, _, new in sorted(self._cuts):
            if start < at:
                raise NotUnderstood("two changes at one place")
            out += [self.data[at:start], new]
            at = end
        return b"".join([*out, self.data[at:]])


def with_attributes(tag: bytes, changes: dict[str, str | None]) -> bytes:
    """An opening tag with these attributes set, or taken away (None)."""
    for name, value in changes.items():
        tag = re.sub(rb"""\s+""" + name.encode() + rb"""\s*=\s*(?:"[^"]*"|'[^']*')""", b"", tag, count=1)
        if value is not None:
            end = len(tag) - (2 if tag.endswith(b"/>") else 1)
            tag = tag[:end].rstrip() + f' {name}="{attribute(value)}"'.encode() + tag[end:]
    return tag


def sayable(text: str) -> str:
    """The text without what XML cannot hold, line breaks as "\\n"."""
    return _UNSAYABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def content(text: str) -> str:
    """Text for an element."""
    if not _SPECIAL.search(text):
        return text
    return sayable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cell_content(text: str) -> str:
    """Text for a cell: "_x0041_" must not be read as an escaped letter."""
    return content(_LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text)


def attribute(text: str) -> str:
    """Text for an attribute in double quotes."""
    return content(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def counted(element: Element, splices: Splices, added: int) -> None:
    """Keep a `count` attribute true, where there is one."""
    if "count" in element.attributes and element.close != element.end:
        tag = splices.data[element.start : element.inner]
        total = str(int(element.attributes["count"]) + added)
        splices.replace(element.start, element.inner, with_attributes(tag, {"count": total}))


def joined(parts: Iterable[str]) -> bytes:
    return "".join(parts).encode()
