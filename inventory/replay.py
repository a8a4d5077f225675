"""What today's rules would say of everything stored: rows judged again from their raw cells, compared, nothing written.

A file is taken sheet by sheet through a server-side cursor; only findings, failing rows and the columns that file rules
read are held, of one file at a time. What concerns the registry (C4xx, P4xx) or the workbook as such (S, G) cannot be
told from the rows: it is taken as stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from sheets.declare import Sheet
from sheets.filerules import apply_file_rules
from sheets.findings import Finding
from sheets.headers import Header
from sheets.kinds.coordinates import Degrees
from sheets.rejudge import Kept, Places, Row, judge_rows, raw_row
from sheets.rules import ERROR
from sheets.table import Table

from .campaign.campaigns import rule_version
from .models import ReportKind, RowFinding, SourceFile, Submission, Version
from .onscreen.restaging import Sources, options_of
from .registering.checks import DECLARATIONS
from .registering.targets import TARGETS, Target
from .staging import FINDINGS_KEPT

BATCH = 4000
"""Rows judged at once."""
EXAMPLES = 3


@dataclass(frozen=True)
class Asked:
    """What to replay: other severities by code, only these campaigns (names or ids), only these codes (empty: all).

    With `codes`, every other rule stands as it is stored, so that the effect of these alone is told.
    """

    severities: Mapping[str, str] = field(default_factory=dict)
    campaign: str = ""
    codes: frozenset[str] = frozenset()
    examples: int = EXAMPLES

    def covers(self, code: str) -> bool:
        """Whether the rule is judged anew."""
        return not self.codes or code in self.codes


class Example(NamedTuple):
    """Where a rule would speak that is silent today, or the other way round (`new` False)."""

    unit: str
    submission: int
    file: str
    sheet: str
    cell: str
    value: str
    new: bool


@dataclass
class RuleChange:
    """One rule: findings stored and replayed, those only in one of the two, rows that fail or turn clean with it."""

    code: str
    title: str
    severity_now: str = ""
    severity_then: str = ""
    now: int = 0
    then: int = 0
    new: int = 0
    gone: int = 0
    rows_failing: int = 0
    rows_clean: int = 0
    examples: list[Example] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything about the rule would be different."""
        return bool(self.new or self.gone) or (
            bool(self.now) and bool(self.severity_now) and self.severity_now != self.severity_then
        )


@dataclass
class SubmissionChange:
    """A report that could be submitted under one set of rules and not under the other."""

    submission: int
    unit: str
    campaign: str
    state: str
    rules: str
    errors_now: int
    errors_then: int

    @property
    def effect(self) -> str:
        """What would happen to it, in a few words."""
        if self.errors_then:
            return "会被拦住" if self.state in ("draft", "returned") else "当时会被拦住"
        return "可以提交" if self.state in ("draft", "returned") else "当时不会被拦住"


@dataclass
class Outcome:
    """The whole replay. `stored_under`: rule version -> how many reports remember it; `truncated`: files of whose
    findings only the first were kept; `skipped`: rows whose raw cells cannot be judged."""

    rules_then: str
    stored_under: dict[str, int] = field(default_factory=dict)
    submissions: int = 0
    files: int = 0
    rows: int = 0
    skipped: int = 0
    truncated: int = 0
    rows_failing: int = 0
    rows_clean: int = 0
    rules: dict[str, RuleChange] = field(default_factory=dict)
    affected: list[SubmissionChange] = field(default_factory=list)

    def rule(self, code: str) -> RuleChange:
        """The entry of a rule, made when first spoken of."""
        if code not in self.rules:
            titles = [sheet.rules[code].title for sheet in DECLARATIONS.values() if code in sheet.rules]
            self.rules[code] = RuleChange(code, titles[0] if titles else "（已取消的规则）")
        return self.rules[code]


Place = tuple[str, int]
"""Sheet and row."""


def replay(asked: Asked, told: Callable[[str], object] = lambda _: None) -> Outcome:
    """Judge the newest version of every report that was not discarded anew; `told` hears of each one begun.

    In one read-only transaction with one moment's view: nothing can be written by mistake, and nothing moves meanwhile.
    """
    if connection.in_atomic_block:
        return _replay(asked, told)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _replay(asked, told)


def _replay(asked: Asked, told: Callable[[str], object]) -> Outcome:
    outcome = Outcome(rule_version())
    newest = Version.objects.filter(submission=OuterRef("submission")).order_by("-number").values("pk")[:1]
    versions = (
        Version.objects.filter(pk=Subquery(newest), submission__kind=ReportKind.ROWS)
        .exclude(submission__state=Submission.State.DISCARDED)
        .select_related("submission__obligation__agency", "submission__obligation__campaign")
        .order_by("submission__obligation__campaign_id", "submission_id")
    )
    if asked.campaign:
        by_id = asked.campaign.isascii() and asked.campaign.isdigit()
        named = {"pk": int(asked.campaign)} if by_id else {"name": asked.campaign}
        versions = versions.filter(
            **{f"submission__obligation__campaign__{key}": value for key, value in named.items()}
        )
    for version in versions:
        told(str(version.submission))
        _Report(version, asked, outcome).run()
    return outcome


