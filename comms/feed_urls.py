"""The address that calendar programs ask, outside every tenant's pages: whoever holds it need not sign in."""

from django.urls import path

from comms.views import calendars

urlpatterns = [path("<token:token>/meetings.ics", calendars.feed, name="calendar-feed")]
