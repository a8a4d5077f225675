"""What the unit has registered and its survey does not mention: which things, what was said of each, what is open.

A thing counts as mentioned by a staged row of the version that means it, and by anything accepted of the same
obligation, be it of this submission's earlier rounds: a row or a mark. Once the submission was reopened its own earlier
marks are open to change again, those too that ended a thing or gave it away, while that is what stands. Everything here
reads or takes marks back; `marking` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from ..models import MissingMark, ReportKind, Submission, Version
from ..registering.targets import CAMERA, PLATFORM, TARGETS, Target

UNITS = {"camera": "台已登记的摄像机", "platform": "个已登记的平台"}
KEYS = {"camera": "-2 * m.thing_id", "platform": "-2 * m.thing_id - 1"}
"""SQL of a mark's key among a review's items: below zero, where no staged row's is; the same in every version."""
HASH = """encode(sha256(convert_to(concat_ws(E'\\n', m.kind, m.thing_id, m.mark, coalesce(m.to_agency_id, 0), m.note),
          'UTF8')), 'hex')"""
"""SQL of a mark's content: what it is said of, and what is said."""


ACCEPTED_MARK = """SELECT FROM inventory_version v JOIN inventory_version a ON a.submission_id = v.submission_id
                   JOIN inventory_ledgerentry e ON e.version_id = a.id AND e.kind = 'acceptance'
                   JOIN reviews_round d ON d.id = e.round_id AND d.undone_at IS NULL
                   JOIN reviews_item i ON i.round_id = d.id AND NOT i.returned
                   WHERE v.id = m.version_id AND i.key = m.item_key AND i.hash = m.row_hash"""
"""SQL of the item with which the very same mark (m) was accepted in an earlier round of its submission."""


_THIS = "(SELECT this.submission_id FROM inventory_version this WHERE this.id = %(version)s)"
_REOPENED = """EXISTS (SELECT FROM reviews_motion g WHERE g.case_id = d.case_id AND g.kind = 'reopen'
                       AND g.answer = 'agreed' AND g.answered_at > d.ended_at)"""
"""SQL: the case was given back to the unit after the round (d) had ended."""
KEY_TAKEN = {
    "camera": "EXISTS (SELECT FROM cameras_camera o WHERE o.life = 'live' AND o.id <> t.id AND o.code = t.code)",
    "platform": """EXISTS (SELECT FROM platforms_platform o WHERE o.life = 'live' AND o.id <> t.id AND (
                     o.code = t.code OR o.code IS NULL AND t.code IS NULL
                     AND o.reporting_agency_id = %(agency)s AND o.name_key = t.name_key))""",
}
"""SQL: what only one live thing may have, the thing (t) could not have again as one of %(agency)s."""


def _own(target: Target) -> str:
    return f"SELECT t.id FROM {target.things} t WHERE t.life = 'live' AND t.reporting_agency_id = %(agency)s"


def _spoken_for(target: Target) -> str:
    """SQL: things that a mark of this submission ended or gave away, and that stand as it left them; reopened since."""
    return f"""SELECT t.id FROM inventory_missingmark m JOIN inventory_version a ON a.id = m.version_id
               JOIN {target.versions} w ON w.source_row_id = -m.id AND w.recorded_to IS NULL
               JOIN inventory_ledgerentry e ON e.id = w.ledger_entry_id
               JOIN reviews_round d ON d.id = e.round_id AND d.undone_at IS NULL
               JOIN {target.things} t ON t.id = w.{target.thing_id}
               WHERE a.submission_id = {_THIS} AND m.kind = '{target.kind}' AND {_REOPENED}
                 AND NOT {KEY_TAKEN[target.kind]}"""


def unmentioned(target: Target) -> str:
    """A subquery (id) of the live things of %(agency)s that nothing mentions in %(version)s or, accepted, beside it.

    With them what this submission's own marks ended or gave away, once it was reopened.
    """
    accepted = """inventory_ledgerentry e JOIN reviews_round d ON d.id = e.round_id AND d.undone_at IS NULL
                  JOIN inventory_version a ON a.id = e.version_id
                  JOIN inventory_submission s ON s.id = a.submission_id AND e.kind = 'acceptance'
                   AND s.obligation_id = (SELECT o.obligation_id FROM inventory_version v
                                          JOIN inventory_submission o ON o.id = v.submission_id
                                          WHERE v.id = %(version)s)"""
    staged = f"{target.rows} r JOIN inventory_sourcefile f ON f.id = r.source_file_id"
    return f"""({_own(target)} UNION ALL {_spoken_for(target)}) EXCEPT (
        SELECT r.match_id FROM {staged} WHERE f.version_id = %(version)s AND r.match_id IS NOT NULL
        UNION ALL SELECT coalesce(r.match_id, became.{target.thing_id})
        FROM {accepted} JOIN inventory_sourcefile f ON f.version_id = a.id
        JOIN {target.rows} r ON r.source_file_id = f.id
        JOIN reviews_item i ON i.round_id = e.round_id AND i.key = r.key AND i.hash = r.row_hash AND NOT i.returned
        LEFT JOIN {target.versions} became ON r.match_id IS NULL AND became.source_row_id = r.id
        UNION ALL SELECT m.thing_id FROM {accepted} JOIN inventory_missingmark m ON m.version_id = a.id
        JOIN reviews_item i ON i.round_id = e.round_id AND i.key = m.item_key AND i.hash = m.row_hash AND NOT i.returned
        WHERE m.kind = '{target.kind}' AND NOT (a.submission_id = {_THIS} AND {_REOPENED}))"""


