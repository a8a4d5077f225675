from django.urls import path

from . import views

urlpatterns = [
    path("platforms/", views.platforms, name="platforms"),
    path("platforms/views/save/", views.platform_view_save, name="platform_view_save"),
    path("platforms/views/remove/", views.platform_view_remove, name="platform_view_remove"),
    path("platforms/export.<str:form>", views.platform_export, name="platform_export"),
    path("platforms/<int:pk>/", views.platform, name="platform"),
]
