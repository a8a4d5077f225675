"""Lineage of registered versions, many at once: a history of a hundred costs as many queries as one version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from agencies.models import Person
from registry.lineage import Lineage, Ref
from reviews.kinds import kind_of
from reviews.models import Case, Side

from ..models import CameraRow, Change, LedgerEntry, MissingMark, PlatformRow, StagedRow, Submission
from ..waiving.waivers import waived_at
from . import edits, reviewers

ROW_OF: dict[str, type[StagedRow]] = {
    "cameras.camera": CameraRow,
    "cameras.pole": CameraRow,
    "platforms.platform": PlatformRow,
}
PASSED = "通过"
_OF_ENTRY = (
    "round__case__agency",
    "version__submission__obligation__campaign",
    "version__submission__obligation__agency",
)


@dataclass(frozen=True)
class Known:
    """Everything the refs of one question lead to, by id."""

    entries: Mapping[int, LedgerEntry]
    rows: Mapping[int, StagedRow]
    marks: Mapping[int, MissingMark]
    may_open: frozenset[int]
    """Submissions that the viewer may open."""
    other_cases: frozenset[int]
    """Cases without a sheet whose subject the viewer may open."""


def sources_of(
    model_label: str, refs: Sequence[Ref], viewer: Person | None, in_full: Ref | None = None
) -> dict[Ref, Lineage]:
    """Where these versions came from: staged rows, or (ids below zero) what was said of things that were left out.

    Versions without a source row are those that a withdrawn batch left behind, and those of an amendment. Refs that
    the ledger does not know are left out. What only those see who may open the submission is left out for other
    viewers (see `Lineage`).
    """
    model = ROW_OF.get(model_label)
    if model is None:
        return {}
    known = _known(model, refs, viewer)
    contents = {ref: content for ref in refs if (content := _content(ref, known))}
    judged = reviewers.verdicts_on(list(dict.fromkeys(contents.values())))
    rounds = {entry.round_id for entry in known.entries.values()}
    closers = reviewers.closers_of(rounds)
    undone = {entry.round_id for entry in known.entries.values() if entry.kind == LedgerEntry.Kind.WITHDRAWAL}
    movers = reviewers.movers_of(undone) if undone else {}
    changes = edits.changes_of([row for row in known.rows.values() if _submission(row) in known.may_open])
    found = {}
    for ref in refs:
        entry = known.entries.get(ref.entry)
        if entry is None or (ref.row is not None and ref not in contents):
            continue
        told = _of_entry(entry, known) | {"closers": closers[entry.round_id]}
        if entry.kind == LedgerEntry.Kind.WITHDRAWAL:
            reason, moved = movers.get(entry.round_id, ("", ()))
            told |= {"compensates": True, "said": reason if told["url"] else "", "reviewers": moved, "undone_at": None}
        else:
            said = judged.get(contents[ref], []) if ref in contents else []
            told["reviewers"] = said or [each._replace(word=PASSED) for each in closers[entry.round_id]]
        if ref.row is not None and ref.row < 0:
            mark = known.marks[-ref.row]
            mark.note = mark.note if told["url"] else ""  # free text of the unit's own
            told["said"] = mark.sentence
        elif ref.row is not None:
            told |= _of_row(known.rows[ref.row], changes, with_waivers=ref == in_full)
        found[ref] = Lineage(**told)
    return found


def _known(model: type[StagedRow], refs: Iterable[Ref], viewer: Person | None) -> Known:
    entries = LedgerEntry.objects.select_related(*_OF_ENTRY).in_bulk({ref.entry for ref in refs})
    submissions = {entry.version.submission_id for entry in entries.values() if entry.version}
    if viewer is not None:
        seen = Submission.objects.visible_to(viewer).filter(pk__in=submissions)
        submissions = set(seen.values_list("pk", flat=True))
    ids = {ref.row for ref in refs if ref.row is not None}
    rows = model._default_manager.select_related("source_file__file", "source_file__version")
    marks = MissingMark.objects.select_related("to_agency")
    return Known(
        entries,
        rows.in_bulk({pk for pk in ids if pk > 0}),
        marks.in_bulk({-pk for pk in ids if pk < 0}),
        frozenset(submissions),
        _openable([entry.round.case for entry in entries.values() if entry.version is None], viewer),
    )


def _openable(cases: Iterable[Case], viewer: Person | None) -> frozenset[int]:
    """Of these cases those whose subject the viewer may open (None: whoever may open any). One query a kind of case."""
    subjects: dict[str, dict[int, int]] = {}
    for case in cases:
        subjects.setdefault(case.kind, {})[case.subject_id] = case.pk
    found: set[int] = set()
    for kind, held in subjects.items():
        opens = kind_of(kind).opens
        if opens is None:
            continue
        seen = set(held) if viewer is None else set(opens(viewer).filter(pk__in=held).values_list("pk", flat=True))
        found |= {held[subject] for subject in seen}
    return frozenset(found)


def _content(ref: Ref, known: Known) -> reviewers.Content | None:
    """The item that was judged; None for a version without a source, or with one that is not known."""
    entry = known.entries.get(ref.entry)
    if entry is None or ref.row is None:
        return None
    if ref.row < 0:
        mark = known.marks.get(-ref.row)
        return reviewers.Content(entry.round, mark.item_key, mark.row_hash) if mark else None
    row = known.rows.get(ref.row)
    return reviewers.Content(entry.round, row.key, row.row_hash) if row else None


def _submission(row: StagedRow) -> int:
    return row.source_file.version.submission_id


def _of_entry(entry: LedgerEntry, known: Known) -> dict[str, Any]:
    case, version = entry.round.case, entry.version
    told = {
        "recorded_at": entry.recorded_at,
        "own_side": Side(case.own_side).label if case.own_side else "",
        "undone_at": entry.round.undone_at,
    }
    if version is None:
        leads = case.pk in known.other_cases
        url = reverse(kind_of(case.kind).url_name, args=[case.subject_id]) if leads else ""
        return told | {"title": case.title, "agency": case.agency.name, "url": url}
    submission = version.submission
    url = f"{reverse('submission', args=[submission.pk])}?version={version.number}"
    return told | {
        "campaign": submission.obligation.campaign.name,
        "agency": submission.obligation.agency.name,
        "submission_id": submission.pk,
        "submission_number": submission.number,
        "version_number": version.number,
        "url": url if submission.pk in known.may_open else "",
    }


def _of_row(row: StagedRow, changes: Mapping[int, Sequence[Change]], *, with_waivers: bool) -> dict[str, Any]:
    """`changes` holds the rows whose submission the viewer may open, and no others."""
    original = row.source_file.file
    told = {
        "file_name": original.name,
        "sha256": original.sha256,
        "sheet": row.sheet,
        "row": row.row,
        "cells": edits.cells_of(row),
    }
    if row.pk not in changes:
        return told
    own = changes[row.pk]
    place = (row.source_file_id, row.sheet, row.row)
    return told | {
        "file_url": reverse("source_file", args=[_submission(row), row.source_file_id]),
        "raw": edits.raw_of(row, own),
        "edits": edits.told(row, own),
        "waivers": waived_at(_submission(row), [row]).get(place, []) if with_waivers else [],
    }
