"""From a registered version back to submission, file, sheet, row, cells, changes on screen, and both reviewers."""

from __future__ import annotations

from registry.lineage import Lineage, Ref, register_co_reporters, register_sources

from .co_reports import co_reporters_of
from .sources import sources_of

__all__ = ["register", "source_of", "sources_of"]


def source_of(model_label: str, ledger_entry_id: int, source_row_id: int | None) -> Lineage | None:
    """The whole lineage of one version; None when the ledger does not know it."""
    ref = Ref(ledger_entry_id, source_row_id)
    return sources_of(model_label, [ref], None, ref).get(ref)


def register() -> None:
    register_sources(sources_of)
    register_co_reporters(co_reporters_of)
