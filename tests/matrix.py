"""What every route answers to everybody, declared: no test of its own, the table that they read."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("clerk", "colleague", "stranger", "data", "police", "office", "leader", "sysadmin", "secadmin", "auditor")
BUSINESS = ("data", "police", "office", "leader")
ADMINISTRATORS = ("sysadmin", "secadmin", "auditor")
OK, GONE, NO = {200}, {404}, {403}
ACTED = {302, 409, 422}
"""The person may; an empty form or the state of the thing stops it, or it was done."""


@dataclass(frozen=True)
class Rule:
    """What each role gets; `otherwise` for the roles not named. Anonymous is always sent to the log-in."""

    method: str
    otherwise: set[int]
    named: dict[str, set[int]]
    open_to_all: bool = False

    def expected(self, role: str) -> set[int]:
        return self.named.get(role, self.otherwise)


def rule(method: str, otherwise: set[int], *groups: tuple[tuple[str, ...] | str, set[int]]) -> Rule:
    named: dict[str, set[int]] = {}
    for roles, codes in groups:
        for role in (roles,) if isinstance(roles, str) else roles:
            named[role] = codes
    return Rule(method, otherwise, named)


CLERKS = ("clerk", "colleague", "stranger")
EVERYBODY = rule("get", OK)
REPORT_LIST = rule("get", OK, (ADMINISTRATORS, NO))
REPORT = rule("get", OK, ("stranger", GONE), (ADMINISTRATORS, GONE))
REPORT_ACT = rule("post", NO, (("clerk", "colleague", "office"), ACTED), ("stranger", GONE), (ADMINISTRATORS, GONE))
REPORT_FORM = rule(
    "get", NO, (("clerk", "colleague", "office"), {200, 409}), ("stranger", GONE), (ADMINISTRATORS, GONE)
)
CHANGE_FORM = rule("get", NO, (("clerk", "colleague"), {302, 409}), ("stranger", GONE), (ADMINISTRATORS, GONE))
CHANGE_ACT = rule("post", NO, (("clerk", "colleague"), ACTED), ("stranger", GONE), (ADMINISTRATORS, GONE))
REGISTRY_LIST = rule("get", OK, (ADMINISTRATORS, NO))
REGISTRY_VIEW = rule("post", {422}, (ADMINISTRATORS, NO))
REGISTRY_ONE = rule("get", OK, ("stranger", GONE), (ADMINISTRATORS, NO))
REVIEWERS = rule("get", NO, (BUSINESS, OK))
REVIEW_ONE = rule("get", NO, (BUSINESS, OK), ("stranger", {403, 404}))
REVIEW_ACT = rule(
    "post", NO, (("data", "police"), ACTED), ("stranger", {403, 404}), (("clerk", "colleague"), {403, 404})
)
REVIEW_FORM = rule("get", NO, (("data", "police"), {200, 409}), ("stranger", GONE))
WAIVER_ASK = rule("get", NO, (("clerk", "colleague", "office"), {409}), ("stranger", GONE), (ADMINISTRATORS, GONE))
WAIVER_ACT = rule("post", NO, (("data", "police"), ACTED), ("stranger", GONE), (ADMINISTRATORS, GONE))
CAMPAIGN_READ = rule("get", NO, (("office", "data"), OK))
CAMPAIGN_EDIT = rule("get", NO, ("office", OK))
CAMPAIGN_ACT = rule("post", NO, ("office", ACTED))
PEOPLE = rule("get", NO, (("sysadmin", "secadmin"), OK))
ACCOUNTS = rule("post", NO, ("sysadmin", ACTED))
SECURITY = rule("post", NO, ("secadmin", ACTED))

OFFICE_ON_ONE = rule("post", NO, ("office", ACTED), ("stranger", GONE))
OWNER_ON_ONE = rule("post", NO, (("clerk", "colleague"), ACTED), ("stranger", GONE))

MATRIX: dict[str, Rule] = {
    "home": EVERYBODY,
    "login": Rule("get", {200, 302}, {}, open_to_all=True),
    "logout": rule("post", {302}),
    "password_change": EVERYBODY,
    "guide": EVERYBODY,
    "guide_sheet": EVERYBODY,
    "guide_rules": EVERYBODY,
    "progress": REGISTRY_LIST,
    "progress_units": REGISTRY_LIST,
    "progress_rows": REGISTRY_LIST,
    "map": REGISTRY_LIST,
    "map_cells": REGISTRY_LIST,
    "map_picked": REGISTRY_LIST,
    "people": PEOPLE,
    "person_add": rule("get", NO, ("sysadmin", OK)),
    "person": PEOPLE,
    "person_active": ACCOUNTS,
    "person_password": ACCOUNTS,
    "person_roles": SECURITY,
    "unlock": SECURITY,
    "journal": rule("get", NO, ("auditor", OK)),
    "journal_export": rule("get", NO, ("auditor", OK)),
    "journal_verify": rule("get", NO, ("auditor", OK)),
    "journal_heads": rule("get", NO, ("auditor", OK)),
    "journal_heads_export": rule("get", NO, ("auditor", OK)),
    "notices": EVERYBODY,
    "notices_read_all": rule("post", {422}),
    "notice_addresses": EVERYBODY,
    "notice_open": rule("post", GONE, ("clerk", {302})),
    "campaigns": CAMPAIGN_READ,
    "campaign": CAMPAIGN_READ,
    "campaign_add": CAMPAIGN_EDIT,
    "campaign_edit": CAMPAIGN_EDIT,
    "campaign_roster_add": CAMPAIGN_ACT,
    "campaign_roster_remove": CAMPAIGN_ACT,
    "campaign_close": CAMPAIGN_ACT,
    "campaign_reopen": CAMPAIGN_ACT,
    "submissions": REPORT_LIST,
    "template": REPORT_LIST,
    "submission": REPORT,
    "submission_missing": REPORT,
    "submission_missing_mark": REPORT_ACT,
    "submission_progress": REPORT,
    "grid": REPORT,
    "grid_rows": REPORT,
    "grid_status": REPORT,
    "grid_changes": REPORT_ACT,
    "grid_replace": REPORT_ACT,
    "grid_fixes": REPORT_ACT,
    "grid_remove": REPORT_ACT,
    "grid_undo": REPORT_ACT,
    "source_file": REPORT,
    "source_file_findings": REPORT,
    "source_file_annotated": REPORT,
    "source_file_compared": REPORT,
    "submission_settle": REPORT_ACT,
    "source_file_annotated_state": REPORT,
    "entry": REPORT,
    "submission_recheck": rule("get", {204}, ("stranger", GONE), (ADMINISTRATORS, GONE)),
    "entry_start": REPORT_ACT,
    "entry_add": REPORT_FORM,
    "entry_row": REPORT_FORM,
    "entry_remove": REPORT_ACT,
    "stamp_page": REPORT,
    "original": REPORT,
    "scan_tick": WAIVER_ACT,
    "submission_scan": REPORT,
    "submission_scan_file": REPORT,
    "submission_start": REPORT_ACT,
    "submission_upload": REPORT_ACT,
    "submission_zero": REPORT_ACT,
    "submission_scan_upload": REPORT_ACT,
    "submission_submit": REPORT_ACT,
    "submission_discard": REPORT_ACT,
    "submission_withdraw": REPORT_ACT,
    "submission_answer": rule("post", {422}, ("stranger", GONE), (ADMINISTRATORS, GONE)),
    "submission_undone": REPORT,
    "source_file_remove": REPORT_ACT,
    "source_file_cancel": REPORT_ACT,
    "platform_export_list": REPORT,
    "platform_export_missing": REPORT,
    "platform_export_upload": REPORT_ACT,
    "platform_export_remove": REPORT_ACT,
    "changes": REPORT_LIST,
    "change_request": REPORT,
    "change_evidence": REPORT,
    "change_ask": CHANGE_FORM,
    "change_mend": CHANGE_FORM,
    "change_withdraw": CHANGE_ACT,
    "change_give_up": CHANGE_ACT,
    "change_answer": rule("post", {422}, ("stranger", GONE), (ADMINISTRATORS, GONE)),
    "waivers": REPORT_LIST,
    "waiver": REPORT,
    "waiver_ask": WAIVER_ASK,
    "waiver_grant": WAIVER_ACT,
    "waiver_refuse": WAIVER_ACT,
    "waiver_revoke": WAIVER_ACT,
    "review_queue": REVIEWERS,
    "review": REVIEW_ONE,
    "review_rows": REVIEW_ONE,
    "review_row": REVIEW_ONE,
    "review_places": REVIEW_ONE,
    "review_colleagues": REVIEW_ONE,
    "review_pass": REVIEW_ACT,
    "review_return": REVIEW_ACT,
    "review_question": REVIEW_ACT,
    "review_bulk": REVIEW_FORM,
    "review_sample": REVIEW_ACT,
    "review_close": REVIEW_ACT,
    "delegations": rule("get", NO, (("data", "police"), OK)),
    "delegate": rule("post", NO, (("data", "police"), ACTED)),
    "delegation_revoke": rule("post", GONE, ("data", ACTED)),
    "review_motion": REVIEW_ONE,
    "review_move": REVIEW_ACT,
    "review_record": rule("get", OK, ("stranger", GONE), (ADMINISTRATORS, NO)),
    "review_motion_answer": REVIEW_ACT,
    "review_motion_take_back": REVIEW_ACT,
    "proposals": REGISTRY_LIST,
    "planning_search": rule("get", NO, ("office", OK)),
    "planning_search_state": rule("get", NO, ("office", OK)),
    "planning_gaps": REVIEWERS,
    "planning_unplaced": REVIEWERS,
    "planning_leased": REVIEWERS,
    "proposal_make": rule("get", NO, ("office", OK)),
    "proposal": REGISTRY_ONE,
    "proposal_amend": OFFICE_ON_ONE,
    "proposal_ask": OFFICE_ON_ONE,
    "proposal_answer": OWNER_ON_ONE,
    "proposal_answer_question": OFFICE_ON_ONE,
    "proposal_hand_over": OFFICE_ON_ONE,
    "proposal_withdraw": OFFICE_ON_ONE,
    "proposal_dismiss": OFFICE_ON_ONE,
    "proposal_resume": OFFICE_ON_ONE,
    "carrying_begin": OWNER_ON_ONE,
    "carrying_report": OWNER_ON_ONE,
    "carrying_confirm": OFFICE_ON_ONE,
    "carrying_object": OFFICE_ON_ONE,
    "carrying_evidence": REGISTRY_ONE,
    "plan_issues": REGISTRY_LIST,
    "plan_issue_make": rule("post", NO, ("office", ACTED)),
    "plan_issue": REGISTRY_ONE,
    "plan_issue_state": rule("get", NO, (BUSINESS, OK), ("stranger", GONE)),
    "plan_issue_file": rule("get", NO, (BUSINESS, OK), ("stranger", GONE)),
    "plan_issue_print": rule("get", NO, (BUSINESS, OK), ("stranger", GONE)),
    "plan_part_file": REGISTRY_ONE,
    "plan_part_print": REGISTRY_ONE,
    "plan_assumptions": REGISTRY_LIST,
    "plan_assumption": rule("post", NO, ("office", ACTED)),
    "connecting": REGISTRY_LIST,
    "connecting_platforms": REGISTRY_LIST,
    "connecting_cameras": REGISTRY_LIST,
    "connecting_thing": REGISTRY_ONE,
    "connecting_state": rule("get", NO, (("clerk", "colleague", "office"), OK), ("stranger", GONE)),
    "connecting_plan": rule("get", NO),
    "connecting_decide": rule("get", NO, ("office", OK)),
    "connecting_file": rule("get", NO, (("clerk", "colleague", "office"), OK), ("stranger", GONE)),
    "connecting_sign": rule("get", NO, (("clerk", "colleague", "office"), OK), ("stranger", GONE)),
    "connecting_confirm": rule("get", NO, ("police", OK)),
    "connecting_refuse": rule("get", NO, ("police", OK)),
    "county_platform": REGISTRY_LIST,
    "capacity_add": rule("post", NO, (("data", "police", "office"), {422})),
    "province_add": rule("post", NO, (("data", "police", "office"), {422})),
    "cameras": REGISTRY_LIST,
    "camera_view_save": REGISTRY_VIEW,
    "camera_view_remove": REGISTRY_VIEW,
    "pole_view_save": REGISTRY_VIEW,
    "pole_view_remove": REGISTRY_VIEW,
    "platform_view_save": REGISTRY_VIEW,
    "platform_view_remove": REGISTRY_VIEW,
    "camera_export": REGISTRY_LIST,
    "camera": REGISTRY_ONE,
    "poles": REGISTRY_LIST,
    "pole_export": REGISTRY_LIST,
    "pole": REGISTRY_ONE,
    "platforms": REGISTRY_LIST,
    "platform_export": REGISTRY_LIST,
    "platform": REGISTRY_ONE,
}