class _Report:
    """One report's newest version."""

    def __init__(self, version: Version, asked: Asked, outcome: Outcome) -> None:
        self.version = version
        self.asked = asked
        self.outcome = outcome
        self.sources = Sources(version)
        self.errors_then = 0

    def run(self) -> None:
        """Every file of it, then the report as a whole."""
        outcome, submission = self.outcome, self.version.submission
        outcome.submissions += 1
        version = submission.obligation.campaign.rule_version
        outcome.stored_under[version] = outcome.stored_under.get(version, 0) + 1
        for source in self.sources.files.values():
            outcome.files += 1
            outcome.truncated += source.errors + source.warnings > FINDINGS_KEPT
            for target in TARGETS:
                _Form(self, source, target).run()
            about_file = RowFinding.objects.filter(source_file=source, row=0, severity=ERROR.value, waived=False)
            self.errors_then += about_file.count()
        errors_now = sum(source.errors for source in self.sources.files.values())
        if bool(errors_now) != bool(self.errors_then):
            outcome.affected.append(
                SubmissionChange(
                    submission.pk,
                    submission.obligation.agency.name,
                    submission.obligation.campaign.name,
                    submission.state,
                    submission.obligation.campaign.rule_version,
                    errors_now,
                    self.errors_then,
                )
            )


