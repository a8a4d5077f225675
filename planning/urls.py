from django.urls import path

from . import assumption_views, carrying_views, search_views, spread_views, views
from .document import views as document

urlpatterns = [
    path("planning/", views.proposals, name="proposals"),
    path("planning/search/", search_views.planning_search, name="planning_search"),
    path("planning/search/<int:pk>/", search_views.planning_search_state, name="planning_search_state"),
    path("planning/gaps/", spread_views.planning_gaps, name="planning_gaps"),
    path("planning/gaps/unplaced/", spread_views.planning_unplaced, name="planning_unplaced"),
    path("planning/gaps/leased/", spread_views.planning_leased, name="planning_leased"),
    path("planning/document/", document.plan_issues, name="plan_issues"),
    path("planning/document/make/", document.plan_issue_make, name="plan_issue_make"),
    path("planning/document/<int:number>/", document.plan_issue, name="plan_issue"),
    path("planning/document/<int:number>/state/", document.plan_issue_state, name="plan_issue_state"),
    path("planning/document/<int:number>/file/", document.plan_issue_file, name="plan_issue_file"),
    path("planning/document/<int:number>/print/", document.plan_issue_print, name="plan_issue_print"),
    path("planning/document/<int:number>/<slug:code>/file/", document.plan_part_file, name="plan_part_file"),
    path("planning/document/<int:number>/<slug:code>/print/", document.plan_part_print, name="plan_part_print"),
    path("planning/assumptions/", assumption_views.plan_assumptions, name="plan_assumptions"),
    path("planning/assumptions/<slug:key>/", assumption_views.plan_assumption, name="plan_assumption"),
    path("planning/make/", search_views.proposal_make, name="proposal_make"),
    path("planning/<int:pk>/", views.proposal, name="proposal"),
    path("planning/<int:pk>/amend/", views.proposal_amend, name="proposal_amend"),
    path("planning/<int:pk>/ask/", views.proposal_ask, name="proposal_ask"),
    path("planning/<int:pk>/answer/", views.proposal_answer, name="proposal_answer"),
    path("planning/<int:pk>/questions/", views.proposal_answer_question, name="proposal_answer_question"),
    path("planning/<int:pk>/hand-over/", views.proposal_hand_over, name="proposal_hand_over"),
    path("planning/<int:pk>/withdraw/", views.proposal_withdraw, name="proposal_withdraw"),
    path("planning/<int:pk>/dismiss/", views.proposal_dismiss, name="proposal_dismiss"),
    path("planning/<int:pk>/resume/", views.proposal_resume, name="proposal_resume"),
    path("planning/<int:pk>/tasks/<int:task_pk>/begin/", carrying_views.carrying_begin, name="carrying_begin"),
    path("planning/<int:pk>/tasks/<int:task_pk>/report/", carrying_views.carrying_report, name="carrying_report"),
    path("planning/<int:pk>/tasks/<int:task_pk>/confirm/", carrying_views.carrying_confirm, name="carrying_confirm"),
    path("planning/<int:pk>/tasks/<int:task_pk>/object/", carrying_views.carrying_object, name="carrying_object"),
    path("planning/<int:pk>/tasks/<int:task_pk>/evidence/", carrying_views.carrying_evidence, name="carrying_evidence"),
]
