"""Finding entries: the filters as they stand in the address, and the rows they mean."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils import timezone

from .actions import ACTIONS, OBJECTS, VALUES
from .failures import Invalid
from .models import DailyHead, Entry

PAGE = 50
WINDOW = 20_000
"""Entries whose contents are searched for one page; older ones are searched when asked for."""
NAMESAKES = 200
CLOCK_OFF_DAYS = 31
"""How far the database's clock may ever have been ahead; days are sought among the daily heads with that to spare."""


def _choice(label: str, every: str, words: dict[str, str]) -> forms.CharField:
    """Offers what has words; a link may name what has none yet."""
    widget = forms.Select(choices=[("", every), *words.items()])
    return forms.CharField(label=label, max_length=60, required=False, widget=widget)


def _day(label: str) -> forms.DateField:
    bounds = [MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2200, 1, 1))]
    return forms.DateField(label=label, required=False, validators=bounds, widget=forms.DateInput({"type": "date"}))


def _words(label: str, hint: str, size: int) -> forms.CharField:
    widget = forms.TextInput({"size": size, "placeholder": hint})
    return forms.CharField(label=label, max_length=60, required=False, widget=widget)


class JournalFilter(forms.Form):
    """The list's filters, as they stand in the URL."""

    text = _words("内容", "内容里的字", 14)
    actor = _words("操作人", "登录名或岗位", 12)
    action = _choice("操作", "全部操作", ACTIONS)
    agency = forms.IntegerField(label="单位", min_value=1, max_value=2**62, required=False, widget=forms.Select)
    object_type = _choice("对象", "全部对象", OBJECTS)
    object_id = forms.CharField(label="对象编号", max_length=60, required=False, widget=forms.TextInput({"size": 6}))
    since = _day("从")
    until = _day("到")
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, label_suffix="")
        every = [("", "全部单位"), *agencies().values_list("pk", "short_name")]
        self.fields["agency"].widget = forms.Select(choices=every)
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if select else "form-control"

    def told(self) -> dict[str, Any]:
        """The filters as values. Raises Invalid."""
        if not self.is_valid():
            raise Invalid("筛选条件无法识别，请清除筛选后重新选择。")
        return self.cleaned_data

    def in_words(self) -> dict[str, str]:
        """The filters that are set, label and what stands in it, for the journal's own entry of an export."""
        told = {name: value for name, value in self.told().items() if value is not None and value != ""}
        return {str(self.fields[name].label): str(value) for name, value in told.items() if name != "before"}


def agencies() -> QuerySet[Any]:
    """The agencies that people belong to; the app that has them stands above this one."""
    model: Any = get_user_model()._meta.get_field("agency").related_model
    listed: QuerySet[Any] = model.objects.order_by("position", "code")
    return listed


def name_agencies(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, each with the `agency_name` that its agency has today; one query."""
    listed = list(entries)
    ids = {entry.agency_id for entry in listed}
    names = dict(agencies().filter(pk__in=ids).values_list("pk", "short_name"))
    for entry in listed:
        entry.agency_name = names.get(entry.agency_id, "")
    return listed


def chosen(told: dict[str, Any]) -> QuerySet[Entry]:
    """The entries of these filters but for the text, newest first."""
    entries = Entry.objects.order_by("-seq")
    if told["action"]:
        entries = entries.filter(action=told["action"])
    if told["actor"]:
        entries = entries.filter(actor__in=_people(told["actor"]))
    if told["agency"]:
        entries = entries.filter(agency_id=told["agency"])
    if told["object_type"]:
        entries = entries.filter(object_type=told["object_type"])
    if told["object_id"]:
        entries = entries.filter(object_id=told["object_id"])
    if told["since"]:
        entries = entries.filter(_from(told["since"]), at__gte=_midnight(told["since"]))
    if told["until"]:
        entries = entries.filter(_to(told["until"]), at__lt=_midnight(told["until"] + dt.timedelta(days=1)))
    if told["before"]:
        entries = entries.filter(seq__lt=told["before"])
    return entries


def _people(text: str) -> list[int]:
    """Whoever has this very login name; else whoever's login name or post has the text in it."""
    people = get_user_model()._default_manager.order_by("pk")
    if exact := people.filter(username=text).values_list("pk", flat=True)[:1]:
        return list(exact)
    found = people.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
    return list(found.values_list("pk", flat=True)[:NAMESAKES])


def _from(day: dt.date) -> Q:
    """Where the day certainly has not begun yet, by the daily heads: spares reading all that is older."""
    head = DailyHead.objects.filter(day__lt=day).order_by("-day").first()
    return Q(seq__gt=head.seq) if head else Q()


def _to(day: dt.date) -> Q:
    """Where the day is certainly over, by the daily heads: spares reading all that is newer."""
    head = DailyHead.objects.filter(day__gte=day + dt.timedelta(days=CLOCK_OFF_DAYS)).order_by("day").first()
    return Q(seq__lte=head.seq) if head else Q()


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def with_text(entries: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """Those whose facts have the text in them: as it was written, or as the word that this site shows for a code."""
    written = json.dumps(text, ensure_ascii=False)[1:-1]
    match = Q(written__icontains=written)
    for (key, code), word in VALUES.items():
        if text in word:
            match |= Q(facts__contains={key: code})
    return entries.annotate(written=Cast("facts", TextField())).filter(match)


@dataclass(frozen=True)
class Page:
    """A page of entries. `older`: the number that the next page begins below; None when there is nothing more."""

    entries: list[Entry]
    older: int | None
    searched_to: int | None = None
    """Set when the search for a text stopped here with older entries still unread."""


def page(told: dict[str, Any]) -> Page:
    """PAGE entries, newest first. A text is sought in the next WINDOW entries only, however rare it is."""
    entries, floor = chosen(told), None
    if told["text"]:
        floor = next(iter(entries.values_list("seq", flat=True)[WINDOW - 1 : WINDOW]), None)
        entries = with_text(entries.filter(seq__gte=floor) if floor else entries, told["text"])
    found = list(entries[: PAGE + 1])
    if len(found) > PAGE:
        return Page(name_agencies(found[:PAGE]), found[PAGE - 1].seq)
    further = floor if floor and chosen(told | {"before": floor}).exists() else None
    return Page(name_agencies(found), further, further)
