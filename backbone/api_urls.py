"""The API's addresses, gathered from the conditions by name."""

from django.urls import include, path

app_name = "api"
urlpatterns = [
    path("<slug:tenant>/<slug:initiative>/", include("measures.api_urls")),
]
