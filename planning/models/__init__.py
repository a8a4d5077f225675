"""What is thought about the registry: searches, proposals with their members, owners' answers, carrying out (整合)."""

from .carrying import Carrying
from .proposals import KINDS, Hand, Member, Proposal, Reply, ThingKind
from .searches import Search

__all__ = ["KINDS", "Carrying", "Hand", "Member", "Proposal", "Reply", "Search", "ThingKind"]
