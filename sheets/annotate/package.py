"""An .xlsx package taken apart and put together again: parts, content types, relations. Sound, or nothing."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import unquote

from sheets.annotate.xml import (
    CONTENT_TYPES,
    PACKAGE_RELATIONS,
    RELATIONS,
    Element,
    NotUnderstood,
    Splices,
    attribute,
    parse,
    well_formed,
)
from sheets.gate_limits import Limits
from sheets.gate_zip import inflate, read_directory

TYPES = "[Content_Types].xml"
_BOM = b"\xef\xbb\xbf"
_STAMP = (2000, 1, 1, 0, 0, 0)
"""One time for every part: the same order gives the same bytes."""


class Package:
    """Parts by name, in file order. Changed ones are kept apart until `save`."""

    def __init__(self, data: bytes, limits: Limits | None = None) -> None:
        self._data = data
        self._parts = {part.name: part for part in read_directory(data, limits or Limits())}
        self._changed: dict[str, bytes] = {}
        self._gone: set[str] = set()
        self._folded = {name.casefold(): name for name in self._parts}

    def __contains__(self, name: str) -> bool:
        return name not in self._gone and (name in self._changed or name in self._parts)

    def names(self) -> list[str]:
        known = [*self._parts, *(name for name in self._changed if name not in self._parts)]
        return [name for name in known if name not in self._gone]

    def changed(self) -> list[str]:
        """The parts that are not as they were."""
        return [name for name in self._changed if name in self]

    def real(self, name: str) -> str:
        """The part's name as the package spells it: a target may differ in case."""
        found = name if name in self else self._folded.get(name.casefold(), name)
        if found not in self:
            raise NotUnderstood(f"no part {name}")
        return found

    def read(self, name: str) -> bytes:
        if name in self._changed:
            return self._changed[name]
        if name not in self:
            raise NotUnderstood(f"no part {name}")
        return b"".join(inflate(self._data, self._parts[name])).removeprefix(_BOM)

    def write(self, name: str, data: bytes) -> None:
        self._changed[name] = data
        self._gone.discard(name)

    def drop(self, name: str) -> None:
        """Take a part away, with its content type; its relations are the caller's."""
        self._gone.add(name)
        self._gone.add(relations_of(name))
        types = self.read(TYPES)
        splices = Splices(types)
        for override in parse(types, CONTENT_TYPES).every("Override"):
            if override.attributes.get("PartName", "").casefold() == f"/{name}".casefold():
                splices.replace(override.start, override.end, b"")
        self.write(TYPES, splices.render())

    def free_name(self, pattern: str) -> str:
        """The first name of this pattern ("xl/comments{}.xml") that no part has."""
        taken = {name.casefold() for name in (*self._parts, *self._changed)}
        return next(name for number in range(1, 100_000) if (name := pattern.format(number)).casefold() not in taken)

    def add_type(self, name: str, kind: str) -> None:
        """Declare the content type of one part, unless the package says so already."""
        types = self.read(TYPES)
        if _declared_types(types).get(f"/{name}".casefold(), "").casefold() == kind.casefold():
            return
        root = parse(types, CONTENT_TYPES)
        splices = Splices(types)
        splices.append(root, f'<Override PartName="/{attribute(name)}" ContentType="{kind}"/>'.encode())
        self.write(TYPES, splices.render())

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Of a part: relation id -> (last word of its type, name of the part it leads to). External ones left out."""
        own = relations_of(name)
        if own not in self:
            return {}
        found = {}
        for relation in parse(self.read(own), PACKAGE_RELATIONS).every("Relationship"):
            said = relation.attributes
            if said.get("TargetMode", "Internal") == "Internal" and not said.get("Target", "").startswith("#"):
                kind = said.get("Type", "").rsplit("/", 1)[-1]
                found[said.get("Id", "")] = (kind, resolve(name, said.get("Target", "")))
        return found

    def relate(self, name: str, kind: str, target: str) -> str:
        """Add a relation from a part to another; returns its id."""
        own = relations_of(name)
        if own not in self:
            self.write(
                own, f'<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="{PACKAGE_RELATIONS}"/>'.encode()
            )
        data = self.read(own)
        root = parse(data, PACKAGE_RELATIONS)
        taken = {relation.attributes.get("Id") for relation in root.every("Relationship")}
        identity = next(each for number in range(1, 100_000) if (each := f"rId{number}") not in taken)
        splices = Splices(data)
        line = f'<Relationship Id="{identity}" Type="{RELATIONS}/{kind}" Target="/{attribute(target)}"/>'
        splices.append(root, line.encode())
        self.write(own, splices.render())
        return identity

    def unrelate(self, name: str, identity: str) -> None:
        own = relations_of(name)
        data = self.read(own)
        splices = Splices(data)
        for relation in parse(data, PACKAGE_RELATIONS).every("Relationship"):
            if relation.attributes.get("Id") == identity:
                splices.replace(relation.start, relation.end, b"")
        self.write(own, splices.render())

    def save(self) -> bytes:
        """The package as bytes, once it is found sound. Raises NotUnderstood otherwise."""
        for problem in unsound(self):
            raise NotUnderstood(problem)
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in sorted(self.names(), key=lambda name: name != TYPES):
                entry = zipfile.ZipInfo(name, _STAMP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, self.read(name), compresslevel=3)
        return out.getvalue()


def unsound(package: Package) -> Iterator[str]:
    """What is wrong: parts without a type, relations that lead nowhere, changed parts that are no XML."""
    declared = _declared_types(package.read(TYPES))
    known = {name.casefold() for name in package.names()}
    for name in package.names():
        ending = name.rsplit(".", 1)[-1] if "." in name else ""
        if name != TYPES and f"/{name}".casefold() not in declared and f".{ending}".casefold() not in declared:
            yield f"no content type for {name}"
        if name.endswith(".rels"):
            folder, _, own = name.rpartition("_rels/")
            for _, target in package.relations(folder + own.removesuffix(".rels")).values():
                if target.casefold() not in known:
                    yield f"{name} leads to {target}, which is not there"
    for name in package.changed():
        if not well_formed(package.read(name)):
            yield f"{name} is not well formed"


def relations_of(name: str) -> str:
    """The part that holds another's relations."""
    folder, _, own = name.rpartition("/")
    return f"{folder}/_rels/{own}.rels" if folder else f"_rels/{own}.rels"


def resolve(source: str, target: str) -> str:
    """The part that a target written in `source` means."""
    target = unquote(target)
    if target.startswith("/"):
        return posixpath.normpath(target[1:])
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), target))


def _declared_types(types: bytes) -> dict[str, str]:
    """Content types by "/part" and by ".ending", all in lower case."""
    root: Element = parse(types, CONTENT_TYPES)
    found = {}
    for entry in root.children:
        if entry.name == "Default":
            found["." + entry.attributes.get("Extension", "").casefold()] = entry.attributes.get("ContentType", "")
        elif entry.name == "Override":
            found[unquote(entry.attributes.get("PartName", "")).casefold()] = entry.attributes.get("ContentType", "")
    return found
