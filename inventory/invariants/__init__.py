"""What must hold at every moment, whatever was pressed, killed or restored: each check lists its violations.

The numbers are those of the list of invariants that the fault tests run after every fault. Apps above add theirs in
`AppConfig.ready` (`register`): I10 is the dashboards'. `manage.py check_invariants` prints them. Files are read in
full, so a run takes as long as reading them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import changing, intake, keeping, registering, reviewing

__all__ = ["INVARIANTS", "NOTES", "register", "violations"]

Check = Callable[[], Iterator[str]]

INVARIANTS: dict[str, tuple[Check, ...]] = {
    "I1": (intake.receipts,),
    "I2": (intake.rows_add_up,),
    "I3": (reviewing.verdicts,),
    "I4": (reviewing.four_eyes, intake.rows_are_what_they_say, changing.four_eyes),
    "I5": (registering.ledger, changing.ledger),
    "I6": (reviewing.states, changing.states),
    "I7": (keeping.audited, keeping.copied),
    "I8": (keeping.no_grants,),
    "I9": (keeping.originals,),
    "I10": (),  # the figures are those of the dashboards, which register their check
    "I11": (intake.one_answer,),
    "I12": (keeping.leases,),
}
NOTES = {"I8": "还没有共享授权，所核对的是：没有人凭授权看到什么，也没有任何记录说给过授权。"}
"""What is to be said of an invariant that holds for want of anything that could break it."""


def register(name: str, check: Check) -> None:
    """Add a check to an invariant."""
    if check not in INVARIANTS[name]:
        INVARIANTS[name] = (*INVARIANTS[name], check)


def violations(*names: str) -> dict[str, list[str]]:
    """Invariant -> what breaks it, for these (default: all); those that hold are left out."""
    found = {name: [told for check in INVARIANTS[name] for told in check()] for name in names or INVARIANTS}
    return {name: told for name, told in found.items() if told}
