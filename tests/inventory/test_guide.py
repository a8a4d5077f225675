"""The rule catalogue on its page: every rule with an example of each kind, filters in the URL, an anchor per code."""

from __future__ import annotations

import re

import pytest

from agencies.models import Person
from inventory.guide import found_rules, registry_rules
from inventory.registering.registry_rules import DECLARATIONS
from sheets.guide import catalogue
from tests.inventory import web

pytestmark = pytest.mark.django_db


def codes(html: str) -> list[str]:
    return re.findall(r'<tr id="([A-Z][0-9]{3})">', html)


def test_the_page_holds_every_rule(meishan_clerk: Person) -> None:
    html = web.of(meishan_clerk).get(web.url("guide_rules")).content.decode()
    every = [rule.code for rule in catalogue(DECLARATIONS.values(), registry_rules())]
    assert sorted(codes(html)) == every
    assert {"C134", "P127", "C401", "C413", "S003", "G013"} <= set(every)
    assert "115.934360" in html, "an example of C134"


def test_filters_stand_in_the_url(meishan_clerk: Person) -> None:
    client = web.of(meishan_clerk)
    html = client.get(
        web.url("guide_rules"), {"sheet": "platform", "severity": "warning", "q": "存储 天"}
    ).content.decode()
    assert codes(html) == ["P127", "P132", "P133", "P304"]
    assert 'value="存储 天"' in html
    assert codes(client.get(web.url("guide_rules"), {"q": "c134"}).content.decode()) == ["C134"]
    html = client.get(web.url("guide_rules"), {"q": "没有这样的规则"}).content.decode()
    assert codes(html) == []
    assert "没有符合条件的规则" in html
    assert client.get(web.url("guide_rules"), {"sheet": "x", "severity": "y"}).status_code == 200


def test_every_rule_has_what_people_need() -> None:
    for rule in found_rules("", "", ""):
        assert rule.title and rule.wording and rule.fix.endswith("。"), rule.code
        assert rule.fails and rule.passes, rule.code
        assert "{" not in rule.fails + rule.passes, rule.code
