"""Every code that the source records has its Chinese wording."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from audit.actions import ACTIONS, FACTS, OBJECTS, fact_lines, fact_text

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"[a-z]+\.[a-z_]+")
RECORDERS = {"record", "_record"}
PREFIXES = {code.split(".")[0] for code in ACTIONS}


def sources() -> Iterator[Path]:
    """The apps' own modules that know the journal."""
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent == ROOT:
            yield from (file for file in folder.rglob("*.py") if "migrations" not in file.parts)
    yield from (ROOT / "registry").rglob("*.py")


def recorded(tree: ast.Module) -> Iterator[str]:
    """Second arguments of calls to `record`, and whatever looks like a code with a known first word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in RECORDERS:
                yield from literals(node.args[1])
        if isinstance(node, ast.Constant) and CODE.fullmatch(text := str(node.value)):
            yield from {text} if text.split(".", maxsplit=1)[0] in PREFIXES else ()


def literals(node: ast.expr) -> Iterator[str]:
    """The codes an expression may be; `.*` stands for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in node.values)


def test_every_recorded_code_has_its_wording() -> None:
    labels = {model._meta.label_lower for model in apps.get_models()}
    missing: dict[str, str] = {}
    for file in sources():
        text = file.read_text(encoding="utf-8")
        if "journal" not in text or file.name == "actions.py":
            continue
        for code in recorded(ast.parse(text)):
            if code not in labels and not any(code == known or re.fullmatch(code, known) for known in ACTIONS):
                missing[code] = str(file.relative_to(ROOT))
    assert missing == {}, "say these in audit/actions.py"


def test_the_search_finds_codes() -> None:
    """So that the test above cannot pass by finding nothing."""
    source = (
        'journal.record(by, "a.b" if x else "c.d", obj)\njournal.record(by, f"{kind}s.e", obj)\nx = "submission.zzz"'
    )
    assert set(recorded(ast.parse(source))) == {"a.b", "c.d", r".*s\.e", "submission.zzz"}
    services = next(file for file in sources() if file.match("agencies/services.py"))
    assert {"person.created", "role.granted"} <= set(recorded(ast.parse(services.read_text(encoding="utf-8"))))


def test_objects_are_models() -> None:
    assert set(OBJECTS) <= {model._meta.label_lower for model in apps.get_models()}


@pytest.mark.parametrize("words", [ACTIONS, OBJECTS, FACTS], ids=["actions", "objects", "facts"])
def test_words_are_chinese(words: dict[str, str]) -> None:
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+", word) for word in words.values())


def test_facts_in_words() -> None:
    assert fact_lines({"role": "clerk", "locked": True, "agencies": ["a", "b"], "changed": {"limit": "idle"}}) == [
        ("角色", "填报员"),
        ("锁定期间", "是"),
        ("单位", "a、b"),
        ("变动", "时限：长时间未操作"),
    ]
    assert fact_text("") == fact_text(None) == fact_text([]) == "（空）"
    assert fact_text(0) == "0"
    assert fact_text("a\n\x1b[31m\u202eb") == "a\\u000a\\u001b[31m\\u202eb"


def test_every_fact_named_in_the_source_has_its_wording() -> None:
    missing: dict[str, str] = {}
    for file in sources():
        text = file.read_text(encoding="utf-8")
        if "journal" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in RECORDERS:
                named = {word.arg for word in node.keywords if word.arg}
                missing |= dict.fromkeys(named - {"agency_id"} - set(FACTS), str(file.relative_to(ROOT)))
    assert missing == {}, "say these in FACTS of audit/actions.py"
