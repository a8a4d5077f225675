"""`manage.py check_templates` finds what it promises to find."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from django.conf import settings
from django.template.backends.django import DjangoTemplates

from dashboards.templatecheck import inline, problems, url_names

Check = Callable[[str], list[str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Judges one template by itself; the answers are 'line: what'."""
    options = deepcopy(settings.TEMPLATES[0]["OPTIONS"])
    engine = DjangoTemplates({"NAME": "probe", "DIRS": [tmp_path], "APP_DIRS": True, "OPTIONS": options})

    def judge(source: str) -> list[str]:
        (tmp_path / "page.html").write_text(source, encoding="utf-8")
        return [f"{one.line}: {one.what}" for one in problems(tmp_path, engine)]

    return judge


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("a\n<script>go()</script>", "2: a script without src"),
        ('<script type="module">import "x"</script>', "1: a script without src"),
        ("<style>b{}</style>", "1: a style element"),
        ('<p class="a"\n  style="color:red">', "2: a style attribute"),
        ('<p class="{% if a %}b{% endif %}" style="{{ c }}">', "1: a style attribute"),
        ('<button onclick="go()">', "1: an on… handler"),
        ('<form ONSUBMIT="go()">', "1: an on… handler"),
        ('<a href="javascript:go()">', "1: a javascript: address"),
        ('<a hx-on:click="go()">', "1: an hx-on handler"),
        ('<img src="//example.org/a.png">', "1: an address outside this site"),
        ('<link href="https://example.org/a.css">', "1: an address outside this site"),
    ],
)
def test_inline(check: Check, source: str, what: str) -> None:
    assert check(source) == [what]


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("\n{% nosuchtag %}", "2: Invalid block tag"),
        ("{{ a|nosuchfilter }}", "1: Invalid filter"),
        ("{% if a %}", "1: Unclosed tag"),
        ("{% load nosuchlibrary %}", "1: 'nosuchlibrary' is not"),
        ('\n\n{% url "no-such-page" %}', "3: no URL is named no-such-page"),
        ('{% if a %}{% else %}{% for b in c %}{% url "no-such-page" %}{% endfor %}{% endif %}', "1: no URL is named"),
        ('{% include "no/such.html" %}', "1: no template is named no/such.html"),
        ('{% extends "no/such.html" %}', "1: no template is named no/such.html"),
    ],
)
def test_broken(check: Check, source: str, what: str) -> None:
    found = check(source)
    assert len(found) == 1
    assert found[0].startswith(what)


@pytest.mark.parametrize(
    "source",
    [
        '<script src="a.js"></script><script type="module" src="b.js"></script>',
        '{# <script>go()</script> #}{% comment "why" %}<p style="a">{% endcomment %}',
        '{% url "no-such-page" as address %}{{ address }}',
        "{% url page %}{% include part %}",
        '<p title="{{ a }}" data-on="x" data-style="y">on = off; style = none</p>',
        "{% badge state %}{% icon 'x' %}{{ n|thousands }}",
    ],
)
def test_sound(check: Check, source: str) -> None:
    assert check(source) == []


def test_lines_are_those_of_the_file() -> None:
    assert list(inline("{% comment %}\n\n{% endcomment %}\n<p\nstyle=''>")) == [(5, "a style attribute")]


def test_names_of_urls_carry_their_namespaces() -> None:
    from django.urls import URLPattern, URLResolver, include, path
    from django.urls.resolvers import RegexPattern

    from tests.look.empty_urls import progress

    inner: list[URLPattern] = [path("a", progress, name="a")]
    outer: list[URLPattern | URLResolver] = [
        path("x/", include((inner, "app"), namespace="space")),
        path("b", progress, name="b"),
    ]
    assert url_names(URLResolver(RegexPattern(r"^/"), outer)) == {"space:a", "b"}
