"""Staged rows as the workbench shows them: totals, what each row changes, and which rows cannot be passed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.urls import reverse

from registry.models import number_for
from registry.names import Names
from reviews.models import Round
from reviews.presenting import Asked, Column, Document, Figure, ItemRow, Overview, Part, Table
from sheets.cells import narrow
from sheets.kinds.places import townships

from .leftout import mark_items
from .models import ReportKind, RowFinding, SourceFile, StagedRow, Version
from .paper.ticks import paper_check
from .registering import proposals
from .registering.matching import collisions
from .registering.targets import CAMERA, PLATFORM, Target
from .review_cells import Registered, Sheetlike, sheetlike
from .waiving.waivers import waived_at

PAGE_SIZE = 50
MOST_TERMS = 8
TARGETS = (CAMERA, PLATFORM)
TAKEN_CODES = ("C401", "P401")
INTERIOR = "C206"
PLACE_TAKEN = "C408"
FATE = StagedRow.Fate
WARNED, TAKEN = "warned", "taken"
FILTERS = {
    FATE.NEW.value: FATE.NEW.label,
    FATE.CHANGED.value: FATE.CHANGED.label,
    FATE.UNCHANGED.value: FATE.UNCHANGED.label,
    FATE.REACTIVATED.value: FATE.REACTIVATED.label,
    WARNED: "有提醒",
    TAKEN: "编码冲突",
    mark_items.PART: mark_items.TITLE,
}
SEARCHED = {
    "camera": ("name", "code", "registry_number", "platform_name", "brand", "police_station", "label"),
    "platform": ("name", "code", "registry_number", "vendor", "address"),
}
_ROW_NUMBER = re.compile(r"第?([0-9]{1,6})行?")


@dataclass(frozen=True)
class Taken:
    """A row whose code stands in another agency's registry: where the row is, and what reviewers are told."""

    place: str
    says: str

    @property
    def sentence(self) -> str:
        return f"{self.place}{self.says}"


