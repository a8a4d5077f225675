"""Where a registered value came from. What knows it (intake, review) stands above and registers a provider here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Reviewer(NamedTuple):
    """One side's decision: 数据局 or 公安局, the post that decided, and when."""

    side: str
    post: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """The way of one registered version back to its cells.

    `cells`: column key -> A1 address, only of cells that said something. `url` leads to the submission, "" where
    there is nothing to open. `said`: where the version came from no row but from what the unit said of a thing that its
    survey left out, that sentence; file, sheet and row are blank then. `waivers`: rules set aside for the row.
    """

    campaign: str
    agency: str
    submission_id: int
    submission_number: int
    version_number: int
    file_name: str
    sha256: str
    sheet: str
    row: int
    cells: Mapping[str, str] = field(default_factory=dict)
    reviewers: Sequence[Reviewer] = ()
    recorded_at: datetime
    url: str = ""
    said: str = ""
    waivers: Sequence[str] = ()


Provider = Callable[[str, int, int | None], Lineage | None]
_providers: list[Provider] = []


def register_source(provider: Provider) -> None:
    """Let `provider(model_label, ledger_entry_id, source_row_id)` tell where a version came from; None: not known."""
    if provider not in _providers:
        _providers.append(provider)


def source_of(model_label: str, ledger_entry_id: int, source_row_id: int | None) -> Lineage | None:
    """The lineage of a version of "cameras.camera", "cameras.pole" or "platforms.platform"; None when nobody knows."""
    for provider in _providers:
        found = provider(model_label, ledger_entry_id, source_row_id)
        if found is not None:
            return found
    return None
