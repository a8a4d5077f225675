from django.urls import path

from . import campaign_views as views

urlpatterns = [
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/add/", views.campaign_add, name="campaign_add"),
    path("campaigns/<int:pk>/", views.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", views.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:pk>/roster/add/", views.campaign_roster_add, name="campaign_roster_add"),
    path("campaigns/<int:pk>/roster/remove/", views.campaign_roster_remove, name="campaign_roster_remove"),
    path("campaigns/<int:pk>/close/", views.campaign_close, name="campaign_close"),
    path("campaigns/<int:pk>/reopen/", views.campaign_reopen, name="campaign_reopen"),
]
