"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from agenda.views import tree as views

app_name = "agenda"
urlpatterns = [
    path("agenda/", views.agenda, name="agenda"),
    path("agenda/vision/", views.vision, name="vision"),
    path("agenda/results/new/", views.outcome_new, name="outcome-new"),
    path("agenda/results/<slug:outcome>/", views.outcome, name="outcome"),
]
