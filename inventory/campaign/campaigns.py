"""Surveys and who owes a report in them (plan, chapter four (一) and Attachment 3): the office's part of the intake.

Every service locks the campaign first and writes the journal last.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from agencies.models import Agency, Person
from audit import journal
from audit.failures import Conflict, Invalid, require

from ..exported.export_rules import EXPORT_RULES
from ..models import Campaign, Obligation, Submission
from ..permissions import may_manage_campaigns
from ..registering.checks import DECLARATIONS, REGISTRY_RULES

NAMED = 5
"""At most so many agencies are named in a sentence."""
REFUSED = "只有领导小组办公室可以设置轮次。"


@dataclass(frozen=True)
class Terms:
    """What a survey is called, what it covers, from which day it runs and when reports are due (aware time)."""

    name: str
    scope: str
    opens_on: dt.date
    due_at: dt.datetime

    def told(self) -> dict[str, Any]:
        """As plain text for the journal."""
        return {
            "name": self.name,
            "scope": self.scope,
            "opens_on": self.opens_on.isoformat(),
            "due_at": timezone.localtime(self.due_at).isoformat(),
        }


def template_version() -> str:
    """The version of the official form, of both sheets where they differ."""
    return "/".join(dict.fromkeys(sheet.version for sheet in DECLARATIONS.values()))


def rule_version() -> str:
    """The form's version and a digest of every rule's code, columns and severity."""
    rules = [rule for sheet in DECLARATIONS.values() for rule in sheet.rules.values()]
    rules += [rule for table in (REGISTRY_RULES, EXPORT_RULES) for found in table.values() for rule in found]
    told = json.dumps(sorted([rule.code, list(rule.keys), rule.severity] for rule in rules))
    return f"{template_version()}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"[:20]


def default_roster() -> QuerySet[Agency]:
    """Whom Attachment 3 names: the 23 townships, the zone and the 12 departments, the police among them."""
    return Agency.objects.filter(active=True, duties__isnull=False).distinct()


def create(by: Person, terms: Terms, agency_ids: Collection[int]) -> Campaign:
    """Open a survey with its roster, judged by today's form and rules. Raises Invalid for terms that cannot be."""
    require(may_manage_campaigns(by), REFUSED)
    terms = _sound(terms)
    with transaction.atomic():
        if not agency_ids:
            raise Invalid("请至少选择一个应报单位。")
        campaign = Campaign(template_version=template_version(), rule_version=rule_version())
        _write(campaign, terms, new_due=True)
        added = _enlist(campaign, agency_ids)
        journal.record(
            by,
            "campaign.created",
            campaign,
            **terms.told(),
            template=campaign.template_version,
            rules=campaign.rule_version,
            agencies=[agency.code for agency in added],
        )
    return campaign


def change(by: Person, campaign_id: int, terms: Terms) -> Campaign:
    """Change name, scope, first day or due time of an open survey; nothing is recorded when nothing differs."""
    terms = _sound(terms)
    with transaction.atomic():
        campaign = _locked(by, campaign_id)
        before = Terms(campaign.name, campaign.scope, campaign.opens_on, campaign.due_at).told()
        changed = {key: [before[key], value] for key, value in terms.told().items() if before[key] != value}
        if changed:
            _write(campaign, terms, new_due="due_at" in changed)
            journal.record(by, "campaign.changed", campaign, changed=changed)
    return campaign


def add_agencies(by: Person, campaign_id: int, agency_ids: Collection[int]) -> int:
    """Let these agencies owe a report too; return how many did not before."""
    with transaction.atomic():
        campaign = _locked(by, campaign_id)
        if not agency_ids:
            raise Invalid("请先勾选要加入的单位。")
        added = _enlist(campaign, agency_ids)
        if added:
            journal.record(by, "campaign.roster_added", campaign, agencies=[agency.code for agency in added])
    return len(added)


def remove_agencies(by: Person, campaign_id: int, agency_ids: Collection[int]) -> int:
    """Release these agencies; return how many owed. Raises Conflict when one of them has begun to report."""
    with transaction.atomic():
        campaign = _locked(by, campaign_id)
        if not agency_ids:
            raise Invalid("请先勾选要移出的单位。")
        owed = list(
            campaign.obligations.select_for_update(of=("self",))
            .select_related("agency")
            .filter(agency__in=agency_ids)
            .order_by("agency__position", "agency__code")
        )
        begun = set(Submission.objects.filter(obligation__in=owed).values_list("obligation_id", flat=True))
        if begun:
            names = _names([one.agency for one in owed if one.pk in begun])
            raise Conflict(f"{names}已有填报记录，不能移出名单。请取消勾选后再移出其他单位。")
        if owed and len(owed) == campaign.obligations.count():
            raise Conflict("名单里至少要留一个应报单位。")
        Obligation.objects.filter(pk__in=[one.pk for one in owed]).delete()
        if owed:
            journal.record(by, "campaign.roster_removed", campaign, agencies=[one.agency.code for one in owed])
    return len(owed)


