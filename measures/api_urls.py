"""The measures' API, below /api/v1/<tenant>/<initiative>/."""

from django.urls import path

from measures.api.carried import FiledOnceAPI
from measures.api.community import CommunityAPI
from measures.api.exports import ExportsAPI
from measures.api.figures import FiguresAPI
from measures.api.filings import FilingAPI
from measures.api.imports import ImportsAPI
from measures.api.rollups import RollupsAPI
from measures.api.targets import TargetAPI, TargetsAPI

urlpatterns = [
    path("filed-once/", FiledOnceAPI.as_view(), name="filed-once"),
    path("community/", CommunityAPI.as_view(), name="community"),
    path("figures/", FiguresAPI.as_view(), name="figures"),
    path("filings/<str:partner>/<month:period>/", FilingAPI.as_view(), name="filing"),
    path("exports/<slug:form>/", ExportsAPI.as_view(), name="exports"),
    path("imports/", ImportsAPI.as_view(), name="imports"),
    path("rollups/", RollupsAPI.as_view(), name="rollups"),
    path("targets/", TargetsAPI.as_view(), name="targets"),
    path("targets/<int:target>/", TargetAPI.as_view(), name="target"),
]
