"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from comms.views import (
    actions,
    announcements,
    bringing,
    calendars,
    decisions,
    finding,
    meetings,
    nudges,
    outbox,
    pre_reads,
    pulses,
    sessions,
    talk,
)

app_name = "comms"
urlpatterns = [
    path("meetings/", meetings.listed, name="meeting-list"),
    path("meetings/new/", meetings.new, name="meeting-new"),
    path("meetings/bring-in/", bringing.bring_in, name="meeting-bring-in"),
    path("meetings/calendar/", calendars.feed_page, name="feed"),
    path("meetings/<int:meeting>/", meetings.meeting, name="meeting"),
    path("meetings/<int:meeting>/edit/", meetings.edit, name="meeting-edit"),
    path("meetings/<int:meeting>/session/", sessions.session, name="session"),
    path("meetings/<int:meeting>/close/", sessions.session_close, name="session-close"),
    path("meetings/<int:meeting>/pre-read/<int:number>/", pre_reads.pre_read, name="pre-read"),
    path("meetings/<int:meeting>/meeting.ics", calendars.meeting_file, name="meeting-file"),
    path("decisions/", decisions.listed, name="decision-list"),
    path("decisions/new/", decisions.new, name="decision-new"),
    path("decisions/<int:number>/", decisions.decision, name="decision"),
    path("actions/", actions.listed, name="action-list"),
    path("actions/new/", actions.new, name="action-new"),
    path("actions/<int:number>/", actions.action, name="action"),
    path("announcements/", announcements.listed, name="announcement-list"),
    path("announcements/<int:announcement>/", announcements.announcement, name="announcement"),
    path("pulses/", pulses.listed, name="pulse-list"),
    path("pulses/<int:pulse>/", pulses.pulse, name="pulse"),
    path("find/", finding.find, name="find"),
    path("comes-back/", finding.comes_back, name="comes-back"),
    path("talk/", talk.listed, name="talk-list"),
    path("talk/<str:about>/", talk.thread, name="talk"),
    path("talk/<str:about>/<str:partner>/", talk.thread, name="talk-partner"),
    path("outbox/", outbox.mail_list, name="mail-list"),
    path("outbox/<int:mail>/", outbox.mail, name="mail"),
    path("outbox/<int:mail>/html/", outbox.mail_html, name="mail-html"),
    path("outbox/<int:mail>/again/", outbox.mail_again, name="mail-again"),
    path("outbox/addresses/<int:address>/again/", outbox.address_again, name="address-again"),
    path("nudges/<str:partner>/<month:period>/", nudges.nudge, name="nudge"),
]