def close(by: Person, campaign_id: int) -> Campaign:
    """No new report may be begun; those under way go on to their end."""
    with transaction.atomic():
        campaign = _locked(by, campaign_id)
        # Whoever is just beginning a report holds its obligation: wait, so that the count below is the true one.
        list(campaign.obligations.select_for_update().order_by("pk").values_list("pk", flat=True))
        under_way = Submission.objects.filter(obligation__campaign=campaign, state__in=Submission.OPEN_STATES).count()
        Campaign.objects.filter(pk=campaign.pk, closed_at__isnull=True).update(closed_at=Now())
        campaign.refresh_from_db()
        journal.record(by, "campaign.closed", campaign, under_way=under_way)
    return campaign


def reopen(by: Person, campaign_id: int) -> Campaign:
    """Let reports be begun again, for a unit that found something late (补报)."""
    with transaction.atomic():
        campaign = _locked(by, campaign_id, closed=True)
        Campaign.objects.filter(pk=campaign.pk, closed_at__isnull=False).update(closed_at=None)
        campaign.refresh_from_db()
        journal.record(by, "campaign.reopened", campaign)
    return campaign


def _locked(by: Person, campaign_id: int, *, closed: bool = False) -> Campaign:
    """Lock the campaign: 403 unless the person may, 409 unless it is open (or, for reopening, closed)."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    require(may_manage_campaigns(by), REFUSED)
    if closed and campaign.closed_at is None:
        raise Conflict("这一轮正在进行，不用重新开放。")
    if not closed:
        refuse_closed(campaign)
    return campaign


def refuse_closed(campaign: Campaign) -> None:
    """Raise Conflict for a survey that is closed."""
    if campaign.closed_at is not None:
        raise Conflict("这一轮已经关闭，不能再改。确需修改的，请先重新开放。")


def _sound(terms: Terms) -> Terms:
    """The terms with their blanks trimmed. Raises Invalid."""
    name, scope = " ".join(terms.name.split()), terms.scope.strip()
    longest = Campaign._meta.get_field("name").max_length or 0
    if not 2 <= len(name) <= longest:
        raise Invalid(f"请填写轮次名称，2 到 {longest} 个字，例如“2022年第一次梳理”。")
    if not scope:
        raise Invalid("请写明这一轮的范围，填报单位据此判断报什么。")
    if timezone.localdate(terms.due_at) < terms.opens_on:
        raise Invalid("截止时间早于开始日期，请检查两个日期。")
    return Terms(name, scope, terms.opens_on, terms.due_at)


def _write(campaign: Campaign, terms: Terms, *, new_due: bool) -> None:
    """Save the terms. Raises Invalid for a name that is taken, and for a new due time that the database finds past."""
    campaign.name, campaign.scope = terms.name, terms.scope
    campaign.opens_on, campaign.due_at = terms.opens_on, terms.due_at
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError:
        raise Invalid(f"已有一个轮次叫“{terms.name}”，请换一个名称。") from None
    if new_due and Campaign.objects.filter(pk=campaign.pk, due_at__lte=Now()).exists():
        raise Invalid("截止时间已经过去，请改为以后的时间。")


def _enlist(campaign: Campaign, agency_ids: Collection[int]) -> list[Agency]:
    """Make the obligations that are not there yet; return their agencies. Raises Invalid for an unknown one."""
    wanted = set(agency_ids)
    agencies = list(Agency.objects.filter(pk__in=wanted, active=True).order_by("position", "code"))
    if len(agencies) != len(wanted):
        raise Invalid("所选单位里有已停用或不存在的，请刷新页面重新勾选。")
    there = set(campaign.obligations.filter(agency__in=wanted).values_list("agency_id", flat=True))
    added = [agency for agency in agencies if agency.pk not in there]
    Obligation.objects.bulk_create(Obligation(campaign=campaign, agency=agency) for agency in added)
    return added


def _names(agencies: list[Agency]) -> str:
    told = "、".join(agency.short_name for agency in agencies[:NAMED])
    return told if len(agencies) <= NAMED else f"{told}等 {len(agencies)} 个单位"
