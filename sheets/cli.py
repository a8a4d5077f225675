"""The command line: check a file and make a template, as functions that take plain values and return the exit code.

They need no database and no settings. Exit codes: 0 clean or with warnings only, 1 with errors, 2 unreadable or wrongly
called.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from sheets import confined, gate
from sheets.cells import fold
from sheets.child import declared
from sheets.findings import Finding, Refused, Severity
from sheets.kinds.choices import lookup
from sheets.kinds.places import PlaceKind
from sheets.vocabulary import DATUMS

CLEAN, WRONG, UNREADABLE = 0, 1, 2
FORMATS = ("text", "json", "xlsx")

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check of a file said: counts, sheet summaries as plain values, findings errors first."""

    rows: int
    errors: int
    warnings: int
    sheets: list[dict[str, Any]]
    findings: list[Finding]
    readable: bool

    @property
    def exit_code(self) -> int:
        """0, 1 or 2."""
        if not self.readable:
            return UNREADABLE
        return WRONG if self.errors else CLEAN

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the command line."""
        findings = [found.as_dict() for found in self.findings]
        return {
            "rows": self.rows,
            "errors": self.errors,
            "warnings": self.warnings,
            "sheets": self.sheets,
            "findings": findings,
        }


def check_file(
    path: Path,
    sheets: Sequence[str],
    arguments: Sequence[str] = (),
    *,
    stage: Path | None = None,
    imports: Sequence[str] = (),
) -> Outcome:
    """Check one file: the gate beside the confined reader, the gate's verdict winning.

    `sheets` are "module:NAME" of the declarations, `arguments` further ones for `sheets.child`. With `stage` the rows
    to stage are left in that folder. With `imports` a waiting child reads it (`confined.run`).
    """
    if stage is not None:
        return _check_in(path, sheets, arguments, stage, imports)
    with TemporaryDirectory(prefix="check-") as folder:
        return _check_in(path, sheets, [*arguments, "--no-stage"], Path(folder), imports)


def _check_in(
    path: Path, sheets: Sequence[str], arguments: Sequence[str], folder: Path, imports: Sequence[str]
) -> Outcome:
    refusals: list[Refused] = []

    def examine() -> None:
        try:
            with path.open("rb") as data:
                gate.examine(data, path.name)
        except Refused as refused:
            refusals.append(refused)

    beside = Thread(target=examine, daemon=True)
    beside.start()
    words = ["sheets.child", "--file", str(path.resolve()), "--out", str(folder.resolve()), *arguments]
    for name in sheets:
        words += ["--sheet", name]
    result: dict[str, Any] = {}
    try:
        result = confined.run(words, cwd=folder, cancelled=lambda: bool(refusals), imports=imports).result
    except Refused as refused:
        beside.join()
        refusals.append(refused)
    beside.join()
    if refusals:
        finding = refusals[0].finding
        return Outcome(0, 1, 0, [], [finding], readable=False)
    with (folder / "findings.jsonl").open(encoding="utf-8") as lines:
        findings = [_finding(json.loads(line)) for line in lines]
    return Outcome(result["rows"], result["errors"], result["warnings"], result["sheets"], findings, readable=True)


def _finding(told: dict[str, Any]) -> Finding:
    told = {key: value for key, value in told.items() if key != "kind"}
    return Finding(
        **{
            **told,
            "severity": Severity(told["severity"]),
            "related": tuple(told["related"]),
            "fixes": tuple(told["fixes"].items()),
        }
    )


def check_sheet(
    path: Path,
    sheets: Sequence[str],
    say: Say,
    *,
    form: str = "text",
    datum: str = "",
    unit: str = "",
    kind: str = "",
    fence: Sequence[str] = (),
    out: Path | None = None,
) -> int:
    """The command `check_sheet`. `say` takes the text to print; `out` is the workbook to write for the form "xlsx".

    `datum` in any usual spelling; `kind` a form (camera, platform) or a kind of place; `fence` the reader's arguments
    for the county's outline. Returns the exit code.
    """
    try:
        arguments = [*_arguments(sheets, datum, unit, kind), *fence]
    except ValueError as problem:
        say(str(problem))
        return UNREADABLE
    if not path.is_file():
        say(f"找不到文件：{path}")
        return UNREADABLE
    outcome = check_file(path, sheets, arguments)
    if form == "json":
        say(json.dumps(outcome.as_dict(), ensure_ascii=False, indent=1))
    elif form == "xlsx":
        from sheets.listing import write_listing

        out = out or Path(f"{path.stem}-检查结果.xlsx")
        write_listing(outcome.findings, out, path.name)
        say(f"检查结果已写入 {out}")
    else:
        for line in as_text(path.name, outcome):
            say(line)
    return outcome.exit_code


def _arguments(sheets: Sequence[str], datum: str, unit: str, kind: str) -> list[str]:
    found = []
    if datum:
        code = lookup(DATUMS).get(fold(datum))
        if code is None:
            raise ValueError(f"没有“{datum}”这种坐标系，可选：wgs84、gcj02、bd09。")
        found += ["--datum", code]
    if unit:
        found += ["--unit", unit]
    if kind:
        forms = {spelling: sheet.key for sheet in map(declared, sheets) for spelling in (sheet.key, sheet.title)}
        place = PlaceKind()
        if kind in forms:
            found += ["--kind", forms[kind]]
        elif kind in place.labels or place.find(kind):
            found += ["--place-kind", kind if kind in place.labels else place.find(kind)]
        else:
            raise ValueError(f"没有“{kind}”这种表或场所，可选：camera、platform 或 {'、'.join(place.choices)}。")
    return found


def as_text(name: str, outcome: Outcome) -> Iterable[str]:
    """The outcome for people: totals, each sheet, then findings grouped by rule, errors first."""
    if not outcome.readable:
        (finding,) = outcome.findings
        yield f"{name}：不能读取"
        yield f"{finding.code} {finding.message}"
        yield f"  怎么改：{finding.fix}"
        return
    read = sum(sheet["rows_read"] for sheet in outcome.sheets)
    ignored = sum(sheet["ignored"] for sheet in outcome.sheets)
    rows = f"读到 {read} 行 = 数据 {outcome.rows} 行 + 忽略 {ignored} 行"
    yield f"{name}：{rows}，错误 {outcome.errors} 处，提醒 {outcome.warnings} 处"
    for sheet in outcome.sheets:
        title = f"（{sheet['title']}）" if sheet["title"] else ""
        yield f"工作表 {sheet['name']}{title}：{sheet['note']}"
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(outcome.findings, key=lambda found: found.severity is Severity.WARNING):
        groups.setdefault(finding.code, []).append(finding)
    for code, findings in groups.items():
        word = "错误" if findings[0].severity is Severity.ERROR else "提醒"
        yield ""
        yield f"【{word}】{code}，{len(findings)} 处。怎么改：{findings[0].fix}"
        for finding in findings:
            place = f"{finding.sheet}!{finding.cell}" if finding.cell else finding.sheet
            yield f"  {place}：{finding.message}" if place else f"  {finding.message}"
    if not outcome.findings:
        yield "没有发现问题。"


def make_template(name: str, sheets: Sequence[str], out: Path, say: Say, *, unit: str = "") -> int:
    """The command `make_template`: the blank form `name` (key or title) written to `out`."""
    from sheets.template import write_template

    forms = {spelling: sheet for sheet in map(declared, sheets) for spelling in (sheet.key, sheet.title)}
    if name not in forms:
        say(f"没有“{name}”这种表，可选：{'、'.join(sheet.key for sheet in set(forms.values()))}。")
        return UNREADABLE
    if out.suffix.lower() != ".xlsx":
        say("模板文件名请以 .xlsx 结尾。")
        return UNREADABLE
    write_template(forms[name], out, unit_name=unit)
    say(f"模板已写入 {out}")
    return CLEAN
