"""The copy of the journal outside the database: each entry one line of JSON in a file of its month.

The line is written inside the transaction, under the lock of the chain's head and before the commit: an entry in the
table stands in the copy, too. Where the line cannot be written nothing is done at all (Unavailable). What was rolled
back after it leaves a line without an entry; after each commit a second, short line confirms the entry, so that the
copy itself tells what came to be from what did not (copies.py). One open, one write at the end, one close for each
line: processes never mix their lines, and a disk that went away is noticed at once.
"""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .chain import told
from .failures import Unavailable
from .models import Entry

log = logging.getLogger(__name__)
SUFFIX = ".jsonl"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write(entry: Entry) -> None:
    """Put the entry into the copy, and confirm it once the transaction is committed. Nothing when there is no copy.

    Raises Unavailable; the innermost transaction is then beyond saving, whoever may catch the exception.
    """
    folder = settings.AUDIT_SINK
    if folder is None:
        return
    path = folder / f"{timezone.localtime(entry.at):%Y-%m}{SUFFIX}"
    try:
        _append(path, _line(told(entry) | {"hash": entry.hash}), sync=settings.AUDIT_SINK_SYNC)
    except OSError as error:
        transaction.set_rollback(True)
        log.critical("the journal's copy in %s cannot be written, so nothing is done: %s", folder, error)
        raise Unavailable(
            "审计日志的副本暂时写不进去，为了留痕，这次操作没有进行，什么也没有改变。请稍后再试，并告知系统管理员。",
            full=error.errno in _NO_ROOM,
        ) from error
    mark = _line({"confirmed": entry.seq, "hash": entry.hash})

    def confirm() -> None:
        _append(path, mark)

    # Should it fail, the next confirmation covers this entry, too.
    transaction.on_commit(confirm, robust=True)


def _append(path: Path, line: bytes, *, sync: bool = False) -> None:
    """Add one line; what a full disk cut short before is closed first. Raises OSError."""
    if path.parent.is_relative_to(settings.VAR_DIR):
        # Our own place is made. A place that was named must be there: it may be a disk that is not mounted.
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = b"\n" + line
        if os.write(handle, line) < len(line):
            raise OSError(errno.ENOSPC, "the line was cut short", str(path))
        if sync:
            os.fdatasync(handle)
            if not size:
                _sync_folder(path.parent)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """A new file is kept only when its folder knows it for good."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _line(said: Mapping[str, Any]) -> bytes:
    """JSON in one line. Signs that cannot be seen are spelt out: no text forges a line, on a screen neither (T32)."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)
    return text.encode() + b"\n"
