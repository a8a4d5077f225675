"""Colours can be read, and the styles stay within what Chromium 90 and the content security policy know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = sorted((settings.BASE_DIR / "static/css").glob("*.css"))
JS = sorted((settings.BASE_DIR / "static/js").glob("*.js"))
TOKENS = (settings.BASE_DIR / "static/css/tokens.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", TOKENS))
TONES = ("neutral", "progress", "attention", "good", "bad", "zero")


def luminance(colour: str) -> float:
    """WCAG 2 relative luminance of #rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two tokens."""
    light, dark = sorted((luminance(COLOURS[one]), luminance(COLOURS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_the_standard_does() -> None:
    COLOURS["white-probe"], COLOURS["black-probe"], COLOURS["grey-probe"] = "#ffffff", "#000000", "#767676"
    assert contrast("white-probe", "black-probe") == pytest.approx(21)
    assert contrast("white-probe", "grey-probe") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        *[(f"{tone}-ink", f"{tone}-tint") for tone in TONES],
        *[(f"{tone}-ink", "paper") for tone in TONES],
        *[(ink, ground) for ink in ("ink", "ink-2", "ink-3", "act", "act-strong") for ground in ("paper", "ground")],
        *[(ink, "sunk") for ink in ("ink", "ink-2", "ink-3", "act-strong")],
        *[(ink, "act-soft") for ink in ("ink", "ink-2", "act-strong")],
        ("bar-ink", "bar-ground"),
        ("bar-ink-2", "bar-ground"),
        ("bar-ink", "bar-line"),
        ("paper", "act"),
        ("paper", "act-strong"),
        ("paper", "good-ink"),
        ("paper", "bad-ink"),
    ],
)
def test_text_can_be_read(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("line", ["line-control", "focus"])
def test_controls_and_focus_can_be_seen(line: str) -> None:
    assert contrast(line, "paper") >= 3
    assert contrast(line, "ground") >= 3


def uncommented(path: Path) -> str:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"^\s*//.*$", "", text, flags=re.M) if path.suffix == ".js" else text


TOO_NEW_CSS = (
    r":has\(|@container|@layer|color-mix\(|@property|\b\d*dvh\b|text-wrap:|accent-color|subgrid|@scope|oklch\("
)
TOO_NEW_JS = (
    r"\.at\(|structuredClone|findLast|Object\.hasOwn|\.toSorted|\.groupBy|static \{|navigator\.clipboard|crypto\.subtle"
)


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_css_is_for_chromium_90(path: Path) -> None:
    text = uncommented(path)
    assert not re.findall(TOO_NEW_CSS, text)
    depth, nested = 0, []
    for number, line in enumerate(text.splitlines(), 1):
        if depth and re.match(r"\s*(&|\.|#|>)", line) and "{" in line and not re.match(r"\s*\.\d", line):
            nested.append(number)
        opened = line.count("{") - line.count("}")
        # Only the at-rules that hold rules may hold them.
        if not (depth == 0 and re.match(r"\s*@(media|supports)", line)):
            depth += opened
    assert not nested
    assert "url(http" not in text


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_every_variable_is_declared(path: Path) -> None:
    declared = set(re.findall(r"(--[a-z0-9-]+)\s*:", "".join(uncommented(one) for one in CSS)))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", uncommented(path)))
    assert {name for name in used - declared if not name.startswith("--bs-")} == set()


@pytest.mark.parametrize("path", JS, ids=lambda path: path.name)
def test_scripts_are_for_chromium_90_and_a_strict_policy(path: Path) -> None:
    text = uncommented(path)
    assert not re.findall(TOO_NEW_JS, text)
    assert not re.findall(r"\beval\(|new Function|innerHTML\s*=|insertAdjacentHTML|document\.write|https?://", text)


@pytest.mark.parametrize("path", [*CSS, *JS], ids=lambda path: path.name)
def test_one_idea_a_file(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def styled(name: str, known: set[str]) -> bool:
    """Whether a style knows the class; of `heat-{{ n }}` only the beginning can be seen."""
    return name in known or (name.endswith("-") and any(one.startswith(name) for one in known))


def test_every_class_of_a_template_is_styled() -> None:
    styles = "".join(path.read_text(encoding="utf-8") for path in CSS)
    styles += "".join(path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "static/vendor").glob("*.css"))
    known = set(re.findall(r"\.([A-Za-z][\w-]*)", styles))
    unknown: dict[str, str] = {}
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        source = re.sub(r"\{[%{#].*?[#%}]\}|<svg\b.*?</svg>", " ", path.read_text(encoding="utf-8"), flags=re.S)
        for classes in re.findall(r'\sclass="([^"]*)"', source):
            unknown |= {name: path.name for name in classes.split() if not styled(name, known)}
    assert unknown == {}
