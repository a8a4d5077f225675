from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("progress/", views.progress, name="progress"),
    path("progress/units/", views.progress_units, name="progress_units"),
    path("progress/rows/", views.progress_rows, name="progress_rows"),
]
