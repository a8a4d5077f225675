"""One item of a submission in full: its fields beside what is registered, and everything that is known of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from registry.models import number_for
from registry.names import Names
from reviews.models import Choice, Item, Round
from reviews.outcomes import TAKEN_IN
from reviews.presenting import Choosable, Detail, Field, Link, Note, Reason

from . import nearby
from .leftout import mark_items
from .models import Change, ChangeSet, MissingMark, RowFinding, Version, Waiver
from .registering import proposals
from .registering.matching import collisions
from .registering.targets import CAMERA, Target
from .review_cells import Registered, sheetlike
from .since import since_last_round
from .waiving.waivers import standing_of

TAKEN_CODES = ("C401", "P401")
PLACE_TAKEN = "C408"
MOST_EDITS = 40
"""Changes on screen that are told of one row, the latest first."""
OTHERS_PLACE = "对方登记的位置"
MOVED = 10
"""Metres from which on a changed position is told as a distance."""


def of_mark(version: Version, item: Item, names: Names) -> Detail:
    """What the unit said of a thing that its survey leaves out."""
    mark = MissingMark.objects.select_related("to_agency", "marked_by").get(version=version, item_key=item.key)
    thing = mark_items.thing_of(mark)
    told = mark_items.detail(mark, thing, names)
    said = Note("edited", f"由{mark.marked_by}于{_when(mark.marked_at)}说明")
    agency_id = version.submission.obligation.agency_id
    return _with(told, notes=[said], around=nearby.around_place(thing, agency_id, names))


def of_row(
    round_: Round, version: Version, item: Item, target: Target, row: Any, names: Names, reasons: Sequence[Reason]
) -> Detail:
    """A staged row. A constant number of queries."""
    agency_id = version.submission.obligation.agency_id
    other = _holder(round_, version, target, row, agency_id)
    before = other or _before(round_, item, target, row)
    notes = _notes(version, target, row, names, taken=other is not None)
    fields = sheetlike(target, names).compare(row, before, notes)
    is_camera, place = target is CAMERA, OTHERS_PLACE if other is not None else "原位置"
    if is_camera and before is not None:
        fields = with_distance(fields, row, before, place)
    fields = since_last_round(fields, round_, version, target, row, names)
    return Detail(
        key=row.key,
        place=f"{row.sheet} 第{row.row}行",
        name=row.name or "（未命名）",
        state=row.fate or "new",
        fields=fields,
        reasons=reasons,
        beside=_beside(round_, target, before, other is not None, names),
        notes=notes[""],
        links=_links(version, target, row),
        around=nearby.around_row(row, before, agency_id, names, place) if is_camera else None,
        choosable=_choosable(target, other, version, names) if other is not None else (),
    )


def _with(detail: Detail, **more: Any) -> Detail:
    return Detail(**{**detail.__dict__, **more})


# --- what stood there before ----------------------------------------------------------------------------------------
def _holder(round_: Round, version: Version, target: Target, row: Any, agency_id: int) -> Any:
    """The live thing of another agency with the row's code, where both sides have yet to settle it."""
    if round_.ended_at is not None:
        return None
    hit = next(iter(collisions(target, version.pk, agency_id, [row.key])), None)
    things: Any = target.identity._default_manager
    return things.get(pk=hit["thing_id"]) if hit else None


def _before(round_: Round, item: Item, target: Target, row: Any) -> Any:
    """What the row met in the registry: as it stands now, or as it stood before an accepted batch entered."""
    entered = round_.outcome in TAKEN_IN and not item.returned and round_.undone_at is None
    return Registered(target, [row], accepted=entered).of(row)


def _beside(round_: Round, target: Target, before: Any, foreign: bool, names: Names) -> Link | None:
    """What the old values are."""
    if before is None:
        return None
    thing_id = getattr(before, target.thing_id, before.pk)
    number = number_for(target.number_prefix, thing_id)
    whose = f"{names.agency(before.reporting_agency_id)}登记的 " if foreign else "台账 "
    when = "（入库前）" if thing_id != before.pk or round_.outcome in TAKEN_IN else ""
    return Link(f"{whose}{number}{when}", reverse(target.kind, args=[thing_id]))


def with_distance(fields: Sequence[Field], row: Any, before: Any, place: str) -> list[Field]:
    """A position that changed says how far the camera moved."""
    here, was = nearby.position(row), nearby.position(before)
    metres = nearby.distance(here, was) if here and was else 0
    if metres < MOVED:
        return list(fields)
    told = Note("moved", f"与{place}相距 {round(metres):,} 米")
    first = next((field for field in fields if field.title.startswith("纬度")), None)
    return [_noted(field, told) if field is first else field for field in fields]


