"""Keeping originals: the bytes first, then the row, so that a row never lacks its file."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from .models import StoredFile

if TYPE_CHECKING:
    from agencies.models import Person

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
}


_written: ContextVar[list[Path] | None] = ContextVar("_written", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Around a transaction: originals stored inside are taken off the disk again when it does not come to be."""
    written: list[Path] = []
    token = _written.set(written)
    try:
        yield
    except (OperationalError, InterfaceError):
        # The answer to the COMMIT may be what was lost; a file too many is harmless, a row without its file is not.
        raise
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    finally:
        _written.reset(token)


def keep_too(path: Path) -> None:
    """Let a file beside an original (its preview) share its fate; see `keeping`."""
    written = _written.get()
    if written is not None:
        written.append(path)


def store(
    chunks: Iterable[bytes], *, kind: StoredFile.Kind, name: str, suffix: str, agency_id: int, by: Person
) -> StoredFile:
    """Write an original under a name of ours and return its row, inside the caller's transaction.

    `suffix` is the sniffed kind ("xlsx", "pdf"), never the extension that the user's file name carries.
    """
    identity = uuid.uuid4()
    path = f"{kind}/{timezone.localdate():%Y/%m}/{identity}.{suffix}"
    digest, size = hashlib.sha256(), 0
    full = Path(default_storage.path(path))
    full.parent.mkdir(parents=True, exist_ok=True)
    keep_too(full)
    with full.open("xb") as out:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    full.chmod(0o440)
    return StoredFile.objects.create(
        id=identity,
        kind=kind,
        name=name,
        path=path,
        media_type=MEDIA_TYPES[suffix],
        sha256=digest.hexdigest(),
        size=size,
        agency_id=agency_id,
        uploaded_by=by,
    )
