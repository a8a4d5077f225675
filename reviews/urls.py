from django.urls import path

from . import views

urlpatterns = [
    path("reviews/", views.review_queue, name="review_queue"),
    path("reviews/<int:pk>/", views.review, name="review"),
    path("reviews/<int:pk>/pass/", views.review_pass, name="review_pass"),
    path("reviews/<int:pk>/return/", views.review_return, name="review_return"),
    path("reviews/<int:pk>/close/", views.review_close, name="review_close"),
]
