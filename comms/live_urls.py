"""The address that the page of a running meeting asks, outside every tenant's pages: it says whether something happened."""

from django.urls import path

from comms.views import live

urlpatterns = [path("<str:seal>/", live.live, name="live")]