class _Form:
    """The rows of one form in one file: stored findings against those of today's rules."""

    def __init__(self, report: _Report, source: SourceFile, target: Target) -> None:
        self.report, self.source, self.target = report, source, target
        self.asked, self.outcome = report.asked, report.outcome
        self.sheet: Sheet = DECLARATIONS[target.kind]
        self.options = options_of(source)
        covered = any(self.asked.covers(code) for code in self.sheet.file_codes)
        self.file_rules = self.sheet.file_rules if covered else []
        self.stored: dict[tuple[str, int, str, str], RowFinding] = {}
        self.waived: set[tuple[str, int, str, str, str]] = set()
        self.failing_now: set[Place] = set()
        self.skipped: set[Place] = set()
        self.codes_now: dict[Place, set[str]] = defaultdict(set)
        self.codes_then: dict[Place, list[str]] = defaultdict(list)

    def run(self) -> None:
        """Judge sheet by sheet, then the file, then compare."""
        self._remember()
        tables = [
            table
            for summary in self.source.summary.get("sheets", ())
            if summary.get("kind") == self.target.kind and (table := self._judge_sheet(summary["name"]))
        ]
        if self.file_rules:
            apply_file_rules(tables)
        for table in tables:
            for finding in table.findings():
                self._speak(finding)
        for left in self.stored.values():
            self._left(left)
        self._compare_rows()

    def _left(self, finding: RowFinding) -> None:
        """A stored finding that today's rules did not speak of; of a row that cannot be judged it stays."""
        rule = self.outcome.rule(finding.code)
        if (finding.sheet, finding.row) in self.skipped:
            rule.then += 1
            rule.severity_then = rule.severity_then or finding.severity
            if finding.severity == ERROR.value and not finding.waived:
                self.codes_then[finding.sheet, finding.row].append(finding.code)
        else:
            rule.gone += 1
            self._example(rule, finding.sheet, finding.cell, finding.value, new=False)

    def _remember(self) -> None:
        """What is stored about the rows; what is not judged anew speaks on as it is."""
        findings = RowFinding.objects.filter(source_file=self.source, kind=self.target.kind, row__gt=0)
        for finding in findings.defer("message", "fix", "related", "fixes").iterator(chunk_size=BATCH):
            place = (finding.sheet, finding.row)
            is_error = finding.severity == ERROR.value and not finding.waived
            if is_error:
                self.codes_now[place].add(finding.code)
            if finding.code[1:2] == "4" or not self.asked.covers(finding.code):
                if is_error:
                    self.codes_then[place].append(finding.code)
                continue
            rule = self.outcome.rule(finding.code)
            rule.now += 1
            rule.severity_now = rule.severity_now or finding.severity
            self.stored[(*place, finding.code, finding.column_key)] = finding
            if finding.waived:
                self.waived.add((*place, finding.code, finding.column_key, finding.value))

    def _judge_sheet(self, name: str) -> Kept | None:
        """Judge the rows of a sheet batch by batch; what the file rules want of them, None without rows."""
        read = sorted({key for rule in self.file_rules for key in rule.reads})
        values: dict[str, list[Any]] = {key: [] for key in read}
        numbers: list[int] = []
        places = self.report.sources.places(self.source.pk, name, self.target.kind)
        alike: dict[Any, Any] = {}
        for batch in _batches(self._rows(name)):
            rows = []
            for number, raw, group, errors in batch:
                if errors:
                    self.failing_now.add((name, number))
                if not isinstance(raw, list):
                    self.outcome.skipped += 1
                    self.skipped.add((name, number))
                    continue
                rows.append(Row(number, raw_row(self.sheet, raw), group))
            self.outcome.rows += len(rows)
            if not rows:
                continue
            found, columns = self._judge(rows, places, read)
            for finding in found:
                self._speak(finding)
            numbers += [row.number for row in rows]
            for key, column in columns.items():
                values[key] += [alike.setdefault(value, value) for value in column]
        if not numbers:
            return None
        return _Replayed(self, places, values, numbers)

    def _judge(
        self, rows: Sequence[Row], places: Places, read: Sequence[str]
    ) -> tuple[Iterable[Finding], dict[str, Sequence[Any]]]:
        """Findings of a batch, and its values of these fields as rules see them.

        By whole columns, unless rows fill columns on screen that their sheet has not: those are judged one by one.
        """
        sheet = self.sheet
        cells = dict(zip(sheet.by_key, zip(*(row.cells for row in rows), strict=True), strict=True))
        there = {key: column for key, column in cells.items() if key in places.columns}
        if any(cell != "" for key, column in cells.items() if key not in there for cell in column):
            judged = judge_rows(sheet, rows, self.options, places)
            findings = [finding for one in judged for finding in one.findings]
            return findings, {key: [self._as_rules_see(key, one.clean[key]) for one in judged] for key in read}
        table = Table(places.name, Header(sheet, 0, dict(places.columns)), self.options)
        poles = [sheet.index[column.key] for column in sheet.columns if column.merge_group]
        groups = [row.group if any(row.cells[place] != "" for place in poles) else None for row in rows]
        table.add([row.number for row in rows], there, {}, groups)
        return table.findings(), {key: table.values(key) for key in read}

    def _as_rules_see(self, key: str, value: Any) -> Any:
        column = self.sheet.by_key.get(key)
        return float(value) if value is not None and column is not None and isinstance(column.kind, Degrees) else value

    def _rows(self, name: str) -> Iterator[tuple[int, Any, int | None, int]]:
        rows = self.target.row._default_manager.filter(source_file=self.source, sheet=name).order_by("row")
        return rows.values_list("row", "raw", "merge_group", "errors").iterator(chunk_size=BATCH)

    def _speak(self, finding: Finding) -> None:
        """A finding of today's rules."""
        if not self.asked.covers(finding.code):
            return
        severity = self.asked.severities.get(finding.code, finding.severity.value)
        rule = self.outcome.rule(finding.code)
        rule.then += 1
        rule.severity_then = severity
        held = self.stored.pop((finding.sheet, finding.row, finding.code, finding.key), None)
        if held is None:
            rule.new += 1
            self._example(rule, finding.sheet, finding.cell, finding.value, new=True)
        cell = (finding.sheet, finding.row, finding.code, finding.key, finding.value)
        if severity == ERROR.value and cell not in self.waived:
            self.codes_then[finding.sheet, finding.row].append(finding.code)

    def _example(self, rule: RuleChange, sheet: str, cell: str, value: str, *, new: bool) -> None:
        if sum(one.new is new for one in rule.examples) < self.asked.examples:
            submission = self.report.version.submission
            unit = submission.obligation.agency.short_name
            rule.examples.append(Example(unit, submission.pk, self.source.file.name, sheet, cell, value, new))

    def _compare_rows(self) -> None:
        outcome = self.outcome
        for place, codes in self.codes_then.items():
            self.report.errors_then += len(codes)
            if place not in self.failing_now:
                outcome.rows_failing += 1
                for code in set(codes):
                    outcome.rule(code).rows_failing += 1
        for place in self.failing_now:
            if place not in self.codes_then:
                outcome.rows_clean += 1
                for code in self.codes_now.get(place, ()):
                    outcome.rule(code).rows_clean += 1


class _Replayed(Kept):
    """Rows as just judged, for the rules over the whole file; raw cells are fetched only for what those find."""

    def __init__(self, form: _Form, places: Any, values: Mapping[str, Sequence[Any]], numbers: Sequence[int]) -> None:
        super().__init__(form.sheet, places, form.options, values, numbers, self._raw)
        self._form = form

    def _raw(self, key: str) -> Sequence[Any]:
        form = self._form
        at = form.sheet.index[key]
        rows = form.target.row._default_manager.filter(source_file=form.source, sheet=self.name).order_by("row")
        found = dict(rows.values_list("row", f"raw__{at}"))
        return ["" if found.get(number) is None else found[number] for number in self._numbers]


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
