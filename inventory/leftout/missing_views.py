"""The page of what the survey leaves out: a list to tick through, and one press for many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Agency
from agencies.sessions import person_of
from audit.failures import Conflict, Invalid
from registry.models import id_from_number
from reviews.forms import KeysField
from sheets.cells import narrow
from sheets.kinds.places import townships

from .. import services
from ..models import LedgerEntry, MissingMark, ReportKind, Submission, Version
from ..permissions import may_edit
from ..registering.targets import TARGETS
from . import marking, missing
from .mark_items import KINDS, THINGS

PAGE_SIZE = 100
OPEN = "open"
CLEAR = "clear"
SHOWS = {OPEN: "还没有说明", **dict(MissingMark.Mark.choices)}
UNITS = {"camera": "台", "platform": "个"}
_TARGETS = {target.kind: target for target in TARGETS}


@dataclass(frozen=True)
class Line:
    """A thing that the survey leaves out, with what was said of it; `campaign`: the one it was last recorded in."""

    thing: Any
    mark: MissingMark | None
    campaign: str


@dataclass(frozen=True)
class Asked:
    """What the address asks for; unknown values mean everything."""

    kind: str
    search: str = ""
    township: str = ""
    show: str = ""

    @classmethod
    def of(cls, params: QueryDict, kinds: Sequence[str]) -> Asked:
        kind, show = params.get("kind", ""), params.get("show", "")
        township = params.get("township", "")
        return cls(
            kind=kind if kind in THINGS else next(iter(kinds), "camera"),
            search=params.get("q", "").strip()[:100],
            township=township if township in townships() and kind != "platform" else "",
            show=show if show in SHOWS else "",
        )

    @property
    def filtered(self) -> bool:
        return bool(self.search or self.township or self.show)


class MarkForm(forms.Form):
    """What is said of the ticked things, or of all under the filters (`count` of them when the page was made)."""

    mark = forms.ChoiceField(
        choices=[*MissingMark.Mark.choices, (CLEAR, "撤回说明")],
        error_messages={"required": "请选择一种情况。", "invalid_choice": "请选择一种情况。"},
    )
    to_agency = forms.ModelChoiceField(
        queryset=Agency.objects.all(), required=False, error_messages={"invalid_choice": "请选择移交给哪个单位。"}
    )
    note = forms.CharField(
        required=False,
        max_length=marking.LONGEST_NOTE,
        error_messages={"max_length": f"说明请不要超过 {marking.LONGEST_NOTE} 个字。"},
    )
    every = forms.BooleanField(required=False)
    count = forms.IntegerField(required=False, min_value=0)
    things = KeysField(required=False)


@dataclass(frozen=True)
class Refused:
    """What was wrong with a press (422): the page comes back as it was filled."""

    problems: Sequence[str]
    form: MarkForm
    ticked: frozenset[int] = field(default=frozenset())


def _found(request: HttpRequest, pk: int) -> tuple[Submission, Version]:
    """The submission and its newest version, or the one that ?version= names; 404 for a stranger's."""
    found = get_object_or_404(
        Submission.objects.visible_to(person_of(request)).select_related("obligation__campaign", "obligation__agency"),
        pk=pk,
    )
    number = request.GET.get("version", "")
    versions = found.versions.order_by("-number")
    if number.isascii() and number.isdigit():
        return found, get_object_or_404(versions, number=int(number[:9]))
    return found, versions[0]


def is_live(found: Submission, version: Version) -> bool:
    """Whether the version may still be answered: what it leaves out is asked of the registry, not read from it."""
    newest = not found.versions.filter(number__gt=version.number).exists()
    return newest and found.kind == ReportKind.ROWS and found.state in (
        Submission.State.DRAFT,
        Submission.State.RETURNED,
    )  # fmt: skip


def panel(found: Submission, version: Version) -> list[missing.Tally]:
    """What the submission's page says of it: how many there are of each kind, and how many wait for a word."""
    if is_live(found, version):
        return missing.tallies(version, found.obligation.agency_id)
    marks = MissingMark.objects.filter(version=version)
    counts = {kind: marks.filter(kind=kind).count() for kind in THINGS} if marks.exists() else {}
    return [missing.Tally(kind, count, 0) for kind, count in counts.items() if count]


def _things(found: Submission, version: Version, asked: Asked) -> QuerySet[Any]:
    """The things left out, those without a word first; of a version handed in, those that it spoke of."""
    manager: Any = THINGS[asked.kind]._default_manager
    marks = MissingMark.objects.filter(version=version, kind=asked.kind)
    if is_live(found, version):
        sql = missing.inlined(_TARGETS[asked.kind], version, found.obligation.agency_id)
        things = manager.filter(pk__in=RawSQL(sql, ()))  # noqa: S611 -- numbers alone are filled in
    else:
        things = manager.filter(pk__in=marks.values("thing_id"))
    things = things.annotate(said=Exists(marks.filter(thing_id=OuterRef("pk"))))
    for term in narrow(asked.search).split()[:8]:
        number = id_from_number(THINGS[asked.kind].prefix, term)
        things = things.filter(Q(name__icontains=term) | Q(code__icontains=term) | Q(pk=number))
    if asked.township:
        things = things.filter(township=asked.township)
    if asked.show == OPEN:
        things = things.filter(said=False)
    elif asked.show:
        things = things.filter(pk__in=marks.filter(mark=asked.show).values("thing_id"))
    ordered: QuerySet[Any] = things.order_by("pk") if asked.show else things.order_by("said", "pk")
    return ordered


