"""What the tests of the intake pages press: real requests, forms sent as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit.models import Entry
from inventory.models import Submission, Version

BACKEND = "django.contrib.auth.backends.ModelBackend"
CHOICES = {"datum": "wgs84", "funding": "government", "mobility": "fixed", "place_kind": "", "replaces": ""}
REASON = "本单位经逐处核查，没有建设公共场所视频监控。"


def of(person: Person) -> Client:
    """A browser in which this person is logged in."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def url(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def page(person: Person, submission: Submission) -> str:
    """The page of a report."""
    return str(of(person).get(url("submission", submission.pk)).content.decode())


def send(person: Person, submission: Submission, data: bytes, name: str = "调研表.xlsx", **choices: Any) -> Any:
    """Upload a workbook."""
    told = CHOICES | choices | {"workbook": SimpleUploadedFile(name, data)}
    return of(person).post(url("submission_upload", submission.pk), told)


def send_scan(person: Person, submission: Submission, data: bytes, name: str = "盖章.png") -> Any:
    """Upload a stamped scan."""
    told = {"scan": SimpleUploadedFile(name, data)}
    return of(person).post(url("submission_scan_upload", submission.pk), told)


def press(person: Person, name: str, *args: Any, **told: Any) -> Any:
    """Post to a route."""
    return of(person).post(url(name, *args), told)


def submit(person: Person, submission: Submission, version_hash: str | None = None) -> Any:
    """Press 提交审核 on the page as it is now, or with this hash."""
    if version_hash is None:
        version_hash = Version.objects.filter(submission=submission).latest("number").hash
    return press(person, "submission_submit", submission.pk, version_hash=version_hash)


def actions(submission: Submission) -> list[str]:
    """What the journal holds of a submission, the first first."""
    entries = Entry.objects.filter(object_type="inventory.submission", object_id=str(submission.pk))
    return list(entries.order_by("seq").values_list("action", flat=True))


def entry(action: str) -> Entry:
    """The only entry of this action."""
    return Entry.objects.get(action=action)


def entry_of(action: str, **facts: Any) -> Entry:
    """The only entry of this action with these facts."""
    return Entry.objects.get(action=action, **{f"facts__{name}": value for name, value in facts.items()})


def state(submission: Submission) -> str:
    return Submission.objects.get(pk=submission.pk).state


@dataclass
class Form:
    """A form of a page: where it goes, and every field with what a browser would send of it, in order."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def send(self, client: Client, **changed: Any) -> Any:
        """Submit it with some fields filled in otherwise; a field that the form does not have is a mistake."""
        told: dict[str, list[Any]] = {}
        for name, value in self.fields:
            told.setdefault(name, []).append(value)
        unknown = set(changed) - set(told)
        assert not unknown, f"the form has no {unknown}"
        return client.post(self.action, told | {name: [value] for name, value in changed.items()})


class _Forms(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._text = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.found.append(Form(told.get("action", "")))
        elif tag == "input" and told.get("name") and told.get("type") not in ("submit", "button"):
            ticked = told.get("type") not in ("checkbox", "radio") or "checked" in told
            if ticked and self.found:
                self.found[-1].fields.append((told["name"], told.get("value", "")))
        elif tag == "select":
            self._select, self._options = told.get("name", ""), []
        elif tag == "option":
            self._options.append((told.get("value", ""), "selected" in told))
        elif tag == "textarea":
            self.found[-1].fields.append((told["name"], ""))
            self._text = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._options and self.found:
            chosen = next((value for value, selected in self._options if selected), self._options[0][0])
            self.found[-1].fields.append((self._select, chosen))
        self._text = self._text and tag != "textarea"

    def handle_data(self, data: str) -> None:
        if self._text:
            name, value = self.found[-1].fields.pop()
            self.found[-1].fields.append((name, value + data))


def form(html: str, action: str) -> Form:
    """The page's only form that goes there."""
    (found,) = (each for each in _Forms(html).found if each.action == action)
    return found


def has_form(html: str, action: str) -> bool:
    return any(each.action == action for each in _Forms(html).found)
