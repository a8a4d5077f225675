"""How much this process grew while something hostile was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALLOWED_MIB = 200
_STATUS = Path("/proc/self/status")


@contextmanager
def stays_small(allowed_mib: int = ALLOWED_MIB) -> Iterator[None]:
    """Fail when the peak of resident memory inside the block exceeds what it was at the start by `allowed_mib`."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _kib("VmRSS")
    yield
    grown = (_kib("VmHWM") - before) / 1024
    assert grown < allowed_mib, f"grew by {grown:.0f} MiB"


def _kib(field: str) -> int:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise AssertionError(f"no {field} in {_STATUS}")