def _noted(field: Field, note: Note) -> Field:
    return Field(field.title, field.new, field.old, field.kind, field.kept, (*field.notes, note))


# --- what is known of its fields ------------------------------------------------------------------------------------
def _notes(version: Version, target: Target, row: Any, names: Names, *, taken: bool) -> dict[str, list[Note]]:
    """By column ("" for the row as a whole): warnings, waivers asked or granted, changes made on screen."""
    found: dict[str, list[Note]] = defaultdict(list)
    columns = {column.key for column in sheetlike(target).columns}
    here = {"source_file": row.source_file_id, "sheet": row.sheet, "row": row.row, "kind": target.kind}
    findings = list(RowFinding.objects.filter(**here).order_by("pk"))
    standing = standing_of(version.submission_id, findings)
    agency_id = version.submission.obligation.agency_id
    for finding in findings:
        at = finding.column_key if finding.column_key in columns else ""
        stands = standing.get(finding.pk)
        url = reverse("waiver", args=[stands.waiver.pk]) if stands else ""
        if finding.waived:
            found[at].append(Note("waived", f"{finding.message}。{stands.words if stands else '已豁免'}", url))
            continue
        if not (taken and finding.code in TAKEN_CODES):
            more = _neighbour(row, agency_id, names) if finding.code == PLACE_TAKEN else ""
            found[at].append(Note("warning", f"{finding.message}{more}"))
        if stands and stands.waiver.state == Waiver.State.ASKED:
            found[at].append(Note("waiver_asked", f"单位申请豁免，理由：{stands.waiver.reason}", url))
    for at, note in _edits(version, target, row):
        found[at if at in columns else ""].append(note)
    return found


def _neighbour(row: Any, agency_id: int, names: Names) -> str:
    """Whose camera stands at the row's place, as reviewers are told."""
    near = proposals.neighbours_of([row.pk], agency_id).get(row.pk)
    if near is None:
        return ""
    number = number_for(CAMERA.number_prefix, near.thing_id)
    return f"（{names.agency(near.agency_id)} {number}，相距 {near.metres} 米）"


def _edits(version: Version, target: Target, row: Any) -> list[tuple[str, Note]]:
    """Changes made on screen to the row in this submission, up to this version: who, when, what stood there."""
    changes = (
        Change.objects.filter(
            row_key=row.key,
            kind=target.kind,
            change_set__version__submission=version.submission_id,
            change_set__version__number__lte=version.number,
        )
        .select_related("change_set__person")
        .order_by("-pk")[:MOST_EDITS]
    )
    told = []
    for change in changes:
        act = change.change_set
        way = ChangeSet.Way(act.way).label
        who = f"{act.person}于{_when(act.made_at)}{way}"
        before = f"，原为“{change.before}”" if change.column_key and change.before else ""
        told.append((change.column_key, Note("edited", f"{who}{before}")))
    return told


def _when(moment: Any) -> str:
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _links(version: Version, target: Target, row: Any) -> list[Link]:
    """The unit's own workbook, and the sheet on screen at this row."""
    source = row.source_file
    return [
        Link(f"原表 {source.file.name}", reverse("source_file", args=[version.submission_id, source.pk])),
        Link("整张表", f"{reverse('grid', args=[version.submission_id])}?kind={target.kind}&key={row.key}&all=1"),
    ]


# --- a code that two units reported ---------------------------------------------------------------------------------
def _choosable(target: Target, other: Any, version: Version, names: Names) -> list[Choosable]:
    """What each way to settle the collision does, in a sentence."""
    theirs = f"{names.agency(other.reporting_agency_id)}的 {number_for(target.number_prefix, other.pk)} "
    ours = version.submission.obligation.agency.short_name
    says = {
        Choice.MERGE: f"就是同一台：{theirs}照旧，{ours}记为共同填报单位，本行内容不入库。",
        Choice.TRANSFER: f"归{ours}管：{theirs}改由{ours}填报，各项按本行更新。",
        Choice.DISTINCT: f"其实是两台：{theirs}不动，本行另立一台，编码先留空，由{ours}补编。",
    }
    return [Choosable(choice.value, choice.label, sentence) for choice, sentence in says.items()]
