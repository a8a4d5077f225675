"""A submission in the workbench: its totals, its list by risk, places. `review_detail` tells one item in full."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse

from agencies.models import Agency
from registry.names import Names
from reviews.models import Item, Round
from reviews.presenting import Asked, Detail, Document, Figure, Link, Listed, Overview, Reason, Spread, Squares
from sheets.cells import narrow
from sheets.kinds.places import townships

from . import review_detail, risk, spread
from .entering.places import ground
from .leftout import mark_items
from .models import ReportKind, SourceFile, Version, Waiver
from .nearby import position
from .paper import qr
from .paper.codes import number_of, short
from .paper.ticks import paper_check
from .registering.matching import collisions
from .registering.targets import CAMERA, PLATFORM, Target
from .review_cells import sheetlike

MOST_TERMS = 8
TARGETS = {CAMERA.kind: CAMERA, PLATFORM.kind: PLATFORM}
TITLES = {kind: sheetlike(target).title for kind, target in TARGETS.items()} | {mark_items.PART: mark_items.TITLE}
ALWAYS = ("new", "changed", "warned")
"""Figures that are told even where they are 0."""
TONES = {"warned": "attention", "taken": "bad", "again": "attention", mark_items.PART: "attention"}
SEARCHED = {
    "camera": ("name", "code", "registry_number", "platform_name", "brand", "police_station", "label"),
    "platform": ("name", "code", "registry_number", "vendor", "address"),
}
_ROW_NUMBER = re.compile(r"第?([0-9]{1,6})行?")


class StagedItems:
    """`reviews.presenting.Presented` for a submission: one version's staged rows, or its zero report."""

    clean = "clean"

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.names = Names()

    @cached_property
    def version(self) -> Version:
        return Version.objects.select_related(
            "submission__obligation__campaign", "submission__obligation__agency", "scan", "submitted_by"
        ).get(submission=self.round.case.subject_id, number=self.round.number)

    @property
    def agency(self) -> Agency:
        return self.version.submission.obligation.agency

    @cached_property
    def is_zero(self) -> bool:
        return self.version.submission.kind == ReportKind.ZERO

    @cached_property
    def files(self) -> list[SourceFile]:
        return list(self.version.files.select_related("file", "place_kind").order_by("slot"))

    @property
    def ground(self) -> Mapping[str, Any]:
        return ground()

    @cached_property
    def kept(self) -> risk.Kept:
        return risk.kept(self.round)

    @cached_property
    def parts(self) -> Mapping[str, str]:
        return {part: title for part, title in TITLES.items() if self.kept.total(part)}

    @cached_property
    def filters(self) -> Mapping[str, str]:
        return {show: label for show, label in risk.FILTERS.items() if show in ALWAYS or self.kept.total(show=show)}

    def total(self, part: str, show: str) -> int:
        return self.kept.total(part, show)

    # --- as a whole ---------------------------------------------------------------------------------------------
    def overview(self) -> Overview:
        version, submission = self.version, self.version.submission
        address = [submission.pk, version.number]
        return Overview(
            facts=(
                ("报送单位", self.agency.name),
                ("轮次", str(submission.obligation.campaign)),
                ("报送", f"第 {submission.number} 次 第 {version.number} 版"),
            ),
            figures=() if self.is_zero else self._figures(),
            statement=version.zero_reason if self.is_zero else "",
            submitted_by=str(version.submitted_by or ""),
            submitted_at=version.submitted_at,
            marks=("on_behalf",) if submission.on_behalf else (),
            preview=reverse("submission_scan", args=address) if version.scan and version.scan.preview else "",
            scan=reverse("submission_scan_file", args=address) if version.scan else "",
            paper=paper_check(version) if version.scan else None,
            attested=self._attested(),
            documents=() if self.is_zero else [self._document(source) for source in self.files],
            links=self._waivers(),
            settled=0 if self.is_zero else self.kept.settled,
        )

    def code(self) -> Squares | None:
        code = qr.drawn(self.version)
        return Squares(code.text, code.size, code.path) if code else None

    def _attested(self) -> list[tuple[str, str]]:
        """What the scan must say: the very figures of the page that was printed to be stamped."""
        held = self.kept.held
        told = [("编号", f"{number_of(self.version.submission_id)} 第 {self.version.number} 版")]
        told += [(TITLES[part], f"{held[part]:,} 行") for part in TARGETS if held.get(part)]
        if held.get(mark_items.PART):
            told.append((mark_items.TITLE, f"{held[mark_items.PART]:,} 台"))
        return [*told, ("校验值", short(self.version.hash))]

    def _waivers(self) -> list[Link]:
        """The waivers of the submission, to be opened from here."""
        waivers = Waiver.objects.filter(submission=self.version.submission_id).order_by()
        told = dict(waivers.values_list("state").annotate(Count("pk")))
        if not told:
            return []
        asked = told.get(Waiver.State.ASKED, 0)
        words = f"豁免 {sum(told.values())} 处" + (f"，{asked} 处待批" if asked else "")
        return [Link(words, f"{reverse('waivers')}?tab={'asked' if asked else 'all'}&agency={self.agency.code}")]

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
        totals = {"": self.kept.total()} | {show: self.kept.total(show=show) for show in self.filters}
        labels = {"": "全部", **self.filters}
        return [
            Figure(labels[show], count, show, TONES.get(show, "") if count else "") for show, count in totals.items()
        ]

    # --- the list -----------------------------------------------------------------------------------------------
    def areas(self) -> Sequence[tuple[str, str]]:
        """Townships, for a unit whose cameras may be anywhere."""
        return () if self.is_zero or self.agency.kind == Agency.Kind.TOWNSHIP else list(townships().items())

    def narrowed(self, items: QuerySet[Item], asked: Asked) -> QuerySet[Item]:
        # What another unit has registered since the round was opened is found too.
        found = risk.under(items, asked.show, self.taken() if asked.show == "taken" else ())
        if asked.area:
            found = found.filter(Q(key__in=self._in_area(asked.area)) | Q(key__in=self._marks_in_area(asked.area)))
        terms = narrow(asked.search).split()[:MOST_TERMS]
        for term in terms:
            found = found.filter(self._holding(term))
        return found

    def _rows(self, target: Target) -> QuerySet[Any]:
        return target.row._default_manager.filter(source_file__in=[source.pk for source in self.files])

    def _in_area(self, area: str) -> QuerySet[Any]:
        return self._rows(CAMERA).filter(township=area).values("key")

    def _marks_in_area(self, area: str) -> QuerySet[Any]:
        return mark_items.in_area(self.version, area).values("item_key")

    def _holding(self, term: str) -> Q:
        found = Q(part=mark_items.PART, key__in=mark_items.found(self.version, term).values("item_key"))
        for target in TARGETS.values():
            rows = self._rows(target).filter(_matches(target, term))
            found |= Q(part=target.kind, key__in=rows.values("key"))
        return found

    def by_place(self, items: QuerySet[Item], part: str) -> QuerySet[Any, int]:
        keys = items.values("key")
        if part == mark_items.PART:
            marks = mark_items.marks_of(self.version).filter(item_key__in=keys).order_by("kind", "thing_id")
            return marks.values_list("item_key", flat=True)
        slots = Case(
            *(When(source_file=source.pk, then=Value(place)) for place, source in enumerate(self.files)),
            default=Value(0),
            output_field=IntegerField(),
        )
        rows = self._rows(TARGETS[part]).filter(key__in=keys)
        order = ("sheet", "row") if len(self.files) == 1 else (slots, "sheet", "row")
        return rows.order_by(*order).values_list("key", flat=True)

    def listed(self, items: Sequence[Item]) -> list[Listed]:
        if not items:
            return []
        if items[0].part == mark_items.PART:
            return mark_items.listed(self.version, [item.key for item in items])
        ranks = {item.key: item.risk for item in items}
        rows = {row.key: row for row in self._rows(TARGETS[items[0].part]).filter(key__in=list(ranks))}
        return [
            Listed(key, place_of(row), row.name or "（未命名）", row.fate or "new", reasons_of(rank), position(row))
            for key, rank in ranks.items()
            if (row := rows.get(key)) is not None
        ]

    def spread(self) -> Spread:
        """Cameras alone have a position. A constant number of queries, whose cost does not grow with the round."""
        total = 0 if self.is_zero else self.kept.total(CAMERA.kind)
        return spread.spread(self.round, total, [source.pk for source in self.files], self.agency.pk, self.names)

    # --- one item -----------------------------------------------------------------------------------------------
    def detail(self, item: Item) -> Detail:
        if item.part == mark_items.PART:
            return review_detail.of_mark(self.version, item, self.names)
        target = TARGETS[item.part]
        row = self._rows(target).select_related("source_file__file").get(key=item.key)
        return review_detail.of_row(self.round, self.version, item, target, row, self.names, reasons_of(item.risk))

    def taken(self) -> list[int]:
        """The keys of the rows of a round under way whose code another unit has registered by now."""
        if self.round.ended_at is not None or self.is_zero:
            return []
        return [
            hit["key"] for target in TARGETS.values() for hit in collisions(target, self.version.pk, self.agency.pk)
        ]

    def places(self, keys: Collection[int]) -> dict[int, str]:
        if self.is_zero:
            return dict.fromkeys(keys, "零报告")
        found: dict[int, str] = {}
        for target in TARGETS.values():
            rows = self._rows(target).filter(key__in=keys).order_by("source_file__slot", "sheet", "row")
            for key, sheet, row, name in rows.values_list("key", "sheet", "row", "name"):
                found[key] = f"{sheet} 第{row}行 {name or ''}".rstrip()
        return found | mark_items.places(self.version, keys)


def place_of(row: Any) -> str:
    return f"{row.sheet} 第{row.row}行"


def reasons_of(rank: int) -> list[Reason]:
    """Why a row stands where it does, the gravest first."""
    return [
        Reason(words, "bad" if sign & risk.GRAVE else "attention" if sign & risk.ATTENTION else "neutral")
        for words, sign in risk.reasons(rank)
    ]


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
