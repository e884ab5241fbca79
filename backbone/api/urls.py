"""The API's addresses, gathered from the conditions by name, and its description."""

from django.urls import include, path

from backbone.api.docs import docs, schema

app_name = "api"
urlpatterns = [
    path("schema/", schema, name="schema"),
    path("docs/", docs, name="docs"),
    path("<slug:tenant>/<slug:initiative>/", include("agenda.api_urls")),
    path("<slug:tenant>/<slug:initiative>/", include("measures.api_urls")),
    path("<slug:tenant>/<slug:initiative>/", include("activities.api_urls")),
    path("<slug:tenant>/<slug:initiative>/", include("comms.api_urls")),
]
