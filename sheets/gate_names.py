"""A file's name as the sender gave it: made safe to show, and its ending judged."""

from __future__ import annotations

import re
import unicodedata

_MAX_NAME = 120
_MAX_ENDING = 10
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9]|CONIN\$|CONOUT\$)", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*;]')
_UNNAMED = "未命名"


def safe_name(name: str) -> str:
    """A name fit for display and for a download's suggestion, never for a path on this server.

    Only the last path component; no control, format (bidi override, zero width) or private characters; characters that
    Windows or a header would trip over become `_`; at most 120 characters with the ending kept.
    """
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    text = "".join(" " if ch.isspace() else ch for ch in text)
    text = "".join(ch for ch in text if unicodedata.category(ch) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    text = _NOT_IN_NAMES.sub("_", " ".join(text.split())).strip(" .")
    stem, dot, ending = text.rpartition(".")
    if not dot or not stem or len(ending) > _MAX_ENDING:
        stem, dot, ending = text, "", ""
    if _RESERVED.fullmatch(stem.split(".", 1)[0].strip()):
        stem = "_" + stem
    stem = stem[: _MAX_NAME - len(dot) - len(ending)].rstrip(" .") or _UNNAMED
    return stem + dot + ending


def ending_of(safe: str) -> str:
    """Lower-case ending of a safe name without the dot; "" without one. 全角 letters count as their plain forms."""
    stem, dot, ending = unicodedata.normalize("NFKC", safe).lower().rpartition(".")
    return ending.strip() if dot and stem else ""
