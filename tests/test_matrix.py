"""Every route for everybody: anonymous and each role, on objects of its own unit and of another.

No route is undeclared. A cell is the set of status codes that the declared result means. POST routes are sent an empty
form: whoever may act gets as far as the form's own refusal (422) or the state's (409), or is sent on (302).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from agencies.models import Person
from inventory.models import (
    CameraRow,
    Campaign,
    LedgerEntry,
    Obligation,
    PlatformExport,
    SourceFile,
    Submission,
    Waiver,
)
from notices.models import Notice
from reviews.models import Case, Delegation, Item
from tests.factories import make_person
from tests.factories_registry import accepted_batch, register_camera, register_platform, register_pole

ROLES = ("clerk", "colleague", "stranger", "data", "police", "office", "leader", "sysadmin", "secadmin", "auditor")
BUSINESS = ("data", "police", "office", "leader")
ADMINISTRATORS = ("sysadmin", "secadmin", "auditor")
OK, GONE, NO = {200}, {404}, {403}
ACTED = {302, 409, 422}
"""The person may; an empty form or the state of the thing stops it, or it was done."""


@dataclass(frozen=True)
class Rule:
    """What each role gets; `otherwise` for the roles not named. Anonymous is always sent to the log-in."""

    method: str
    otherwise: set[int]
    named: dict[str, set[int]]
    open_to_all: bool = False

    def expected(self, role: str) -> set[int]:
        return self.named.get(role, self.otherwise)


def rule(method: str, otherwise: set[int], *groups: tuple[tuple[str, ...] | str, set[int]]) -> Rule:
    named: dict[str, set[int]] = {}
    for roles, codes in groups:
        for role in (roles,) if isinstance(roles, str) else roles:
            named[role] = codes
    return Rule(method, otherwise, named)


CLERKS = ("clerk", "colleague", "stranger")
EVERYBODY = rule("get", OK)
REPORT_LIST = rule("get", OK, (ADMINISTRATORS, NO))
REPORT = rule("get", OK, ("stranger", GONE), (ADMINISTRATORS, GONE))
REPORT_ACT = rule("post", NO, (("clerk", "colleague", "office"), ACTED), ("stranger", GONE), (ADMINISTRATORS, GONE))
REPORT_FORM = rule(
    "get", NO, (("clerk", "colleague", "office"), {200, 409}), ("stranger", GONE), (ADMINISTRATORS, GONE)
)
REGISTRY_LIST = rule("get", OK, (ADMINISTRATORS, NO))
REGISTRY_ONE = rule("get", OK, ("stranger", GONE), (ADMINISTRATORS, NO))
REVIEWERS = rule("get", NO, (BUSINESS, OK))
REVIEW_ONE = rule("get", NO, (BUSINESS, OK), ("stranger", {403, 404}))
REVIEW_ACT = rule(
    "post", NO, (("data", "police"), ACTED), ("stranger", {403, 404}), (("clerk", "colleague"), {403, 404})
)
REVIEW_FORM = rule("get", NO, (("data", "police"), {200, 409}), ("stranger", GONE))
WAIVER_ASK = rule("get", NO, (("clerk", "colleague", "office"), {409}), ("stranger", GONE), (ADMINISTRATORS, GONE))
WAIVER_ACT = rule("post", NO, (("data", "police"), ACTED), ("stranger", GONE), (ADMINISTRATORS, GONE))
CAMPAIGN_READ = rule("get", NO, (("office", "data"), OK))
CAMPAIGN_EDIT = rule("get", NO, ("office", OK))
CAMPAIGN_ACT = rule("post", NO, ("office", ACTED))
PEOPLE = rule("get", NO, (("sysadmin", "secadmin"), OK))
ACCOUNTS = rule("post", NO, ("sysadmin", ACTED))
SECURITY = rule("post", NO, ("secadmin", ACTED))

MATRIX: dict[str, Rule] = {
    "home": EVERYBODY,
    "login": Rule("get", {200, 302}, {}, open_to_all=True),
    "logout": rule("post", {302}),
    "password_change": EVERYBODY,
    "guide": EVERYBODY,
    "guide_sheet": EVERYBODY,
    "guide_rules": EVERYBODY,
    "progress": REGISTRY_LIST,
    "progress_units": REGISTRY_LIST,
    "progress_rows": REGISTRY_LIST,
    "people": PEOPLE,
    "person_add": rule("get", NO, ("sysadmin", OK)),
    "person": PEOPLE,
    "person_active": ACCOUNTS,
    "person_password": ACCOUNTS,
    "person_roles": SECURITY,
    "unlock": SECURITY,
    "journal": rule("get", NO, ("auditor", OK)),
    "journal_export": rule("get", NO, ("auditor", OK)),
    "journal_verify": rule("get", NO, ("auditor", OK)),
    "journal_heads": rule("get", NO, ("auditor", OK)),
    "journal_heads_export": rule("get", NO, ("auditor", OK)),
    "notices": EVERYBODY,
    "notices_read_all": rule("post", {422}),
    "notice_addresses": EVERYBODY,
    "notice_open": rule("post", GONE, ("clerk", {302})),
    "campaigns": CAMPAIGN_READ,
    "campaign": CAMPAIGN_READ,
    "campaign_add": CAMPAIGN_EDIT,
    "campaign_edit": CAMPAIGN_EDIT,
    "campaign_roster_add": CAMPAIGN_ACT,
    "campaign_roster_remove": CAMPAIGN_ACT,
    "campaign_close": CAMPAIGN_ACT,
    "campaign_reopen": CAMPAIGN_ACT,
    "submissions": REPORT_LIST,
    "template": REPORT_LIST,
    "submission": REPORT,
    "submission_missing": REPORT,
    "submission_missing_mark": REPORT_ACT,
    "submission_progress": REPORT,
    "grid": REPORT,
    "grid_rows": REPORT,
    "grid_status": REPORT,
    "grid_changes": REPORT_ACT,
    "grid_replace": REPORT_ACT,
    "grid_fixes": REPORT_ACT,
    "grid_remove": REPORT_ACT,
    "grid_undo": REPORT_ACT,
    "source_file": REPORT,
    "source_file_findings": REPORT,
    "source_file_annotated": REPORT,
    "source_file_compared": REPORT,
    "submission_settle": REPORT_ACT,
    "source_file_annotated_state": REPORT,
    "entry": REPORT,
    "submission_recheck": rule("get", {204}, ("stranger", GONE), (ADMINISTRATORS, GONE)),
    "entry_start": REPORT_ACT,
    "entry_add": REPORT_FORM,
    "entry_row": REPORT_FORM,
    "entry_remove": REPORT_ACT,
    "stamp_page": REPORT,
    "original": REPORT,
    "scan_tick": WAIVER_ACT,
    "submission_scan": REPORT,
    "submission_scan_file": REPORT,
    "submission_start": REPORT_ACT,
    "submission_upload": REPORT_ACT,
    "submission_zero": REPORT_ACT,
    "submission_scan_upload": REPORT_ACT,
    "submission_submit": REPORT_ACT,
    "submission_discard": REPORT_ACT,
    "submission_withdraw": REPORT_ACT,
    "submission_answer": rule("post", {422}, ("stranger", GONE), (ADMINISTRATORS, GONE)),
    "submission_undone": REPORT,
    "source_file_remove": REPORT_ACT,
    "source_file_cancel": REPORT_ACT,
    "platform_export_list": REPORT,
    "platform_export_missing": REPORT,
    "platform_export_upload": REPORT_ACT,
    "platform_export_remove": REPORT_ACT,
    "waivers": REPORT_LIST,
    "waiver": REPORT,
    "waiver_ask": WAIVER_ASK,
    "waiver_grant": WAIVER_ACT,
    "waiver_refuse": WAIVER_ACT,
    "waiver_revoke": WAIVER_ACT,
    "review_queue": REVIEWERS,
    "review": REVIEW_ONE,
    "review_rows": REVIEW_ONE,
    "review_row": REVIEW_ONE,
    "review_colleagues": REVIEW_ONE,
    "review_pass": REVIEW_ACT,
    "review_return": REVIEW_ACT,
    "review_question": REVIEW_ACT,
    "review_bulk": REVIEW_FORM,
    "review_sample": REVIEW_ACT,
    "review_close": REVIEW_ACT,
    "delegations": rule("get", NO, (("data", "police"), OK)),
    "delegate": rule("post", NO, (("data", "police"), ACTED)),
    "delegation_revoke": rule("post", GONE, ("data", ACTED)),
    "review_motion": REVIEW_ONE,
    "review_move": REVIEW_ACT,
    "review_record": rule("get", OK, ("stranger", GONE), (ADMINISTRATORS, NO)),
    "review_motion_answer": REVIEW_ACT,
    "review_motion_take_back": REVIEW_ACT,
    "cameras": REGISTRY_LIST,
    "camera_export": REGISTRY_LIST,
    "camera": REGISTRY_ONE,
    "poles": REGISTRY_LIST,
    "pole_export": REGISTRY_LIST,
    "pole": REGISTRY_ONE,
    "platforms": REGISTRY_LIST,
    "platform_export": REGISTRY_LIST,
    "platform": REGISTRY_ONE,
}


def routes() -> list[str]:
    """The name of every route of the project."""
    found: list[str] = []

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for each in patterns:
            if isinstance(each, URLResolver):
                walk(each.url_patterns)
            else:
                found.append(str(each.name))

    walk(get_resolver().url_patterns)
    return found


def test_every_route_is_declared() -> None:
    assert sorted(routes()) == sorted(MATRIX)


@pytest.fixture
def people(
    meishan_clerk: Person,
    meishan_colleague: Person,
    mabu_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    office: Person,
    leader: Person,
    sysadmin: Person,
    secadmin: Person,
    auditor: Person,
) -> dict[str, Person]:
    cast = (
        meishan_clerk, meishan_colleague, mabu_clerk, data_reviewer, police_reviewer, office, leader, sysadmin,
        secadmin, auditor,
    )  # fmt: skip
    return dict(zip(ROLES, cast, strict=True))


@pytest.fixture
def address(people: dict[str, Person]) -> Callable[[str], str]:
    """The URL of each route, on 梅山镇's objects."""
    from agencies.models import Agency

    batch = accepted_batch("meishan")
    submission = batch.version.submission
    campaign = Campaign.objects.get(pk=submission.obligation.campaign_id)
    Obligation.objects.get_or_create(campaign=campaign, agency=Agency.objects.get(code="mabu"))
    source = SourceFile.objects.get(version=batch.version)
    scan = batch.version.scan
    assert scan is not None
    _materialise(source.file, scan)
    somebody = make_person("somebody", "mabu", "clerk")
    case = Case.objects.get(kind="submission", subject_id=submission.pk)
    waiver = Waiver.objects.create(
        submission=submission,
        kind="camera",
        row_key=1,
        code="C203",
        value="1",
        reason="-",
        asked_by=source.file.uploaded_by,
    )
    listed = PlatformExport.objects.create(
        submission=submission, file=source.file, state="read", uploaded_by=source.file.uploaded_by
    )
    things = {
        "camera": register_camera("meishan", batch=batch).pk,
        "pole": register_pole("meishan", batch=batch).pk,
        "platform": register_platform("meishan", batch=batch).pk,
    }
    assert Submission.objects.get(pk=submission.pk).state == "accepted"
    row = CameraRow.objects.filter(source_file=source)[0]
    item = Item.objects.create(round=batch.round, key=row.key, hash=row.row_hash, part="camera")
    LedgerEntry.objects.create(
        kind=LedgerEntry.Kind.WITHDRAWAL, round=batch.round, version=batch.version, recorded_at=batch.recorded_at
    )
    notice = Notice.objects.create(person=people["clerk"], kind="returned", key="matrix", text="-", url="/submissions/")
    deputy = make_person("deputy", "data-bureau", "clerk")
    day = dt.date(2022, 8, 22)
    lent = Delegation.objects.create(
        side="data", delegator=people["data"], deputy=deputy, starts_on=day, ends_on=day, reason="-"
    )
    person_routes = ("person", "person_active", "person_password", "person_roles", "unlock")

    def of(name: str) -> str:
        if name in things:
            return reverse(name, args=[things[name]])
        if name.endswith("_export"):
            return reverse(name, args=["csv"])
        if name == "delegation_revoke":
            return reverse(name, args=[lent.pk])
        if name == "notice_open":
            return reverse(name, args=[notice.pk])
        if name in person_routes:
            return reverse(name, args=[somebody.pk])
        if name == "review_row":
            return f"{reverse(name, args=[case.pk])}?row={item.key}"
        if name.startswith("review") and name != "review_queue":
            return reverse(name, args=[case.pk])
        if name.startswith("campaign") and name not in ("campaigns", "campaign_add"):
            return reverse(name, args=[campaign.pk])
        if name == "platform_export_remove":
            return reverse(name, args=[submission.pk, listed.pk])
        if name.startswith("platform_export_"):
            return reverse(name, args=[submission.pk])
        if name == "waiver_ask":
            return f"{reverse(name, args=[submission.pk])}?finding=1"
        if name.startswith("waiver") and name != "waivers":
            return reverse(name, args=[waiver.pk])
        if name == "submission_start":
            return reverse(name, args=[submission.obligation_id])
        if name in ("stamp_page", "scan_tick", "submission_scan", "submission_scan_file", "submission_undone"):
            return reverse(name, args=[submission.pk, 1])
        if name in ("entry_row", "entry_remove"):
            return reverse(name, args=[submission.pk, "camera", 1])
        if name == "entry_add":
            return reverse(name, args=[submission.pk, "camera"])
        if name in ("entry", "entry_start"):
            return reverse(name, args=[submission.pk])
        if name == "original":
            return reverse(name, args=[submission.pk, 1, 1])
        if name == "source_file_compared":
            return reverse(name, args=[submission.pk, source.pk, "fixed"])
        if name in ("grid_rows", "grid_changes", "grid_replace", "grid_fixes", "grid_remove"):
            return reverse(name, args=[submission.pk, "camera"])
        if name.startswith("grid"):
            return reverse(name, args=[submission.pk])
        if name.startswith("source_file"):
            return reverse(name, args=[submission.pk, source.pk])
        if name.startswith("submission") and name != "submissions":
            return reverse(name, args=[submission.pk])
        if name in ("template", "guide_sheet"):
            return reverse(name, args=["camera"])
        return reverse(name)

    return of


