"""What one round lets into the registry: the accepted rows of its version, and those that stand there already.

A round that is the first to accept anything of its submission, and all of it, takes in every row of the version; the
others go by its items (docs/decisions/0012).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

from reviews.models import Round
from reviews.outcomes import TAKEN_IN

from ..models import LedgerEntry, Submission, Version
from .matching import accepted_before
from .targets import Target

ITEM_OF_ROW = "i.round_id = %(round)s AND i.key = r.key AND i.hash = r.row_hash"


@dataclass(frozen=True)
class Batch:
    """The round, the version it judged, the agency that reports it, and the ledger's entry for it.

    `whole`: every row of the version is an accepted item. `again`: rows of the version may stand accepted already.
    """

    round: Round
    version: Version
    submission: Submission
    entry: LedgerEntry
    whole: bool
    again: bool

    @classmethod
    def of(cls, round_: Round, version: Version, submission: Submission, entry: LedgerEntry) -> Batch:
        earlier = Round.objects.filter(case=round_.case_id, outcome__in=TAKEN_IN, number__lt=round_.number)
        again = earlier.exists()
        whole = round_.outcome == Round.Outcome.ACCEPTED and not again
        return cls(round_, version, submission, entry, whole, again)

    @property
    def agency_id(self) -> int:
        return self.submission.obligation.agency_id

    @property
    def params(self) -> dict[str, Any]:
        """What the statements of an acceptance refer to by name."""
        return {
            "version": self.version.pk,
            "agency": self.agency_id,
            "entry": self.entry.pk,
            "now": self.entry.recorded_at,
            "round": self.round.pk,
            "case": self.round.case_id,
        }

    def rows(self, target: Target) -> str:
        """SQL of the accepted rows (r), to stand behind FROM."""
        items = "" if self.whole else f"JOIN reviews_item i ON {ITEM_OF_ROW} AND NOT i.returned"
        return f"""{target.rows} r
            JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s {items}"""

    def draw_settled(self, cursor: CursorWrapper, target: Target) -> None:
        """settled_<kind>(row_id, thing_id): rows of the version that an earlier round let in, where they stand."""
        cursor.execute(f"DROP TABLE IF EXISTS settled_{target.kind}")
        cursor.execute(
            f"""CREATE TEMP TABLE settled_{target.kind} ON COMMIT DROP AS
                SELECT r.id AS row_id, b.thing_id FROM {target.rows} r
                JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
                JOIN ({accepted_before(target)}) b ON b.key = r.key
                JOIN {target.things} t ON t.id = b.thing_id
                WHERE t.life = 'live' AND t.reporting_agency_id = %(agency)s
                  AND NOT EXISTS (SELECT FROM reviews_item i WHERE i.round_id = %(round)s AND i.key = r.key)
                {"" if self.again else "LIMIT 0"}""",
            self.params,
        )
        if self.again:
            cursor.execute(f"ANALYZE settled_{target.kind}")
