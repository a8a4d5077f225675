"""Where every address leads; each app brings its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("dashboards.urls")),
    path("", include("agencies.urls")),
    path("", include("audit.urls")),
    path("", include("notices.urls")),
    path("", include("inventory.urls")),
    path("", include("reviews.urls")),
    path("", include("planning.urls")),
    path("", include("connecting.urls")),
    path("", include("platforms.urls")),
    path("", include("cameras.urls")),
]

handler400 = "jinzhai_video.errors.bad_request"
handler403 = "jinzhai_video.errors.forbidden"
handler404 = "jinzhai_video.errors.not_found"
handler500 = "jinzhai_video.errors.failed"
