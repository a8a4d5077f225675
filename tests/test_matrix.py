"""Every route for everybody: anonymous and each role, on objects of its own unit and of another.

No route is undeclared. A cell is the set of status codes that the declared result means. POST routes are sent an empty
form: whoever may act gets as far as the form's own refusal (422) or the state's (409), or is sent on (302).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth import SESSION_KEY
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from agencies.models import Person
from files.models import StoredFile
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
from planning.models import Carrying, Proposal
from reviews.models import Case, Delegation, Item
from tests.factories import make_person
from tests.factories_registry import accepted_batch, register_camera, register_platform, register_pole, version_of
from tests.inventory.changing import asked_change
from tests.matrix import MATRIX, ROLES
from tests.planning import scenes
from tests.planning.issued import plan_issue


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
    version = version_of(batch)
    submission = version.submission
    campaign = Campaign.objects.get(pk=submission.obligation.campaign_id)
    Obligation.objects.get_or_create(campaign=campaign, agency=Agency.objects.get(code="mabu"))
    source = SourceFile.objects.get(version=version)
    scan = version.scan
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
    change = asked_change("meishan")
    issue = plan_issue(source.file, batch)
    person_routes = ("person", "person_active", "person_password", "person_roles", "unlock")

    proposal, task = _proposal(batch, scan)

    def of(name: str) -> str:
        if name == "planning_search_state":
            return reverse(name, args=[proposal.search_id])
        if name.startswith("carrying_"):
            return reverse(name, args=[proposal.pk, task.pk])
        if name.startswith("proposal") and name not in ("proposals", "proposal_make"):
            return reverse(name, args=[proposal.pk])
        if name in things:
            return reverse(name, args=[things[name]])
        if name.endswith("_export"):
            return reverse(name, args=["csv"])
        if name == "change_ask":
            return reverse(name, args=[change.kind, change.thing_id])
        if name == "change_evidence":
            return reverse(name, args=[change.pk, 1])
        if name.startswith("change_"):
            return reverse(name, args=[change.pk])
        if name == "delegation_revoke":
            return reverse(name, args=[lent.pk])
        if name in ("map_cells", "map_picked"):
            return f"{reverse(name)}?z=10&box=1440,385,1450,395"
        if name == "notice_open":
            return reverse(name, args=[notice.pk])
        if name in person_routes:
            return reverse(name, args=[somebody.pk])
        if name == "review_row":
            return f"{reverse(name, args=[case.pk])}?row={item.key}"
        if name.startswith("review") and name != "review_queue":
            return reverse(name, args=[case.pk])
        if name.startswith("plan_issue") and name not in ("plan_issues", "plan_issue_make"):
            return reverse(name, args=[issue.number])
        if name.startswith("plan_part"):
            return reverse(name, args=[issue.number, "meishan"])
        if name == "plan_assumption":
            return reverse(name, args=["rent"])
        if name == "connecting_thing":
            return reverse(name, args=["camera", things["camera"]])
        if name.startswith("connecting_") and name not in ("connecting_platforms", "connecting_cameras"):
            return f"{reverse(name, args=['camera'])}?id={things['camera']}"
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


def _proposal(batch: LedgerEntry, evidence: StoredFile) -> tuple[Proposal, Carrying]:
    """One that 梅山镇 and another unit are asked about, with a task of 梅山镇's from an earlier time."""
    other = register_camera("education")
    proposal = scenes.asked(scenes.found(register_camera("meishan", batch=batch), other))
    member = proposal.members.get(owner__code="meishan")
    return proposal, Carrying.objects.create(member=member, measure="拆除", evidence=evidence)


def _materialise(*originals: object) -> None:
    """Give the factories' file rows their bytes and a preview, as real uploads have."""
    from pathlib import Path

    from django.core.files.storage import default_storage

    from demo.paper import stamped_page

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


def _stay_logged_in(client: Client, person: Person) -> None:
    """Log in, unless the last request left a session: some end it."""
    if SESSION_KEY not in client.session:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_the_declared_result(role: str, people: dict[str, Person], address: Callable[[str], str]) -> None:
    wrong = []
    client = Client()
    for name, declared in MATRIX.items():
        if role == "anonymous":
            expected = declared.otherwise if declared.open_to_all else {302}
        else:
            _stay_logged_in(client, people[role])
            expected = declared.expected(role)
        got = _status(client, declared.method, address(name))
        if got not in expected:
            wrong.append(f"{name}: {got}, declared {sorted(expected)}")
    assert not wrong, f"{role}:\n" + "\n".join(wrong)


def test_a_get_changes_nothing_on_a_post_route(people: dict[str, Person], address: Callable[[str], str]) -> None:
    """T13: GET, HEAD and an overridden method on every act are refused as such."""
    for role in ("clerk", "data", "office", "sysadmin"):
        client = Client(headers={"x-http-method-override": "POST"})
        _stay_logged_in(client, people[role])
        for name, declared in MATRIX.items():
            if declared.method != "post":
                continue
            for method in (client.get, client.head):
                assert method(address(name)).status_code == 405, f"{name} as {role}"


def test_htmx_without_a_session_gets_no_fragment(address: Callable[[str], str], people: dict[str, Person]) -> None:
    """T14."""
    response = Client(headers={"hx-request": "true"}).get(address("submission_progress"))
    assert response.status_code == 401
    assert response["HX-Redirect"] == reverse("login")
    assert not response.content
