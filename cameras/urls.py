from django.urls import path

from . import views

urlpatterns = [
    path("cameras/", views.cameras, name="cameras"),
    path("cameras/export.<str:form>", views.camera_export, name="camera_export"),
    path("cameras/<int:pk>/", views.camera, name="camera"),
    path("poles/", views.poles, name="poles"),
    path("poles/export.<str:form>", views.pole_export, name="pole_export"),
    path("poles/<int:pk>/", views.pole, name="pole"),
]
