"""The sheet on screen: its page, and what the page's script asks for and sends (JSON)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import Conflict, Invalid

from .. import services, standing
from ..models import ChangeSet, ReportKind, RowFinding, Submission, Version
from ..permissions import may_edit
from ..registering.checks import DECLARATIONS
from ..registering.targets import CAMERA, PLATFORM
from ..waiving.waivable import catalogue
from . import changes, grid_rows, mending
from .changes import Applied, Cell
from .restaging import BY_KIND, Sources, is_wide

MOST_CELLS = 5_000
"""Cells of one edit or paste."""
ANSWERED = 500
"""Changed rows sent back at once; the page asks for the others as it shows them."""
UNREADABLE = "没有读懂这次修改，没有保存。请刷新页面后再试。"
WAYS = {"edit": ChangeSet.Way.EDIT, "paste": ChangeSet.Way.PASTE}

Body = dict[str, Any]


def _found(request: HttpRequest, pk: int) -> Submission:
    return get_object_or_404(
        Submission.objects.visible_to(person_of(request)).select_related("obligation__campaign", "obligation__agency"),
        pk=pk,
        kind=ReportKind.ROWS,
    )


def _newest(submission: Submission) -> Version:
    versions: QuerySet[Version] = submission.versions.order_by("-number")
    return versions[0]


def _kind(kind: str) -> str:
    if kind not in BY_KIND:
        raise Http404
    return kind


def _editable(person: Person, submission: Submission) -> bool:
    return submission.state in (Submission.State.DRAFT, Submission.State.RETURNED) and may_edit(person, submission)


# --- the page -----------------------------------------------------------------------------------------------------
@require_GET
def grid(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet on screen: ?kind=, and where to begin: ?finding=, or ?code=, ?key=, ?column=, ?all=1, ?returned=1."""
    found = _found(request, pk)
    version = _newest(found)
    sources = Sources(version)
    rows = {
        target.kind: target.row._default_manager.filter(source_file__in=sources.files).count()
        for target in (CAMERA, PLATFORM)
    }
    asked = request.GET.get("kind", "")
    kind = asked if asked in BY_KIND else next((each for each, count in rows.items() if count), CAMERA.kind)
    editable = _editable(person_of(request), found)
    return render(
        request,
        "inventory/grid.html",
        {
            "submission": found,
            "version": version,
            "kind": kind,
            "kinds": _kinds(found, rows, kind),
            "columns": columns_of(kind),
            "editable": editable,
            "returned": standing.partly(found) is not None,
            "settings": {
                "edition": version.edition,
                "stale": version.is_stale,
                "editable": editable,
                "urls": urls_of(found, kind),
                "rules": {code: rule.title for code, rule in catalogue().items()},
                "wide": [code for code in catalogue() if is_wide(DECLARATIONS[kind], code)],
                "focus": _focus(request, sources),
                "locks": standing.has_accepted(found),
            },
        },
    )


def _kinds(submission: Submission, rows: dict[str, int], here: str) -> list[dict[str, Any]]:
    """The tabs: each kind that has rows, and the one shown."""
    url = reverse("grid", args=[submission.pk])
    return [
        {"url": f"{url}?kind={kind}", "here": kind == here, "title": DECLARATIONS[kind].title, "count": count}
        for kind, count in rows.items()
        if count or kind == here
    ]


def columns_of(kind: str) -> list[dict[str, Any]]:
    """The columns as the page needs them, in declared order."""
    return [
        {
            "key": column.key,
            "title": column.label,
            "group": column.group,
            "width": column.width,
            "choices": list(column.choices),
            "hidden": column.hidden,
            "required": column.need == "required",
            "help": column.help,
        }
        for column in DECLARATIONS[kind].columns
    ]


def urls_of(submission: Submission, kind: str) -> dict[str, str]:
    """Where the page's script asks and sends."""
    pk = submission.pk
    of_kind = {
        name: reverse(f"grid_{name}", args=[pk, kind]) for name in ("rows", "changes", "replace", "fixes", "remove")
    }
    of_all = {name: reverse(f"grid_{name}", args=[pk]) for name in ("undo", "status")}
    return of_kind | of_all | {"waiver": f"{reverse('waiver_ask', args=[pk])}?finding=0"}


