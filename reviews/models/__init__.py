"""One engine for every dual review: data bureau AND police decide a case (plan: "双把关"; model.md, Review)."""

from .acts import Delegation, Motion
from .cases import Case, Item, Participation, Round, Side
from .desks import Claim, Desk, Sample
from .verdicts import Answer, Choice, Closing, Decision, Verdict

__all__ = [
    "Answer",
    "Case",
    "Choice",
    "Claim",
    "Closing",
    "Decision",
    "Delegation",
    "Desk",
    "Item",
    "Motion",
    "Participation",
    "Round",
    "Sample",
    "Side",
    "Verdict",
]