class StagedItems:
    """`reviews.presenting.Presented` for a submission: one version's staged rows, or its zero report."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.names = Names()

    @cached_property
    def version(self) -> Version:
        return Version.objects.select_related(
            "submission__obligation__campaign", "submission__obligation__agency", "scan", "submitted_by"
        ).get(submission=self.round.case.subject_id, number=self.round.number)

    @cached_property
    def taken(self) -> dict[int, Taken]:
        return self.taken_among(None)

    def taken_among(self, keys: Collection[int] | None) -> dict[int, Taken]:
        """The rows of a round under way that nobody may simply pass; nothing is asked of a round that has ended."""
        if self.round.ended_at is not None or self.version.submission.kind != ReportKind.ROWS:
            return {}
        found = {}
        for target in TARGETS:
            for hit in collisions(target, self.version.pk, self.version.submission.obligation.agency_id, keys):
                number = number_for(target.number_prefix, hit["thing_id"])
                says = f"编码已由{self.names.agency(hit['agency_id'])}登记（{number}）"
                found[hit["key"]] = Taken(f"{hit['sheet']} 第{hit['row']}行", says)
        return found

    @cached_property
    def forbidden(self) -> list[int]:
        """Cameras whose names put them where Order 799 allows none: what reviewers look at first."""
        told = RowFinding.objects.filter(source_file__version=self.version, code=INTERIOR, waived=False)
        places = set(told.values_list("source_file_id", "sheet", "row"))
        if not places:
            return []
        files, rows = {place[0] for place in places}, {place[2] for place in places}
        found = self._all(CAMERA).filter(source_file__in=files, row__in=rows)
        return [
            key for key, *place in found.values_list("key", "source_file_id", "sheet", "row") if tuple(place) in places
        ]

    # --- as a whole ---------------------------------------------------------------------------------------------
    def overview(self) -> Overview:
        version, submission = self.version, self.version.submission
        zero = submission.kind == ReportKind.ZERO
        agency = submission.obligation.agency
        address = [submission.pk, version.number]
        return Overview(
            facts=(
                ("报送单位", agency.name),
                ("轮次", str(submission.obligation.campaign)),
                ("报送", f"第 {submission.number} 次 第 {version.number} 版"),
            ),
            figures=() if zero else self._figures(),
            statement=version.zero_reason if zero else "",
            submitted_by=str(version.submitted_by or ""),
            submitted_at=version.submitted_at,
            marks=("on_behalf",) if submission.on_behalf else (),
            preview=reverse("submission_scan", args=address) if version.scan and version.scan.preview else "",
            scan=reverse("submission_scan_file", args=address) if version.scan else "",
            paper=paper_check(version) if version.scan else None,
            documents=() if zero else [self._document(source) for source in self._sources()],
        )

    def _sources(self) -> QuerySet[SourceFile]:
        return self.version.files.select_related("file", "place_kind").order_by("slot")

    def _document(self, source: SourceFile) -> Document:
        said = [
            f"{source.rows_read - source.rows_removed} 行",
            source.get_datum_display(),
            source.get_funding_display(),
        ]
        if source.place_kind:
            said.append(source.place_kind.name)
        url = reverse("source_file", args=[self.version.submission_id, source.pk])
        return Document(source.file.name, url, " · ".join(said), source.file.sha256)

    def _figures(self) -> list[Figure]:
        totals: dict[str, int] = dict.fromkeys(("", *self.filters), 0)
        counted = {show: Count("pk", filter=self._condition(show)) for show in FILTERS if show != mark_items.PART}
        for target in TARGETS:
            for show, count in self._all(target).aggregate(every=Count("pk"), **counted).items():
                totals["" if show == "every" else show] += count
        if self.left_out:
            totals[mark_items.PART] = mark_items.marks_of(self.version).count()
            totals[""] += totals[mark_items.PART]
        tones = {WARNED: "attention", TAKEN: "bad", mark_items.PART: "attention"}
        labels = {"": "行数", **FILTERS}
        return [
            Figure(labels[show], count, show, tones.get(show, "") if count else "") for show, count in totals.items()
        ]

    # --- row by row ---------------------------------------------------------------------------------------------
    def _all(self, target: Target) -> QuerySet[Any]:
        return target.row._default_manager.filter(source_file__version=self.version)

    def _condition(self, show: str) -> Q:
        if show == WARNED:
            return Q(warnings__gt=0)
        if show == TAKEN:
            return Q(key__in=list(self.taken))
        if show == mark_items.PART:
            return Q(pk=None)
        return Q(fate__in=["", show]) if show == FATE.NEW else Q(fate=show)

    def _rows(self, target: Target, asked: Asked) -> QuerySet[Any]:
        """The rows asked for, in their order; the riskiest first unless asked otherwise."""
        rows = self._all(target).select_related("source_file")
        if asked.show in FILTERS:
            rows = rows.filter(self._condition(asked.show))
        if asked.keys is not None:
            rows = rows.filter(key__in=asked.keys)
        for term in narrow(asked.search).split()[:MOST_TERMS]:
            rows = rows.filter(_matches(target, term))
        place = ("source_file__slot", "sheet", "row")
        if asked.order == "place":
            return rows.order_by(*place)
        risk = Case(
            When(key__in=self.forbidden if target is CAMERA else [], then=Value(0)),
            When(key__in=list(self.taken), then=Value(1)),
            When(warnings__gt=0, then=Value(2)),
            When(fate__in=[FATE.CHANGED, FATE.REACTIVATED], then=Value(3)),
            default=Value(4),
        )
        return rows.order_by(risk, *place)

    def table(self, asked: Asked) -> Table:
        """The part asked for, else the first that has rows under the filters."""
        found: dict[str, QuerySet[Any]] = {target.kind: self._rows(target, asked) for target in TARGETS}
        titles = {target.kind: sheetlike(target).title for target in TARGETS}
        if self.left_out:
            every = asked.show in ("", mark_items.PART) or asked.show not in FILTERS
            found[mark_items.PART] = mark_items.asked_for(self.version, asked, every)
            titles[mark_items.PART] = mark_items.TITLE
        counts = {kind: rows.count() for kind, rows in found.items()}
        part = asked.part if asked.part in found else next((kind for kind, count in counts.items() if count), "camera")
        pager = Paginator(found[part], PAGE_SIZE)
        pager.__dict__["count"] = counts[part]
        page = pager.get_page(asked.page)
        columns, rows = self._part(part, list(page.object_list))
        return Table(
            parts=[Part(kind, titles[kind], counts[kind], kind == part) for kind in found],
            columns=columns,
            rows=rows,
            page=page,
            filters=self.filters,
        )

    @cached_property
    def left_out(self) -> bool:
        """Whether the version says anything of things that its rows leave out."""
        return mark_items.marks_of(self.version).exists()

    @property
    def filters(self) -> dict[str, str]:
        return {show: label for show, label in FILTERS.items() if show != mark_items.PART or self.left_out}

    def _part(self, part: str, rows: list[Any]) -> tuple[Sequence[Column], list[ItemRow]]:
        if part == mark_items.PART:
            return mark_items.COLUMNS, mark_items.item_rows(rows, self.names)
        target = next(target for target in TARGETS if target.kind == part)
        sheet = sheetlike(target, self.names)
        columns = [Column(column.key, column.title, column.css) for column in sheet.columns]
        return columns, self._items(target, sheet, rows)

    def _items(self, target: Target, sheet: Sheetlike, rows: list[Any]) -> list[ItemRow]:
        before = Registered(target, rows, accepted=self.round.outcome == Round.Outcome.ACCEPTED)
        warnings = self._warnings(rows)
        beside = self._beside(rows, warnings)
        waived = waived_at(self.version.submission_id, rows)
        items = []
        for row in rows:
            cells, changes = sheet.compare(row, before.of(row))
            taken = self.taken.get(row.key)
            said = [
                finding.message + (beside.get(row.pk, "") if finding.code == PLACE_TAKEN else "")
                for finding in warnings.get((row.source_file_id, row.sheet, row.row), ())
                if not (taken and finding.code in TAKEN_CODES)
            ]
            items.append(
                ItemRow(
                    key=row.key,
                    place=f"{row.sheet} 第{row.row}行",
                    name=row.name or "（未命名）",
                    state=row.fate or FATE.NEW.value,
                    cells=cells,
                    changes=changes,
                    warnings=said,
                    blocked=taken.says if taken else "",
                    waived=waived.get((row.source_file_id, row.sheet, row.row), ()),
                )
            )
        return items

    def _warnings(self, rows: list[Any]) -> Mapping[tuple[int, str, int], list[RowFinding]]:
        """The warnings of these rows by their address; one query."""
        found: dict[tuple[int, str, int], list[RowFinding]] = {}
        findings = RowFinding.objects.filter(
            source_file__in={row.source_file_id for row in rows},
            severity="warning",
            waived=False,
            row__in={row.row for row in rows},
        )
        for finding in findings.order_by("pk"):
            found.setdefault((finding.source_file_id, finding.sheet, finding.row), []).append(finding)
        return found

    def _beside(self, rows: list[Any], warnings: Mapping[tuple[int, str, int], list[RowFinding]]) -> dict[int, str]:
        """Whose camera stands at the place of these rows, as reviewers are told; asked only where a finding says so."""
        hit = [
            row.pk
            for row in rows
            if any(told.code == PLACE_TAKEN for told in warnings.get((row.source_file_id, row.sheet, row.row), ()))
        ]
        found = proposals.neighbours_of(hit, self.version.submission.obligation.agency_id)
        return {
            pk: f"（{self.names.agency(each.agency_id)} {number_for(CAMERA.number_prefix, each.thing_id)}，"
            f"相距 {each.metres} 米）"
            for pk, each in found.items()
        }

    def places(self, keys: Collection[int]) -> dict[int, str]:
        if self.version.submission.kind == ReportKind.ZERO:
            return dict.fromkeys(keys, "零报告")
        found: dict[int, str] = {}
        for target in TARGETS:
            rows = self._all(target).filter(key__in=keys).order_by("source_file__slot", "sheet", "row")
            for key, sheet, row, name in rows.values_list("key", "sheet", "row", "name"):
                found[key] = f"{sheet} 第{row}行 {name or ''}".rstrip()
        return found | mark_items.places(self.version, keys)


def _matches(target: Target, term: str) -> Q:
    """Rows that hold the term in one of the searched columns, or stand in the row of that number ("12", "第12行")."""
    number = _ROW_NUMBER.fullmatch(term)
    found = Q(row=int(number[1])) if number else Q()
    if number and number[0] != number[1]:
        return found
    for column in SEARCHED[target.kind]:
        found |= Q(**{f"{column}__icontains": term})
    if target is CAMERA:
        found |= Q(township__in=[code for code, name in townships().items() if term in name])
    return found


def unpassable(round_: Round, keys: Collection[int] | None = None) -> dict[int, str]:
    """Rows, among these, whose code another agency has registered: until that is settled they can only go back."""
    return {key: taken.sentence for key, taken in StagedItems(round_).taken_among(keys).items()}
