"""What a case is: how the workbook is made, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Build = Callable[[], bytes]


@dataclass(frozen=True)
class Odd:
    """One odd workbook.

    `rows` and `ignored` are the data rows of all forms and the other rows below their headers; `found` every (code,
    cell) that must be found, and no other; `clean` some clean values, "form.field" -> one value for each row;
    `refused`: the code with which the gate turns the file away, or the reader where the gate cannot know. `file` is
    what it is called, `kind` what it is; `office`: LibreOffice first saves what was built in that format.
    """

    what: str
    build: Build
    rows: int = 0
    ignored: int = 0
    found: Sequence[tuple[str, str]] = ()
    clean: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    refused: str = ""
    file: str = "清单.xlsx"
    kind: str = "xlsx"
    office: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A name for the test."""
        return self.build.__name__


CASES: list[Odd] = []


def odd(
    what: str,
    *,
    rows: int = 0,
    ignored: int = 0,
    found: Iterable[tuple[str, str]] = (),
    clean: Mapping[str, Sequence[Any]] | None = None,
    **more: Any,
) -> Callable[[Build], Build]:
    """Register what the function below builds as a case."""

    def register(build: Build) -> Build:
        CASES.append(Odd(what, build, rows, ignored, tuple(found), clean or {}, **more))
        return build

    return register


def refused(what: str, code: str, **more: Any) -> Callable[[Build], Build]:
    """Register what the function below builds as a file that is turned away."""
    return odd(what, refused=code, **more)
