"""What may not stand in a template: see `problems`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Node, NodeList, Template
from django.template.defaulttags import URLNode
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

INLINE: Final = (
    (re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.I), "a script without src"),
    (re.compile(r"<style\b", re.I), "a style element"),
    (re.compile(r"<[a-z][^>]*\sstyle\s*=", re.I), "a style attribute"),
    (re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I), "an on… handler"),
    (re.compile(r"<[a-z][^>]*\s(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.I), "a javascript: address"),
    (re.compile(r"<[a-z][^>]*\shx-on\b", re.I), "an hx-on handler"),
    (re.compile(r"<[a-z][^>]*\s(?:href|src)\s*=\s*[\"']?(?:https?:)?//", re.I), "an address outside this site"),
)
"""What the content security policy would refuse in silence."""
_COMMENT: Final = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}", re.S)
_TAG: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the template (relative to its folder), the line, and what."""

    template: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.template}:{self.line}: {self.what}"


def problems(folder: Path, engine: DjangoTemplates | None = None) -> list[Problem]:
    """Everything wrong in the templates under `folder`, a template folder of the engine (default: the settings').

    A template must compile (tags, filters and what it extends or includes exist), hold nothing inline, and name only
    URLs that exist; `{% url … as name %}` may name one that does not.
    """
    engine = engine or _engine()
    names = url_names(get_resolver())
    found: list[Problem] = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        source = path.read_text(encoding="utf-8")
        found += [Problem(name, line, what) for line, what in inline(source)]
        found += _compiled(name, engine, names)
    return found


def inline(source: str) -> Iterator[tuple[int, str]]:
    """(line, what) for everything inline. Template tags are blanked first, so that their contents do not count."""
    text = _TAG.sub(_blank, _COMMENT.sub(_blank, source))
    for pattern, what in INLINE:
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.end()) + 1, what


def url_names(resolver: URLResolver, prefix: str = "") -> frozenset[str]:
    """Every name that `{% url %}` may say, with namespaces."""
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            found |= url_names(pattern, space)
        elif pattern.name:
            found.add(prefix + pattern.name)
    return frozenset(found)


def _engine() -> DjangoTemplates:
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)  # noqa: S101 - for the type checker
    return engine


def _compiled(name: str, engine: DjangoTemplates, names: frozenset[str]) -> Iterator[Problem]:
    try:
        compiled = engine.get_template(name).template
    except TemplateSyntaxError as error:
        token = getattr(error, "token", None)
        yield Problem(name, token.lineno if token else 1, str(error))
        return
    for node in _nodes(compiled):
        yield from _judge(name, node, engine, names)


def _judge(name: str, node: Node, engine: DjangoTemplates, names: frozenset[str]) -> Iterator[Problem]:
    line = node.token.lineno or 1 if node.token else 1
    if isinstance(node, URLNode) and not node.asvar:
        said = node.view_name.var
        if isinstance(said, str) and said not in names:
            yield Problem(name, line, f"no URL is named {said}")
    if isinstance(node, ExtendsNode | IncludeNode):
        named = node.parent_name if isinstance(node, ExtendsNode) else node.template
        target = getattr(named, "var", None)
        if isinstance(target, str):
            try:
                engine.get_template(target)
            except TemplateSyntaxError:
                pass  # said where that template is judged
            except TemplateDoesNotExist:
                yield Problem(name, line, f"no template is named {target}")


def _nodes(template: Template) -> Iterator[Node]:
    """Every node, however deep; Django's own walk leaves out the branches of some tags."""
    waiting: list[Node] = list(template.nodelist)
    while waiting:
        node = waiting.pop()
        yield node
        for value in vars(node).values():
            if isinstance(value, NodeList):
                waiting.extend(value)
        for _, branch in getattr(node, "conditions_nodelists", ()):
            waiting.extend(branch)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
