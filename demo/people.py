"""The demo's people: posts, never persons; all log in with the one demo password."""

from __future__ import annotations

from agencies.models import ROLE_CLASS, Agency, Person, PersonRole, Role

CAST: tuple[tuple[str, str, str], ...] = (
    ("clerk-meishan", "梅山镇", "填报员"),
    ("clerk-education", "县教育局", "填报员"),
    ("data-1", "县数据政务局", "数据局审核员一"),
    ("data-2", "县数据政务局", "数据局审核员二"),
    ("police-1", "县公安局", "公安审核员一"),
    ("police-2", "县公安局", "公安审核员二"),
    ("office-1", "领导小组办公室", "办公室联络员"),
    ("leader", "县政府办", "县领导"),
    ("sysadmin", "县数据政务局", "系统管理员"),
    ("secadmin", "县数据政务局", "安全管理员"),
    ("auditor", "县数据政务局", "审计员"),
)
"""(log-in name, agency as shown, post)."""

_WHERE_AND_WHAT: dict[str, tuple[str, Role]] = {
    "clerk-meishan": ("meishan", Role.CLERK),
    "clerk-education": ("education", Role.CLERK),
    "data-1": ("data-bureau", Role.DATA_REVIEWER),
    "data-2": ("data-bureau", Role.DATA_REVIEWER),
    "police-1": ("police", Role.POLICE_REVIEWER),
    "police-2": ("police", Role.POLICE_REVIEWER),
    "office-1": ("office", Role.OFFICE),
    "leader": ("government-office", Role.LEADER),
    "sysadmin": ("data-bureau", Role.SYSADMIN),
    "secadmin": ("data-bureau", Role.SECADMIN),
    "auditor": ("data-bureau", Role.AUDITOR),
}


def make_cast(password: str) -> None:
    """Create the cast, or set its password anew where it exists."""
    for username, _, post in CAST:
        agency_code, role = _WHERE_AND_WHAT[username]
        person = Person.objects.filter(username=username).first()
        if person is None:
            person = _make(username, post, agency_code, role)
        if not person.check_password(password):
            person.set_password(password)
            person.save()


def clerk_of(agency_code: str) -> Person:
    """The clerk who reports for an agency in the demo's story; one who is not in the cast cannot log in."""
    named = {"meishan": "clerk-meishan", "education": "clerk-education"}.get(agency_code)
    username = named or f"demo-{agency_code}"
    return Person.objects.filter(username=username).first() or _make(username, "填报员", agency_code, Role.CLERK)


def _make(username: str, post: str, agency_code: str, role: Role) -> Person:
    person = Person(
        username=username,
        display_name=post,
        agency=Agency.objects.get(code=agency_code),
        duty_class=ROLE_CLASS[role],
    )
    person.set_unusable_password()
    person.save()
    PersonRole.objects.create(person=person, role=role, duty_class=ROLE_CLASS[role])
    return person
