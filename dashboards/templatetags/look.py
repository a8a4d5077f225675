"""Tags and filters that every template may use without loading them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import QueryDict
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.template.loader_tags import BlockNode
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboards import badges
from sheets import gb28181
from sheets.kinds.places import place_kinds, townships

register = template.Library()

STEPS = (
    ("upload", "上传"),
    ("check", "核对"),
    ("scan", "盖章"),
    ("submit", "提交"),
    ("review", "双审"),
    ("registered", "入库"),
)
"""The way of a report, as every page of it shows it."""
ZERO_STEPS = (
    ("upload", "写明理由"),
    ("scan", "盖章"),
    ("submit", "提交"),
    ("review", "双审"),
    ("registered", "办结"),
)
"""The way of a zero report: there is no sheet to check and nothing to register."""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Bootstrap icon. Decoration unless `label` gives it a meaning of its own."""
    if label:
        return format_html('<i class="bi bi-{}" role="img" aria-label="{}" title="{}"></i>', name, label, label)
    return format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def badge(state: str, word: str = "") -> SafeString:
    """`{% badge submission.state %}`: icon and word of a state; `word` replaces the word only."""
    shown = badges.badge_for(str(state), word)
    return format_html('<span class="state {}">{}{}</span>', shown.tone, icon(shown.icon), shown.word)


@register.simple_tag
def code20(value: str | None) -> SafeString:
    """A 20-digit code in its segments. Hovering and screen readers get the meaning; a copied code has no spaces."""
    text = value or ""
    if not text:
        return format_html('<span class="muted">{}</span>', "未编码")
    if not gb28181.is_code(text):
        return format_html('<span class="code20 is-odd">{}</span>', text)
    parts = gb28181.decode(text)
    meaning = "；".join(f"{digits} {segment}：{says}" for digits, segment, says in parts.explain())
    return format_html(
        '<span class="code20" title="{}"><span>{}</span><span>{}</span><span class="seg-type">{}</span>'
        '<span>{}</span><span>{}</span></span><span class="visually-hidden">（{}）</span>',
        meaning, text[:8], parts.industry, parts.type, parts.network, parts.serial, meaning,
    )  # fmt: skip


@register.simple_tag
def empty(title: str, hint: str = "", symbol: str = "inbox") -> SafeString:
    """Nothing to show: what is not here, and what usually comes next."""
    return format_html(
        '<div class="empty">{}<p class="empty-title">{}</p>{}</div>',
        icon(symbol), title, format_html("<p>{}</p>", hint) if hint else "",
    )  # fmt: skip


@register.inclusion_tag("components/steps.html")
def steps(at: str, done: bool = False, zero: bool = False) -> dict[str, Any]:
    """The steps of a report with `at` as the present one; `done` ticks that one too; `zero` for a zero report.

    ValueError when `at` is not a key of STEPS, or of ZERO_STEPS for a zero report.
    """
    way = ZERO_STEPS if zero else STEPS
    here = [key for key, _ in way].index(at)
    return {
        "steps": [
            {"label": label, "done": number < here or (done and number == here), "now": number == here and not done}
            for number, (_, label) in enumerate(way)
        ]
    }


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """`?...` of this page with some parameters changed; None or "" drops one. Any change but `page` leads to page 1."""
    request = context.get("request")
    params = request.GET.copy() if request else QueryDict(mutable=True)
    if "page" not in changes:
        params.pop("page", None)
    for key, value in changes.items():
        if value is None or value == "":
            params.pop(key, None)
        elif isinstance(value, list | tuple):
            params.setlist(key, [str(one) for one in value])
        else:
            params[key] = str(value)
    return "?" + params.urlencode()


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], unit: str = "条") -> dict[str, Any]:
    """Count and links of a Django `Page`; the filters of the address are kept."""
    return {
        "page": page,
        "unit": unit,
        "request": context.get("request"),
        "numbers": list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)),
        "gap": page.paginator.ELLIPSIS,
    }


@register.filter
def moment(value: dt.datetime | dt.date | None) -> SafeString | str:
    """今天 14:20, 8月22日, 2025年8月22日, as a <time> whose title says the whole. Blank for None."""
    if not value:
        return ""
    today = timezone.localdate()
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        day, clock = local.date(), f"{local:%H:%M}"
        whole = f"{day.year}年{day.month}月{day.day}日 {clock}"
    else:
        day, clock = value, ""
        whole = f"{day.year}年{day.month}月{day.day}日"
    if day == today:
        shown = f"今天 {clock}".strip()
    elif day.year == today.year:
        shown = f"{day.month}月{day.day}日"
    else:
        shown = f"{day.year}年{day.month}月{day.day}日"
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), whole, shown)


@register.filter
def thousands(value: float | Decimal | None) -> str:
    """12,345; decimals as they are; an en dash for None."""
    if value is None or value == "":
        return "–"
    return f"{value:,}"


@register.filter
def division(code: str | None) -> str:
    """The name of a township by its 9-digit code; the code itself when there is none of it."""
    return townships().get(code or "", code or "")


@register.filter
def place(code: str | None) -> str:
    """The name of a kind of place by its code."""
    return place_kinds().get(code or "", code or "")


@register.filter
def field_anchor(field: BoundField) -> str:
    """The id that an error summary leads to: the control, or the group where the field is several controls."""
    return field.id_for_label or f"div_{field.auto_id}"


class Again(template.Node):
    """Renders a block of this page a second time, so that a title is written once."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: Context) -> str:
        return BlockNode(self.name, NodeList()).render(context)


@register.tag
def again(parser: Parser, token: Token) -> Again:
    """`{% again title %}`: the content of the block `title` once more."""
    parts = token.split_contents()
    if len(parts) != 2:
        raise template.TemplateSyntaxError("again takes the name of one block")
    return Again(parts[1])
