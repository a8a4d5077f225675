"""What is thought about the registry: searches, proposals with their members, owners' answers, carrying out (整合)."""

from .assumptions import Assumption
from .carrying import Carrying
from .issues import Issue, Part
from .proposals import KINDS, Hand, Member, Proposal, Reply, ThingKind
from .searches import Search

__all__ = [
    "KINDS",
    "Assumption",
    "Carrying",
    "Hand",
    "Issue",
    "Member",
    "Part",
    "Proposal",
    "Reply",
    "Search",
    "ThingKind",
]
