"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from agenda.views import document, learning, phases, tree, versions, voices

app_name = "agenda"
urlpatterns = [
    path("agenda/", tree.agenda, name="agenda"),
    path("agenda/document/", document.whole, name="document"),
    path("agenda/document/<slug:topic>/", document.section, name="section"),
    path("agenda/versions/", versions.listed, name="versions"),
    path("agenda/versions/<int:number>/", versions.version, name="version"),
    path("agenda/versions/<int:number>/sign/<str:partner>/", versions.sign, name="sign"),
    path("agenda/learning/", learning.listed, name="learning"),
    path("agenda/learning/<int:entry>/", learning.entry, name="learning-entry"),
    path("agenda/voices/", voices.voices_page, name="voices"),
    path("agenda/phases/", phases.phases_page, name="phases"),
    path("agenda/vision/", tree.vision, name="vision"),
    path("agenda/results/new/", tree.outcome_new, name="outcome-new"),
    path("agenda/results/<slug:outcome>/", tree.outcome, name="outcome"),
    path("agenda/results/<slug:outcome>/move/", tree.outcome_move, name="outcome-move"),
]
