from django.urls import path

from . import views

urlpatterns = [
    path("cameras/", views.cameras, name="cameras"),
    path("cameras/views/save/", views.camera_view_save, name="camera_view_save"),
    path("cameras/views/remove/", views.camera_view_remove, name="camera_view_remove"),
    path("cameras/export.<str:form>", views.camera_export, name="camera_export"),
    path("cameras/<int:pk>/", views.camera, name="camera"),
    path("poles/", views.poles, name="poles"),
    path("poles/views/save/", views.pole_view_save, name="pole_view_save"),
    path("poles/views/remove/", views.pole_view_remove, name="pole_view_remove"),
    path("poles/export.<str:form>", views.pole_export, name="pole_export"),
    path("poles/<int:pk>/", views.pole, name="pole"),
]