def _focus(request: HttpRequest, sources: Sources) -> dict[str, Any] | None:
    """Where the page begins, when it was called with a finding, a cell or a rule in mind."""
    if finding := _number(request, "finding"):
        return _at_finding(finding, sources)
    key, code = request.GET.get("key", ""), request.GET.get("code", "")
    focus: dict[str, Any] = {}
    if key.isascii() and key.isdigit() and len(key) <= 18:
        focus = {"key": int(key), "column": request.GET.get("column", ""), "all": True}
    if code in catalogue():
        focus["code"] = code
        focus.pop("all", None)
    if request.GET.get("all") == "1":
        focus["all"] = True
    if request.GET.get("returned") == "1":
        focus["returned"] = True
    return focus or None


def _at_finding(pk: int, sources: Sources) -> dict[str, Any] | None:
    """The cell of a finding; None when it is mended since."""
    finding = RowFinding.objects.filter(pk=pk, source_file__in=sources.files, kind__in=BY_KIND).first()
    if finding is None:
        return None
    rows = BY_KIND[finding.kind].row._default_manager
    row = rows.filter(source_file=finding.source_file_id, sheet=finding.sheet, row=finding.row).first()
    return {"key": row.key, "column": finding.column_key} if row else {"code": finding.code}


# --- reading ------------------------------------------------------------------------------------------------------
@require_GET
def grid_rows_view(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A page of rows."""
    found = _found(request, pk)
    asked = grid_rows.Asked(
        everything=request.GET.get("only", "findings") == "all",
        returned=request.GET.get("only") == "returned",
        code=request.GET.get("code", "")[:6],
        slot=_number(request, "slot"),
        after=request.GET.get("after", ""),
        around=_number(request, "around"),
        limit=min(max(_number(request, "limit") or 200, 1), grid_rows.MOST),
    )
    return JsonResponse(grid_rows.page(_newest(found), _kind(kind), asked, person_of(request)))


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid("页面的位置已失效，请刷新页面。")
    return int(text)


@require_GET
def grid_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the version stands: asked for every second while it is being checked again."""
    found = _found(request, pk)
    return JsonResponse(grid_rows.status(found, _newest(found), person_of(request)))


# --- writing ------------------------------------------------------------------------------------------------------
def _body(request: HttpRequest) -> Body:
    """The request's JSON object."""
    if len(request.body) > 0 and request.content_type != "application/json":
        raise Invalid(UNREADABLE)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as problem:
        raise Invalid(UNREADABLE) from problem
    if not isinstance(body, dict):
        raise Invalid(UNREADABLE)
    return body


Act = Callable[[Person, int, str, Body], Applied | dict[str, Any]]


def _act(request: HttpRequest, pk: int, kind: str, act: Act) -> HttpResponse:
    """Do it and answer with the rows as they are now; what stands against it is told only to those who may write."""
    found = _found(request, pk)
    person = person_of(request)
    try:
        done = act(person, found.pk, _kind(kind), _body(request))
    except (Invalid, Conflict):
        services.require_editable(person, found.pk, ReportKind.ROWS)
        raise
    return JsonResponse(done if isinstance(done, dict) else applied(done, person))


def applied(done: Applied, person: Person) -> dict[str, Any]:
    """What a change came to: where the version stands now, and the rows concerned."""
    sources = Sources(done.version)
    target = BY_KIND[done.kind]
    there = sources.rows_in_full(target, [key for key in done.keys if key not in set(done.removed)][:ANSWERED])
    return grid_rows.standing(done.version, sources) | {
        "set": done.change_set.pk if done.change_set else None,
        "undoable": changes.last_own_set(done.version, person) is not None,
        "kind": done.kind,
        "rows": grid_rows.as_json(target, sources, there),
        "partial": len(done.keys) - len(done.removed) > ANSWERED,
        "removed": list(done.removed),
        "restored": list(done.restored),
    }


@require_POST
def grid_changes(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Cells edited or pasted."""
    return _act(request, pk, kind, _change)


def _change(by: Person, submission_id: int, kind: str, body: Body) -> Applied:
    way, cells = body.get("way"), body.get("cells")
    if way not in WAYS or not isinstance(cells, list) or not cells:
        raise Invalid(UNREADABLE)
    if len(cells) > MOST_CELLS:
        raise Invalid(f"一次最多改 {MOST_CELLS} 个单元格，这次有 {len(cells)} 个。请分几次粘贴。")
    return changes.change(by, submission_id, kind, [_cell(each) for each in cells], WAYS[way])


def _cell(told: Any) -> Cell:
    if not isinstance(told, dict):
        raise Invalid(UNREADABLE)
    key, column, value, was = (told.get(name) for name in ("key", "column", "value", "was"))
    if type(key) is not int or not isinstance(column, str) or not isinstance(value, str):
        raise Invalid(UNREADABLE)
    if not (was is None or isinstance(was, str)) or not 0 <= key < 2**63:
        raise Invalid(UNREADABLE)
    return Cell(key, column, value, was)


@require_POST
def grid_replace(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Replace in a column: what it would do, or do it."""
    return _act(request, pk, kind, _replace)


def _replace(by: Person, submission_id: int, kind: str, body: Body) -> Applied | dict[str, Any]:
    column, find, text = (_text(body, name) for name in ("column", "find", "with"))
    asked = mending.Replace(column, find, text, body.get("whole") is True, body.get("only") == "findings")
    if body.get("apply") is not True:
        services.require_editable(by, submission_id, ReportKind.ROWS)
        return mending.preview(mending.to_replace(submission_id, kind, asked))
    return mending.replace(by, submission_id, kind, asked, _count(body))


@require_POST
def grid_fixes(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Apply the safe fix of a rule to some rows or to all of its kind: what it would do, or do it."""
    return _act(request, pk, kind, _fix)


def _fix(by: Person, submission_id: int, kind: str, body: Body) -> Applied | dict[str, Any]:
    code = _text(body, "code")
    keys = None if body.get("keys") is None else _keys(body)
    if body.get("apply") is not True:
        services.require_editable(by, submission_id, ReportKind.ROWS)
        return mending.preview(mending.to_fix(submission_id, kind, code, keys))
    return mending.fix(by, submission_id, kind, code, keys, _count(body))


@require_POST
def grid_remove(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Remove rows."""
    return _act(request, pk, kind, lambda by, pk, kind, body: changes.remove_rows(by, pk, kind, _keys(body)))


@require_POST
def grid_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's own last change."""
    return _act(request, pk, CAMERA.kind, lambda by, pk, _kind, _body: changes.undo(by, pk))


def _text(body: Body, name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or len(text) > changes.LONGEST:
        raise Invalid(UNREADABLE)
    return text


def _count(body: Body) -> int | None:
    count = body.get("count")
    return count if type(count) is int else None


def _keys(body: Body) -> list[int]:
    keys = body.get("keys")
    if not isinstance(keys, list) or not keys or not all(type(key) is int and 0 <= key < 2**63 for key in keys):
        raise Invalid("请先选择要处理的行。")
    return keys


urlpatterns = [
    path("submissions/<int:pk>/grid/", grid, name="grid"),
    path("submissions/<int:pk>/grid/status/", grid_status, name="grid_status"),
    path("submissions/<int:pk>/grid/undo/", grid_undo, name="grid_undo"),
    path("submissions/<int:pk>/grid/<slug:kind>/rows/", grid_rows_view, name="grid_rows"),
    path("submissions/<int:pk>/grid/<slug:kind>/changes/", grid_changes, name="grid_changes"),
    path("submissions/<int:pk>/grid/<slug:kind>/replace/", grid_replace, name="grid_replace"),
    path("submissions/<int:pk>/grid/<slug:kind>/fixes/", grid_fixes, name="grid_fixes"),
    path("submissions/<int:pk>/grid/<slug:kind>/remove/", grid_remove, name="grid_remove"),
]
