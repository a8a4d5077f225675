"""Words that several acts share: a reason that says something, a few sentences in one."""

from __future__ import annotations

from collections.abc import Sequence

from audit.failures import Invalid

MIN_REASON = 2
LONGEST = 500


def reason_from(text: str, otherwise: str) -> str:
    """The text without white space around it. Raises Invalid (`otherwise`) where it says nothing, or far too much."""
    text = text.strip()
    if sum(sign.isalnum() for sign in text) < MIN_REASON:
        raise Invalid(otherwise)
    if len(text) > LONGEST:
        raise Invalid(f"请不要超过 {LONGEST} 个字。")
    return text


def in_words(sentences: Sequence[str], most: int = 5) -> str:
    """The first few sentences in one, and how many more there are."""
    more = f"等 {len(sentences)} 行。" if len(sentences) > most else "。"
    return "；".join(sentences[:most]) + more
