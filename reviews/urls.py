from django.urls import path

from . import acts, bulk_views, delegation_views, motion_views, queue_views, record_views, views

urlpatterns = [
    *delegation_views.urlpatterns,
    *motion_views.urlpatterns,
    *queue_views.urlpatterns,
    *record_views.urlpatterns,
    path("reviews/<int:pk>/", views.review, name="review"),
    path("reviews/<int:pk>/rows/", views.review_rows, name="review_rows"),
    path("reviews/<int:pk>/row/", views.review_row, name="review_row"),
    path("reviews/<int:pk>/places/", views.review_places, name="review_places"),
    path("reviews/<int:pk>/colleagues/", views.review_colleagues, name="review_colleagues"),
    path("reviews/<int:pk>/pass/", acts.review_pass, name="review_pass"),
    path("reviews/<int:pk>/return/", acts.review_return, name="review_return"),
    path("reviews/<int:pk>/question/", acts.review_question, name="review_question"),
    path("reviews/<int:pk>/bulk/", bulk_views.review_bulk, name="review_bulk"),
    path("reviews/<int:pk>/sample/", acts.review_sample, name="review_sample"),
    path("reviews/<int:pk>/close/", acts.review_close, name="review_close"),
]
