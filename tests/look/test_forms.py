"""Forms drawn by crispy with our templates: labels, helps and errors belong to their fields, for every reader."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from crispy_forms.utils import render_crispy_form
from django.template import engines

from tests.look.urls import UploadForm


class Page(HTMLParser):
    """Ids, labels and described elements of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        self.tags.append((tag, values))
        if "id" in values:
            self.ids.append(values["id"])

    def of(self, *tags: str) -> list[dict[str, str]]:
        return [values for tag, values in self.tags if tag in tags]


def drawn(form: UploadForm) -> str:
    return str(engines["django"].from_string("{% load crispy_forms_tags %}{{ form|crispy }}").render({"form": form}))


@pytest.fixture(params=["new", "refused"])
def html(request: pytest.FixtureRequest) -> str:
    return drawn(UploadForm({"days": "0"}) if request.param == "refused" else UploadForm())


def test_every_control_has_a_label(html: str) -> None:
    page = Page(html)
    labelled = {label.get("for") for label in page.of("label")}
    for control in page.of("input", "select", "textarea"):
        assert control.get("id") in labelled


def test_ids_are_unique_and_references_lead_somewhere(html: str) -> None:
    page = Page(html)
    assert len(page.ids) == len(set(page.ids))
    pointed = [one for _, values in page.tags for one in values.get("aria-describedby", "").split()]
    pointed += [values["href"][1:] for values in page.of("a")]
    pointed += [values["for"] for values in page.of("label")]
    assert pointed
    assert set(pointed) <= set(page.ids)


def test_a_refused_form_says_it_at_the_top_and_at_the_field() -> None:
    html = drawn(UploadForm({"days": "0"}))
    page = Page(html)
    assert html.index('class="error-summary"') < html.index("<label")
    assert [link["href"] for link in page.of("a")] == [
        "#id_file", "#id_datum", "#div_id_funding", "#id_days", "#id_sure",
    ]  # fmt: skip
    for name in ("file", "datum", "days", "sure"):
        control = next(one for one in page.of("input", "select") if one.get("id") == f"id_{name}")
        assert control["aria-invalid"] == "true"
        assert f"id_{name}_error" in control["aria-describedby"]
    group = page.of("fieldset")[0]
    assert group["aria-describedby"] == "id_funding_error"
    assert html.count('class="field-error"') == 5
    assert html.count("bi-exclamation-circle") == 6


def test_a_fresh_form_shows_no_error() -> None:
    html = drawn(UploadForm())
    assert "error" not in html
    assert "aria-invalid" not in html


def test_groups_have_a_legend() -> None:
    html = drawn(UploadForm())
    assert [re.sub("<.*?>", "", one).strip() for one in re.findall(r"<legend.*?</legend>", html, re.S)] == [
        "资金来源*",
        "场所类别",
    ]


def test_required_is_marked_for_the_eye_and_for_the_reader() -> None:
    page = Page(drawn(UploadForm()))
    required = {one["id"] for one in page.of("input", "select", "textarea") if "required" in one}
    assert {"id_file", "id_datum", "id_days", "id_sure"} <= required
    assert "id_reason" not in required
    assert drawn(UploadForm()).count('class="required-mark" aria-hidden="true"') == 5


def test_a_file_field_is_a_place_to_drop() -> None:
    html = drawn(UploadForm())
    zone = html[html.index("data-drop") : html.index("选择文件</span>")]
    assert 'type="file"' in zone
    assert 'class="drop-face" hidden' in zone


def test_errors_of_the_whole_form_stand_in_the_summary() -> None:
    form = UploadForm({})
    form.add_error(None, "文件已保存，坐标系与上次不同。<b>")
    html = render_crispy_form(form)
    summary = html[html.index("error-summary") : html.index("</ul>")]
    assert "坐标系与上次不同。&lt;b&gt;" in summary
