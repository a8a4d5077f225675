from django.urls import path

from . import downloads, guide, outcome_views, question_views, reading, views
from .campaign import campaign_urls
from .changing import asking, pages
from .entering import entry_views
from .exported import platform_export_views
from .leftout import missing_views
from .onscreen import grid
from .paper import papers
from .waiving import waiver_views
from .workbook import annotated_views, compare_views

urlpatterns = [
    *annotated_views.urlpatterns,
    *asking.urlpatterns,
    *campaign_urls.urlpatterns,
    *compare_views.urlpatterns,
    *entry_views.urlpatterns,
    *grid.urlpatterns,
    *missing_views.urlpatterns,
    *outcome_views.urlpatterns,
    *pages.urlpatterns,
    *papers.urlpatterns,
    *question_views.urlpatterns,
    *reading.urlpatterns,
    *platform_export_views.urlpatterns,
    *waiver_views.urlpatterns,
    path("submissions/", views.submissions, name="submissions"),
    path("obligations/<int:pk>/start/", views.submission_start, name="submission_start"),
    path("submissions/<int:pk>/", views.submission, name="submission"),
    path("submissions/<int:pk>/upload/", views.submission_upload, name="submission_upload"),
    path("submissions/<int:pk>/zero/", views.submission_zero, name="submission_zero"),
    path("submissions/<int:pk>/scan/", views.submission_scan_upload, name="submission_scan_upload"),
    path("submissions/<int:pk>/submit/", views.submission_submit, name="submission_submit"),
    path("submissions/<int:pk>/discard/", views.submission_discard, name="submission_discard"),
    path("submissions/<int:pk>/files/<int:file_pk>/", downloads.source_file, name="source_file"),
    path("submissions/<int:pk>/files/<int:file_pk>/remove/", views.source_file_remove, name="source_file_remove"),
    path("submissions/<int:pk>/files/<int:file_pk>/findings/", views.source_file_findings, name="source_file_findings"),
    path("submissions/<int:pk>/versions/<int:number>/scan.png", downloads.submission_scan, name="submission_scan"),
    path(
        "submissions/<int:pk>/versions/<int:number>/scan/", downloads.submission_scan_file, name="submission_scan_file"
    ),
    path("guide/", guide.guide, name="guide"),
    path("guide/rules/", guide.guide_rules, name="guide_rules"),
    path("guide/<slug:kind>/", guide.guide_sheet, name="guide_sheet"),
    path("templates/<slug:kind>.xlsx", downloads.template, name="template"),
]
