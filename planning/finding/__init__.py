"""Finding what can be integrated: pure functions over rows, and `find`, which reads the registry for them."""

from __future__ import annotations

from .finder import find
from .groups import KIND_WORDS, KINDS, Gap, Group, GroupKind, Member, ThingKind
from .search import find_in

__all__ = ["KINDS", "KIND_WORDS", "Gap", "Group", "GroupKind", "Member", "ThingKind", "find", "find_in"]
