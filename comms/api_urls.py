"""Communication's API, below /api/v1/<tenant>/<initiative>/."""

from django.urls import path

from comms.api.minutes import MinutesAPI
from comms.api.records import ActionsAPI, DecisionsAPI, MeetingsAPI
from comms.api.writing import ActionAPI, DecisionAPI, MeetingAPI

urlpatterns = [
    path("meetings/", MeetingsAPI.as_view(), name="meetings"),
    path("meetings/<int:meeting>/", MeetingAPI.as_view(), name="meeting"),
    path("meetings/<int:meeting>/minutes/", MinutesAPI.as_view(), name="minutes"),
    path("decisions/", DecisionsAPI.as_view(), name="decisions"),
    path("decisions/<int:number>/", DecisionAPI.as_view(), name="decision"),
    path("actions/", ActionsAPI.as_view(), name="actions"),
    path("actions/<int:number>/", ActionAPI.as_view(), name="action"),
]
