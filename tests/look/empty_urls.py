"""A site with one page only."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def progress(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("progress/", progress, name="progress")]
