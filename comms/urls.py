"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from comms.views import nudges, outbox

app_name = "comms"
urlpatterns = [
    path("outbox/", outbox.mail_list, name="mail-list"),
    path("outbox/<int:mail>/", outbox.mail, name="mail"),
    path("outbox/<int:mail>/html/", outbox.mail_html, name="mail-html"),
    path("outbox/<int:mail>/again/", outbox.mail_again, name="mail-again"),
    path("nudges/<str:partner>/<month:period>/", nudges.nudge, name="nudge"),
]
