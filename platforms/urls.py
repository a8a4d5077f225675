from django.urls import path

from . import views

urlpatterns = [
    path("platforms/", views.platforms, name="platforms"),
    path("platforms/export.<str:form>", views.platform_export, name="platform_export"),
    path("platforms/<int:pk>/", views.platform, name="platform"),
]