def _materialise(*originals: object) -> None:
    """Give the factories' file rows their bytes and a preview, as real uploads have."""
    from pathlib import Path

    from django.core.files.storage import default_storage

    from demo.paper import stamped_page
    from files.models import StoredFile

    for original in originals:
        assert isinstance(original, StoredFile)
        path = Path(default_storage.path(original.path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stamped_page())
        if original.kind == StoredFile.Kind.SCAN and not original.preview:
            StoredFile.objects.filter(pk=original.pk).update(preview=original.path)


def _status(client: Client, method: str, url: str) -> int:
    response = client.get(url) if method == "get" else client.post(url)
    if isinstance(response, StreamingHttpResponse):
        assert response.getvalue()
    return response.status_code


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_the_declared_result(role: str, people: dict[str, Person], address: Callable[[str], str]) -> None:
    wrong = []
    for name, declared in MATRIX.items():
        client = Client()
        if role == "anonymous":
            expected = declared.otherwise if declared.open_to_all else {302}
        else:
            client.force_login(people[role], backend="django.contrib.auth.backends.ModelBackend")
            expected = declared.expected(role)
        got = _status(client, declared.method, address(name))
        if got not in expected:
            wrong.append(f"{name}: {got}, declared {sorted(expected)}")
    assert not wrong, f"{role}:\n" + "\n".join(wrong)


def test_a_get_changes_nothing_on_a_post_route(people: dict[str, Person], address: Callable[[str], str]) -> None:
    """T13: GET, HEAD and an overridden method on every act are refused as such."""
    for name, declared in MATRIX.items():
        if declared.method != "post":
            continue
        for role in ("clerk", "data", "office", "sysadmin"):
            client = Client(headers={"x-http-method-override": "POST"})
            client.force_login(people[role], backend="django.contrib.auth.backends.ModelBackend")
            for method in (client.get, client.head):
                assert method(address(name)).status_code == 405, f"{name} as {role}"


def test_htmx_without_a_session_gets_no_fragment(address: Callable[[str], str], people: dict[str, Person]) -> None:
    """T14."""
    response = Client(headers={"hx-request": "true"}).get(address("submission_progress"))
    assert response.status_code == 401
    assert response["HX-Redirect"] == reverse("login")
    assert not response.content
