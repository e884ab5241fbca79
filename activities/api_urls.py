"""The activities' API, below /api/v1/<tenant>/<initiative>/."""

from django.urls import path

from activities.api.gaps import GapsAPI

urlpatterns = [
    path("gaps/", GapsAPI.as_view(), name="gaps"),
]
