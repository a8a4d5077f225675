from django.urls import path

from . import heads_views, views

urlpatterns = [
    path("journal/", views.journal, name="journal"),
    path("journal/export.<str:form>", views.journal_export, name="journal_export"),
    path("journal/verify/", views.journal_verify, name="journal_verify"),
    path("journal/heads/", heads_views.journal_heads, name="journal_heads"),
    path("journal/heads/export.<str:form>", heads_views.journal_heads_export, name="journal_heads_export"),
]
