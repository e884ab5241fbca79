"""This condition's API, below /api/v1/<tenant>/<initiative>/."""

from django.urls import path

from activities.api.gaps import GapsAPI
from activities.api.register import ActivitiesAPI, ActivityAPI, WordsAPI

urlpatterns = [
    path("activities/", ActivitiesAPI.as_view(), name="activities"),
    path("activities/<slug:activity>/", ActivityAPI.as_view(), name="activity"),
    path("gaps/", GapsAPI.as_view(), name="gaps"),
    path("words/", WordsAPI.as_view(), name="words"),
]
