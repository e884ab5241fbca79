"""Communication's API, below /api/v1/<tenant>/<initiative>/."""

from django.urls import path

from comms.api.records import ActionsAPI, DecisionsAPI, MeetingsAPI

urlpatterns = [
    path("meetings/", MeetingsAPI.as_view(), name="meetings"),
    path("decisions/", DecisionsAPI.as_view(), name="decisions"),
    path("actions/", ActionsAPI.as_view(), name="actions"),
]
