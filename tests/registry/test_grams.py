"""Grams: every part of a text has only grams that the text has; and first letters of readings."""

from __future__ import annotations

import random

import pytest

from registry.grams import grams, initials, plain

SIGNS = "梅山镇江店路口东abcXYZ019-_ （）𠮷é"


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_part_of_a_text_has_no_gram_beside(seed: int) -> None:
    draw = random.Random(seed)
    text = plain("".join(draw.choice(SIGNS) for _ in range(30)))
    for _ in range(200):
        start = draw.randrange(len(text))
        assert grams(text[start : start + draw.randint(1, 8)]) <= grams(text)


def test_lines_share_no_gram() -> None:
    assert grams("店") | grams("路") == grams("店\n路")
    assert grams("店路") - grams("店\n路")


def test_grams_fit_into_an_integer_column() -> None:
    assert all(-(2**31) <= gram < 2**31 for gram in grams("龥龥𠮷\uffff\uffffzzzz~~~~"))


def test_pairs_that_differ_have_grams_that_differ() -> None:
    names = ["江店", "店江", "江", "店", "路口", "口路", "jd", "dj", "0001", "1000"]
    assert len({frozenset(grams(name)) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("江店路口", "jdlk"), ("梅山镇A1（东）", "msza1(d)"), ("皋陶祠", "gtc"), ("", ""), ("ＡＢ", "ab"), ("①", "1")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters
