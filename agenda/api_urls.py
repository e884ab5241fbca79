"""The agenda's API, below /api/v1/<tenant>/<initiative>/."""

from django.urls import path

from agenda.api.document import AgendaAPI, LearningAPI
from agenda.api.systems import MapAPI

urlpatterns = [
    path("agenda/", AgendaAPI.as_view(), name="agenda"),
    path("learning/", LearningAPI.as_view(), name="learning"),
    path("map/", MapAPI.as_view(), name="map"),
]
