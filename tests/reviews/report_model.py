"""A report's life in a hundred lines: what `machine` holds the system against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

ROWS = range(4)
BRANDS = ("海康威视", "大华", "宇视")
CLERK, COLLEAGUE = "clerk-meishan", "clerk-meishan-2"
DATA, DEPUTY = "data-1", "data-helper"
POLICE, POLICE_TOO = "police-1", "police-2"
CLERKS = (CLERK, COLLEAGUE)
OWN_SIDE = {DATA: "data", POLICE: "police", POLICE_TOO: "police"}
OTHER = {"data": "police", "police": "data"}
REASON = "请核对后重填"
LEFT = ("draft", "returned")
"""States in which the report is with the unit."""


@dataclass
class Batch:
    """What one round took in: row -> content; `before`: what each row had registered until then."""

    accepted: dict[int, str]
    before: dict[int, str | None] = field(default_factory=dict)
    undone: bool = False


@dataclass
class Model:
    """All that may be known of the report. A row is its number, its content the brand.

    `rounds`: what each took in, None for one that took nothing in or is under way. `said`: side and row -> content ->
    decision. `holds`: row -> the round whose entry is the registry's open one for it.
    """

    state: str = "draft"
    brands: dict[int, str] = field(default_factory=lambda: dict.fromkeys(ROWS, BRANDS[0]))
    rounds: list[Batch | None] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    items: set[int] = field(default_factory=set)
    said: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    registered: dict[int, str] = field(default_factory=dict)
    holds: dict[int, int] = field(default_factory=dict)
    unlocked_before: int = 0
    motion: tuple[str, int, str] | None = None
    parts: dict[str, str] = field(default_factory=dict)
    hands: set[str] = field(default_factory=set)
    lent: bool = False
    answered: set[tuple[str, int, str]] = field(default_factory=set)

    # --- what stands ---
    def standing(self, row: int) -> int | None:
        """The round in which the row stands accepted, whatever its content is now."""
        held = [n for n, batch in enumerate(self.rounds) if batch and not batch.undone and row in batch.accepted]
        return held[-1] if held else None

    def settled(self, row: int) -> bool:
        number = self.standing(row)
        return number is not None and self.batch(number).accepted[row] == self.brands[row]

    def is_locked(self, row: int) -> bool:
        number = self.standing(row)
        return number is not None and self.settled(row) and number >= self.unlocked_before

    def reopened(self) -> bool:
        """Both sides gave the accepted report back, and nothing was decided since: it may go as it is."""
        decided = [number for number, outcome in enumerate(self.outcomes) if outcome not in ("", "withdrawn")]
        return bool(decided) and self.outcomes[decided[-1]] == "accepted" and self.unlocked_before > decided[-1]

    def batch(self, number: int) -> Batch:
        found = self.rounds[number]
        assert found is not None
        return found

    def says(self, side: str, row: int) -> str | None:
        return self.said.get((side, row), {}).get(self.brands[row])

    def say(self, who: str, side: str, rows: Iterable[int], decision: str) -> None:
        """A verdict of this content for each; saying the same again is nothing, and joins nobody to the case."""
        for row in rows:
            self.said.setdefault((side, row), {})[self.brands[row]] = decision
            self.answered.discard((side, row, self.brands[row]))
            self.join(who, side)

    def questions(self) -> list[tuple[str, int]]:
        return sorted((side, row) for side in OTHER for row in self.items if self.says(side, row) == "question")

    def counts(self, side: str) -> tuple[int, int, int]:
        said = [self.says(side, row) for row in self.items]
        return said.count("pass"), said.count("return"), said.count("question")

    # --- who may ---
    def power(self, who: str) -> str | None:
        """The side that the person has power for today, in some case or other."""
        return "data" if who == DEPUTY and self.lent else OWN_SIDE.get(who)

    def may_join(self, who: str, side: str) -> bool:
        people = (who, DATA) if who == DEPUTY else (who,)
        return all(self.parts.get(one) in (None, side) for one in people)

    def join(self, who: str, side: str) -> None:
        for one in (who, DATA) if who == DEPUTY else (who,):
            self.parts[one] = side

    # --- what is done ---
    def submit(self) -> None:
        self.state = "in_review"
        self.items = {row for row in ROWS if not self.settled(row)}
        self.rounds.append(None)
        self.outcomes.append("")
        self.closed = set()
        self.parts |= dict.fromkeys(self.hands, "author")

    def close(self, who: str, side: str) -> None:
        self.join(who, side)
        self.closed.add(side)
        if len(self.closed) < len(OTHER):
            return
        taken = {row: self.brands[row] for row in self.items if self.says("data", row) == self.says("police", row)}
        taken = {row: brand for row, brand in taken.items() if self.says("data", row) == "pass"}
        number = len(self.rounds) - 1
        if taken or not self.items:
            self.rounds[number] = Batch(taken, {row: self.registered.get(row) for row in taken})
            self.registered |= taken
            self.holds |= dict.fromkeys(taken, number)
        everything = len(taken) == len(self.items)
        self.state = "accepted" if everything else "returned"
        self.outcomes[number] = "accepted" if everything else "partial" if taken else "returned"

    def withdraw(self) -> None:
        self.state = "returned" if any(one not in ("", "withdrawn") for one in self.outcomes) else "draft"
        self.outcomes[-1] = "withdrawn"

    def undo(self, number: int) -> None:
        batch = self.batch(number)
        batch.undone = True
        self.state = "returned"
        for row, brand in batch.accepted.items():
            for side in OTHER:
                self.said.get((side, row), {}).pop(brand, None)
            if self.holds.get(row) != number:
                continue
            earlier = [n for n in range(number) if (one := self.rounds[n]) and not one.undone and row in one.accepted]
            self.registered.pop(row)
            self.holds.pop(row)
            if earlier:
                self.registered[row], self.holds[row] = self.batch(earlier[-1]).accepted[row], earlier[-1]