def _lines(version: Version, asked: Asked, page: Page[Any]) -> list[Line]:
    """The page's things with their marks and last campaigns; three queries."""
    things = list(page.object_list)
    marks = MissingMark.objects.filter(version=version, kind=asked.kind, thing_id__in=[thing.pk for thing in things])
    said = {mark.thing_id: mark for mark in marks.select_related("to_agency")}
    target: Any = _TARGETS[asked.kind].version
    opened = target._default_manager.filter(
        recorded_to=None, **{f"{_TARGETS[asked.kind].thing_id}__in": [thing.pk for thing in things]}
    ).values_list(_TARGETS[asked.kind].thing_id, "ledger_entry_id")
    entry_of = dict(opened)
    entries = LedgerEntry.objects.filter(pk__in=set(entry_of.values()))
    names = dict(entries.values_list("pk", "version__submission__obligation__campaign__name"))
    return [Line(thing, said.get(thing.pk), names.get(entry_of.get(thing.pk, 0), "")) for thing in things]


@require_GET
def submission_missing(request: HttpRequest, pk: int) -> HttpResponse:
    """What the survey leaves out, by kind, with what was said of each."""
    found, version = _found(request, pk)
    return _page(request, found, version, request.GET)


def _page(
    request: HttpRequest, found: Submission, version: Version, params: QueryDict, refused: Refused | None = None
) -> HttpResponse:
    told = panel(found, version)
    asked = Asked.of(params, [tally.kind for tally in told])
    page = Paginator(_things(found, version, asked), PAGE_SIZE).get_page(params.get("page"))
    agency = found.obligation.agency
    return render(
        request,
        "inventory/missing.html",
        {
            "submission": found,
            "version": version,
            "editable": is_live(found, version) and may_edit(person_of(request), found),
            "tallies": told,
            "asked": asked,
            "kind": KINDS[asked.kind],
            "unit": UNITS[asked.kind],
            "page": page,
            "lines": _lines(version, asked, page),
            "shows": SHOWS,
            "marks": MissingMark.Mark.choices,
            "townships": townships(),
            "agencies": Agency.objects.exclude(pk=agency.pk).order_by("position", "code"),
            "longest_note": marking.LONGEST_NOTE,
            "refused": refused,
            "back": params.urlencode(),
        },
        status=422 if refused else 200,
    )


@require_POST
def submission_missing_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Say the same of the ticked things, or of all under the page's filters."""
    found, version = _found(request, pk)
    by = person_of(request)
    services.require_editable(by, found.pk, ReportKind.ROWS)
    params = QueryDict(request.POST.get("back", ""))
    asked = Asked.of(params, [tally.kind for tally in panel(found, version)])
    form = MarkForm(request.POST)
    problems = [] if form.is_valid() else [str(error) for errors in form.errors.values() for error in errors]
    if not problems:
        said = form.cleaned_data["mark"]
        try:
            count = marking.mark(
                by,
                found.pk,
                asked.kind,
                _chosen(found, version, asked, form),
                None if said == CLEAR else MissingMark.Mark(said),
                to_agency_id=form.cleaned_data["to_agency"].pk if form.cleaned_data["to_agency"] else None,
                note=form.cleaned_data["note"],
            )
        except Invalid as error:
            problems = [str(error)]
        else:
            _say(request, found, asked, said, count)
            url = reverse("submission_missing", args=[found.pk])
            return redirect(f"{url}?{params.urlencode()}" if params else url)
    ticked = form.cleaned_data.get("things", ()) if hasattr(form, "cleaned_data") else ()
    return _page(request, found, version, params, Refused(problems, form, frozenset(ticked)))


def _chosen(found: Submission, version: Version, asked: Asked, form: MarkForm) -> list[int]:
    """The ticked ids, or all under the filters: Conflict when they are not as many as the page said."""
    if not form.cleaned_data["every"]:
        return list(form.cleaned_data["things"])
    things = list(_things(found, version, asked).order_by().values_list("pk", flat=True))
    if len(things) != form.cleaned_data["count"]:
        raise Conflict(
            f"符合条件的现在是 {len(things)} {UNITS[asked.kind]}，与页面上的不一样了，没有标记。请刷新后再试。"
        )
    return things


def _say(request: HttpRequest, found: Submission, asked: Asked, said: str, count: int) -> None:
    if not count:
        messages.info(request, "没有新的改动：这些已经是这样说明的。")
        return
    version = found.versions.order_by("-number")[0]
    left = sum(tally.open for tally in missing.tallies(version, found.obligation.agency_id))
    what = f"{count} {UNITS[asked.kind]}{KINDS[asked.kind]}"
    done = f"已撤回 {what}的说明。" if said == CLEAR else f"已将 {what}标为“{MissingMark.Mark(said).label}”。"
    messages.success(request, done + (f"还有 {left} 条没有说明。" if left else "全部都有说明了。"))


urlpatterns = [
    path("submissions/<int:pk>/missing/", submission_missing, name="submission_missing"),
    path("submissions/<int:pk>/missing/mark/", submission_missing_mark, name="submission_missing_mark"),
]
