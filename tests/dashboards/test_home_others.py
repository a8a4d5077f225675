"""待办 of the administrators, of somebody without a role, and of everybody on the first day."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from agencies.models import Person
from audit import journal
from audit.models import Entry
from tests.dashboards.homes import home_of, only
from tests.dashboards.pages import browse
from tests.factories import make_person
from tests.factories_progress import make_campaign, obligation_of, report
from tests.factories_registry import register_camera

pytestmark = pytest.mark.django_db


# --- the administrators ---------------------------------------------------------------------------------------------
def test_accounts_without_a_role_wait_for_the_security_administrator(secadmin: Person, sysadmin: Person) -> None:
    newcomer = make_person("newcomer", "meishan")
    todo = only(secadmin)
    assert (todo.verb, todo.url) == ("授予角色", reverse("person", args=[newcomer.pk]))
    assert "newcomer" in todo.what
    assert home_of(sysadmin).todos == []


def test_a_locked_login_waits_for_the_security_administrator(secadmin: Person, meishan_clerk: Person) -> None:
    AccessAttempt.objects.create(
        username=meishan_clerk.username,
        ip_address="127.0.0.1",
        failures_since_start=settings.AXES_FAILURE_LIMIT,
        attempt_time=timezone.now(),
    )
    todo = only(secadmin)
    assert (todo.state, todo.url) == ("locked", reverse("person", args=[meishan_clerk.pk]))
    assert [figure.count for figure in home_of(secadmin).entries] == [2, 0, 1]


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor"])
def test_administrators_see_no_business(who: str, request: pytest.FixtureRequest) -> None:
    make_campaign("第一次梳理", due_in=-1)
    register_camera("meishan")
    home = home_of(request.getfixturevalue(who))
    assert (home.registry, home.progress, home.worries, home.shown) == ([], [], [], None)


def test_the_accounts_figures_open_their_lists(sysadmin: Person, meishan_clerk: Person) -> None:
    Person.objects.filter(pk=meishan_clerk.pk).update(is_active=False)
    client = browse(sysadmin)
    for figure in home_of(sysadmin).entries:
        assert client.get(figure.url).context["page"].paginator.count == figure.count


def test_the_auditor_is_asked_to_verify(auditor: Person) -> None:
    assert only(auditor).what == "审计日志还没有核对过"
    client = browse(auditor)
    assert client.post(reverse("journal_verify")).status_code == 200
    home = home_of(auditor)
    assert home.todos == []
    assert "没有差错" in home.hint
    total, fresh = home.entries
    assert (total.count, fresh.count) == (Entry.objects.count(), 0)
    with transaction.atomic():
        journal.record(auditor, "campaign.closed", auditor)
    assert [figure.count for figure in home_of(auditor).entries] == [total.count + 1, 1]


def test_a_fault_stays_until_the_next_verification(auditor: Person) -> None:
    with transaction.atomic():
        journal.record(auditor, "journal.verified", auditor, checked=3, fault="4: 缺少第 4 条")
    todo = only(auditor)
    assert (todo.what, todo.note, todo.word) == ("上次核对发现差错", "4: 缺少第 4 条", "有差错")


# --- empty, and no role ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("meishan_clerk", "下一轮梳理开始后"),
        ("data_reviewer", "单位提交报送后"),
        ("leader", "进度"),
        ("sysadmin", "人员"),
        ("secadmin", "授予角色"),
    ],
)
def test_an_empty_page_says_what_comes_next(who: str, says: str, request: pytest.FixtureRequest) -> None:
    text = browse(request.getfixturevalue(who)).get(reverse("home")).content.decode()
    assert "没有待办" in text
    assert says in text


def test_somebody_without_a_role(_stage: None) -> None:
    text = browse(make_person("nobody", "meishan")).get(reverse("home")).content.decode()
    assert "您的账号还没有角色" in text


def test_two_roles_have_both_lists(_stage: None) -> None:
    both = make_person("both", "police", "clerk", "police_reviewer")
    campaign = make_campaign("第一次梳理", roster=["meishan", "police"])
    report(obligation_of(campaign, "meishan"), "in_review", rows=1)
    assert {todo.verb for todo in home_of(both).todos} == {"去填报", "开始审核"}
