"""Names of townships and kinds of place by code: small tables that are read once a minute, not once a row."""

from __future__ import annotations

import time

from agencies.models import Division, PlaceKind

KEEP_SECONDS = 60.0


class Names:
    """code -> name of a reference table, kept for KEEP_SECONDS; an unknown code is shown as it is."""

    def __init__(self, model: type[Division] | type[PlaceKind]) -> None:
        self.model = model
        self.forget()

    def forget(self) -> None:
        self._names: dict[str, str] = {}
        self._read_at = float("-inf")

    def __call__(self, code: str) -> str:
        if not code:
            return ""
        if time.monotonic() - self._read_at > KEEP_SECONDS:
            self._names = {}
            self._read_at = time.monotonic()
        if code not in self._names:
            self._names.update(self.model._default_manager.values_list("code", "name"))
        return self._names.setdefault(code, code)


division = Names(Division)
place_kind = Names(PlaceKind)


def forget() -> None:
    """Read afresh at the next question."""
    division.forget()
    place_kind.forget()
