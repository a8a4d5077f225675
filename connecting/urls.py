from django.urls import path, re_path

from . import capacity_views, views
from .acts import ACTS

KIND = "(?P<kind>camera|platform)"

urlpatterns = [
    path("connecting/", views.overview, name="connecting"),
    path("connecting/county/", capacity_views.county_platform, name="county_platform"),
    path("connecting/county/capacity/", capacity_views.capacity_add, name="capacity_add"),
    path("connecting/county/province/", capacity_views.province_add, name="province_add"),
    path("connecting/platform/", views.listing, {"kind": "platform"}, name="connecting_platforms"),
    path("connecting/camera/", views.listing, {"kind": "camera"}, name="connecting_cameras"),
    re_path(rf"^connecting/{KIND}/(?P<pk>[0-9]{{1,18}})/$", views.thing, name="connecting_thing"),
    *(
        re_path(rf"^connecting/{KIND}/{act.key}/$", views.act, {"key": act.key}, name=f"connecting_{act.key}")
        for act in ACTS
    ),
]
