"""The engine of every dual review, one act a module. Each act locks the case first and writes the journal last."""

from .closing import close, has_closed
from .delegations import delegate, revoke_delegation
from .desks import tally_of
from .locks import require_open
from .marking import mark
from .motions import answer_motion, move, take_back
from .opening import open_round
from .parts import refuse_reviewer_as_author
from .questions import answer_question
from .withdrawal import withdraw
from .words import in_words

__all__ = [
    "answer_motion",
    "answer_question",
    "close",
    "delegate",
    "has_closed",
    "in_words",
    "mark",
    "move",
    "open_round",
    "refuse_reviewer_as_author",
    "require_open",
    "revoke_delegation",
    "take_back",
    "tally_of",
    "withdraw",
]
