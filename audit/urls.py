from django.urls import path

from . import views

urlpatterns = [
    path("journal/", views.journal, name="journal"),
    path("journal/verify/", views.journal_verify, name="journal_verify"),
]
