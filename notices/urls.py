from django.urls import path

from . import views

urlpatterns = [
    path("notices/", views.inbox, name="notices"),
    path("notices/read/", views.read_all, name="notices_read_all"),
    path("notices/addresses/", views.addresses, name="notice_addresses"),
    path("notices/<int:pk>/open/", views.notice_open, name="notice_open"),
]
