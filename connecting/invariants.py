"""I6: what holds of each thing is the last that was said of it. I10: every figure of 接入 is the count of its list."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import resolve

from agencies.models import Person, Role
from inventory.invariants.told import told
from registry.names import Names

from . import lists, rates
from .services import today

_STANDS = """
SELECT '{kind}', s.{kind}_id, t.topic, coalesce(l.id, 0), coalesce(t.held, 0) FROM connecting_{kind}standing s
CROSS JOIN LATERAL (VALUES ('access', s.access_id, s.access_state), ('filing', s.filing_id, s.filing_state),
    ('sign', s.sign_id, s.sign_state)) t(topic, held, state)
LEFT JOIN LATERAL (SELECT id, state FROM connecting_statement
    WHERE {kind}_id = s.{kind}_id AND topic = t.topic ORDER BY id DESC LIMIT 1) l ON true
WHERE coalesce(l.id, 0) <> coalesce(t.held, 0) OR coalesce(l.state, '') <> t.state
"""
_UNHELD = """
SELECT '{kind}', l.{kind}_id FROM connecting_statement l WHERE l.{kind}_id IS NOT NULL
AND NOT EXISTS (SELECT FROM connecting_{kind}standing s WHERE s.{kind}_id = l.{kind}_id)
"""


def standings() -> Iterator[str]:
    """I6: the kept state of each thing and topic is that of the latest statement."""
    for kind in ("camera", "platform"):
        yield from told("{0} {1} 的{2}：最近一次说明是 {3}，所记的是 {4}", _STANDS.format(kind=kind))
        yield from told("{0} {1} 有说明，没有记下现状", _UNHELD.format(kind=kind))


def reader() -> Person:
    """Somebody who sees all business, whoever works here: made for the reading, never saved."""
    person = Person(username="invariants")
    person.role_set = frozenset([Role.LEADER])
    return person


def figures_are_counts() -> Iterator[str]:
    """I10: each figure and its denominator against the lists that they open; each table against its total."""
    person, names, now = reader(), Names(), today()
    counted = rates.Cameras(person)
    shares = counted.top() + [share for _, strip in rates.duties(person, now) for share in strip]
    shares += [share for line in counted.states() for share in line.cells]
    for by, word in rates.BY.items():
        table = counted.table(by, names)
        for line in (*table.lines, table.total):
            shares += line.shares
        for place, total in enumerate(table.total.shares):
            if (found := sum(line.shares[place].of for line in table.lines)) != total.of:
                yield f"接入率{word}：{total.label} 各行相加是 {found}，合计写的是 {total.of}。"
    for share in shares:
        yield from _held(person, names, share.label, share.count, share.url)
        yield from _held(person, names, share.label, share.of, share.of_url)


def _held(person: Person, names: Names, label: str, count: int, url: str) -> Iterator[str]:
    if not url:
        return
    parts = urlsplit(url)
    asked = lists.parse(resolve(parts.path).kwargs["kind"], QueryDict(parts.query), names)
    listed = lists.rows(person, asked, names, today()).count()
    if listed != count:
        yield f"接入：“{label}”是 {count}，打开的清单（{url}）有 {listed}。"
