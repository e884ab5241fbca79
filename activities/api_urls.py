"""This condition's API, below /api/v1/<tenant>/<initiative>/."""

from django.urls import path

from activities.api.gaps import GapsAPI
from activities.api.insights import DeliveryAPI, HandOffAPI, HandOffsAPI, MoneyAPI, NetworkAPI
from activities.api.register import ActivitiesAPI, ActivityAPI, WordsAPI

urlpatterns = [
    path("activities/", ActivitiesAPI.as_view(), name="activities"),
    path("activities/<slug:activity>/", ActivityAPI.as_view(), name="activity"),
    path("hand-offs/", HandOffsAPI.as_view(), name="hand-offs"),
    path("hand-offs/<slug:giver>/<slug:taker>/", HandOffAPI.as_view(), name="hand-off"),
    path("hand-offs/<slug:giver>/<slug:taker>/<str:asked_on>/", DeliveryAPI.as_view(), name="delivery"),
    path("network/", NetworkAPI.as_view(), name="network"),
    path("money/", MoneyAPI.as_view(), name="money"),
    path("gaps/", GapsAPI.as_view(), name="gaps"),
    path("words/", WordsAPI.as_view(), name="words"),
]