def inlined(target: Target, version: Version, agency_id: int) -> str:
    """`unmentioned` of this version with its numbers filled in, for use inside a queryset."""
    return unmentioned(target) % {"version": int(version.pk), "agency": int(agency_id)}


def owns_any(agency_id: int) -> bool:
    """Whether the agency has anything live at all: in a first survey nothing more need be asked."""
    found = " UNION ALL ".join(f"({_own(target)} LIMIT 1)" for target in TARGETS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({found})", {"agency": agency_id})
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True)
class Tally:
    """How many things of one kind the survey leaves out, and of how many nothing has been said yet."""

    kind: str
    total: int
    open: int

    @property
    def marked(self) -> int:
        return self.total - self.open

    @property
    def unit(self) -> str:
        return UNITS[self.kind]


def tallies(version: Version, agency_id: int) -> list[Tally]:
    """Cameras, then platforms, each kind that the version leaves something out of; empty when nothing is missing."""
    if not owns_any(agency_id) and not has_marks(version):
        return []
    found = []
    with connection.cursor() as cursor:
        for target in (CAMERA, PLATFORM):
            cursor.execute(
                f"""SELECT count(*), count(*) FILTER (WHERE m.id IS NULL) FROM ({unmentioned(target)}) left_out
                    LEFT JOIN inventory_missingmark m
                      ON m.version_id = %(version)s AND m.kind = %(kind)s AND m.thing_id = left_out.id""",
                {"version": version.pk, "agency": agency_id, "kind": target.kind},
            )
            total, unsaid = cursor.fetchone()
            if total:
                found.append(Tally(target.kind, total, unsaid))
    return found


def obstacle(submission: Submission, version: Version) -> str:
    """The sentence that stands in the way of submitting while something left out has no word; "" when all have."""
    told = tallies(version, submission.obligation.agency_id)
    if submission.kind == ReportKind.ZERO:
        if not told:
            return ""
        parts = "和 ".join(f"{each.total} {each.unit}" for each in told)
        return f"本单位名下还有 {parts}，不能报零报告。请作废它，改报清单，并逐台说明去向（拆除、移交等）。"
    parts = "和 ".join(f"{each.open} {each.unit}" for each in told if each.open)
    return f"还有 {parts}没有出现在表里，请逐台说明。" if parts else ""


def has_marks(version: Version) -> bool:
    """Whether the version says anything of what its rows leave out."""
    return MissingMark.objects.filter(version=version).exists()


def void(version_id: int, agency_id: int) -> int:
    """Take back the marks of a draft on what is mentioned by now, or is no longer the agency's; how many there were.

    A mark that stands accepted stays: the version still holds everything that was said.
    """
    marked = set(MissingMark.objects.filter(version_id=version_id).values_list("kind", flat=True).distinct())
    gone = 0
    with connection.cursor() as cursor:
        for target in TARGETS:
            if target.kind in marked:
                cursor.execute(
                    f"""DELETE FROM inventory_missingmark m WHERE m.version_id = %(version)s AND m.kind = %(kind)s
                        AND NOT EXISTS (SELECT FROM ({unmentioned(target)}) left_out WHERE left_out.id = m.thing_id)
                        AND NOT EXISTS ({ACCEPTED_MARK})""",
                    {"version": version_id, "agency": agency_id, "kind": target.kind},
                )
                gone += cursor.rowcount
    return gone


def copy(old: Version, new: Version) -> None:
    """What was said in one version stands in the next."""
    columns = ", ".join(
        str(field.column) for field in MissingMark._meta.concrete_fields if field.column not in ("id", "version_id")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO inventory_missingmark (version_id, {columns})
                SELECT %s, {columns} FROM inventory_missingmark WHERE version_id = %s""",
            [new.pk, old.pk],
        )
