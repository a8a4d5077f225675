"""Forms of the rows entered on screen, made from the declaration of their sheet.

A field is a cell: it takes what anybody might write there. What is right or wrong about it the sheet's rules say when
the row is saved; the form shows that at the field and refuses nothing itself but what no cell holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from agencies.models import Agency, PlaceKind
from sheets.declare import Column, Need, Sheet
from sheets.kinds.choices import Closed, Partly, YesNo
from sheets.kinds.coordinates import Degrees
from sheets.kinds.numbers import Count, Measure, Money
from sheets.kinds.places import Township
from sheets.kinds.text import Text

from ..models import Funding, RowFinding

LONGEST_CELL = 2000
LEFT_OUT = frozenset({"seq"})
"""Columns that the page fills in itself; hidden ones are left out too."""
MAIN = {"camera": "摄像机", "platform": "平台"}


class TermsForm(forms.Form):
    """What holds for all rows entered on screen, unless a row says otherwise."""

    funding = forms.ChoiceField(label="资金来源", choices=Funding.choices)
    place_kind = forms.ModelChoiceField(
        label="场所类别", queryset=PlaceKind.objects.all(), required=False, empty_label="各行不同，逐行选择"
    )

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "id_entry_%s"
        duties = list(agency.duties.filter(place_kind__isnull=False)[:2])
        if len(duties) == 1:
            self.fields["place_kind"].initial = duties[0].place_kind_id
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("funding", "place_kind")


class CellField(forms.CharField):
    """One cell: its column, what is offered, and what was found about it."""

    def __init__(self, column: Column, *, offered: Sequence[str], findings: Sequence[RowFinding], unset: str) -> None:
        self.column = column
        self.offered = tuple(offered)
        self.findings = tuple(findings)
        described = f"id_{column.key}_helptext" + (f" id_{column.key}_findings" if findings else "")
        attrs: dict[str, str] = {"aria-describedby": described, "autocomplete": "off"}
        if self.is_wrong:
            attrs["aria-invalid"] = "true"
        super().__init__(
            label=column.label.removeprefix("杆件 "),
            required=False,
            max_length=LONGEST_CELL,
            help_text=_help(column),
            widget=self._widget(attrs, unset),
            error_messages={"max_length": "写得太长了，一格最多 %(limit_value)d 个字。"},
        )

    def _widget(self, attrs: dict[str, str], unset: str) -> forms.Widget:
        kind = self.column.kind
        if self.is_choice:
            return forms.Select(attrs=attrs, choices=[("", unset), *((each, each) for each in self.offered)])
        if isinstance(kind, Text) and kind.lines:
            return forms.Textarea(attrs=attrs | {"rows": "2"})
        if isinstance(kind, Degrees | Measure | Count | Money):
            attrs |= {"inputmode": "decimal"}
        if self.offered:
            attrs |= {"list": self.list_id}
        return forms.TextInput(attrs=attrs)

    @property
    def is_choice(self) -> bool:
        """Whether nothing but the offered values is understood."""
        kind = self.column.kind
        return isinstance(kind, Closed | YesNo | Township) or (isinstance(kind, Partly) and not kind.remark)

    @property
    def is_wrong(self) -> bool:
        return any(one.severity == "error" and not one.waived for one in self.findings)

    @property
    def is_doubtful(self) -> bool:
        return bool(self.findings) and not self.is_wrong

    @property
    def is_needed(self) -> bool:
        return self.column.need is Need.REQUIRED

    @property
    def list_id(self) -> str:
        return f"offered-{self.column.key}"

    @property
    def listed(self) -> tuple[str, ...]:
        """What the text field offers; a drop-down has its options."""
        return () if self.is_choice else self.offered


class RowForm(forms.Form):
    """One row of a sheet. `seen`: the cells as the person was shown them; `terms`: column key -> what holds unsaid."""

    seen = forms.JSONField(required=False, widget=forms.HiddenInput)
    picked = forms.BooleanField(required=False, widget=forms.HiddenInput)
    """Whether the position was picked on the map."""

    def __init__(
        self,
        *args: Any,
        sheet: Sheet,
        cells: Mapping[str, str],
        findings: Iterable[RowFinding] = (),
        terms: Mapping[str, str],
        said: Mapping[str, Sequence[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        found = list(findings)
        for column in sheet.columns:
            if column.hidden or column.key in LEFT_OUT:
                continue
            cell = cells.get(column.key, "")
            offered = list(column.choices) or list(said.get(column.key, ()))
            field = CellField(
                column,
                offered=offered,
                findings=[one for one in found if one.column_key == column.key],
                unset=_unset(column, terms),
            )
            if field.is_choice and cell and cell not in offered:
                cast(forms.Select, field.widget).choices = [
                    *cast(forms.Select, field.widget).choices, (cell, f"{cell}（原来写的）"),
                ]  # fmt: skip
            self.fields[column.key] = field
            self.initial.setdefault(column.key, cell)
        self.initial.setdefault("seen", dict(cells))
        for one in found:
            one.fix_words = _fix_words(sheet, one.fixes)  # type: ignore[attr-defined]
        self.elsewhere = [one for one in found if one.column_key not in self.fields]
        """What was found about the row as a whole, or in a column that the form does not show."""

    def close(self) -> None:
        """Show the row and take nothing: no field can be changed, no fix is offered."""
        for field in self.fields.values():
            field.disabled = True
            for one in field.findings if isinstance(field, CellField) else ():
                one.fixes = {}
        for one in self.elsewhere:
            one.fixes = {}

    @property
    def cells(self) -> dict[str, str]:
        """Column key -> text as posted; to be asked once the form is valid."""
        return {key: self.cleaned_data[key] for key, field in self.fields.items() if isinstance(field, CellField)}

    @property
    def seen_cells(self) -> dict[str, str]:
        """What the person was shown, as the page says."""
        told = self.cleaned_data["seen"]
        return {str(key): str(text) for key, text in told.items()} if isinstance(told, dict) else {}

    @property
    def said(self) -> list[tuple[str, str]]:
        """(field, message) of what was found and not set aside, errors first, each message once."""
        fields = [(key, field) for key, field in self.fields.items() if isinstance(field, CellField)]
        found = [(one, key) for key, field in fields for one in field.findings if not one.waived]
        first: dict[str, str] = {}
        for one, key in sorted(found, key=lambda pair: pair[0].severity != "error"):
            first.setdefault(one.message, key)
        return [(self[key].id_for_label, message) for message, key in first.items()]

    @property
    def groups(self) -> list[tuple[str, str, FormHelper, bool]]:
        """(id, title, helper that renders its fields, whether it is open) of each group of columns."""
        found: dict[str, list[Column]] = {}
        for key, field in self.fields.items():
            if isinstance(field, CellField):
                found.setdefault(field.column.group or MAIN[self.sheet.key], []).append(self.sheet.by_key[key])
        return [
            (f"group-{number}", title, _helper(columns), number == 0 or any(map(self._says, columns)))
            for number, (title, columns) in enumerate(found.items())
        ]

    def _says(self, column: Column) -> bool:
        return bool(self[column.key].value() or cast(CellField, self.fields[column.key]).findings)


def _helper(columns: Sequence[Column]) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.form_show_errors = True
    helper.layout = Layout(*(Field(column.key, template="inventory/_entry_field.html") for column in columns))
    return helper


def _fix_words(sheet: Sheet, fixes: Mapping[str, str]) -> str:
    """What pressing the fix writes: the text, with the columns' names where there are several."""
    if len(fixes) == 1:
        return next(iter(fixes.values()))
    keys = sorted(fixes, key=lambda key: sheet.index.get(key, 0))
    return "、".join(f"{sheet.by_key[key].label.partition('（')[0]} {fixes[key]}" for key in keys)


def _help(column: Column) -> str:
    """How the cell is filled in, with an example where the help has none."""
    told = column.help
    if not column.official:
        return told.replace("和上传时选的不同才填", "和整份不同才选")
    if column.choices or not column.example or column.example in told or "例如" in told:
        return told
    return f"{told.rstrip('。')}。例如 {column.example}"


def _unset(column: Column, terms: Mapping[str, str]) -> str:
    """The first line of a drop-down."""
    if column.default and terms.get(column.default):
        return f"与整份相同：{terms[column.default]}"
    return "请选择" if column.need is Need.REQUIRED else "（不填）"
