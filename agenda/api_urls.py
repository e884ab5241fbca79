"""The agenda's API, below /api/v1/<tenant>/<initiative>/."""

from django.urls import path

from agenda.api.systems import MapAPI

urlpatterns = [
    path("map/", MapAPI.as_view(), name="map"),
]
