from django.urls import path

from . import views
from .map import views as map_views

urlpatterns = [
    path("", views.home, name="home"),
    path("progress/", views.progress, name="progress"),
    path("progress/units/", views.progress_units, name="progress_units"),
    path("progress/rows/", views.progress_rows, name="progress_rows"),
    path("map/", map_views.county_map, name="map"),
    path("map/cells", map_views.map_cells, name="map_cells"),
    path("map/picked/", map_views.map_picked, name="map_picked"),
]
