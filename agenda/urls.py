"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from agenda.views import (
    document,
    learning,
    map_files,
    map_parts,
    map_versions,
    ordering,
    phases,
    systems,
    tree,
    versions,
    voices,
)

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
    path("agenda/tree/", ordering.tree_page, name="tree"),
    path("agenda/results/<slug:outcome>/<slug:strategy>/move/", ordering.strategy_move, name="strategy-move"),
    path("agenda/results/<slug:outcome>/move/", ordering.outcome_move, name="outcome-move"),
    path("agenda/map/", systems.systems_map, name="map"),
    path("agenda/map/places/", systems.map_places, name="map-places"),
    path("agenda/map/nodes/new/", map_parts.node_new, name="map-node-new"),
    path("agenda/map/nodes/<slug:node>/", map_parts.node, name="map-node"),
    path("agenda/map/links/new/", map_parts.link_new, name="map-link-new"),
    path("agenda/map/links/<int:link>/", map_parts.link, name="map-link"),
    path("agenda/map/loops/<slug:loop>/", map_parts.loop, name="map-loop"),
    path("agenda/map/confirm/", map_parts.confirm, name="map-confirm"),
    path("agenda/map/versions/", map_versions.version_list, name="map-version-list"),
    path("agenda/map/versions/<int:number>/", map_versions.version, name="map-version"),
    path("agenda/map/import/", map_files.map_import, name="map-import"),
    path("agenda/map/export/<str:form>/", map_files.map_export, name="map-export"),
]
