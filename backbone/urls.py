"""The ground's addresses: doors, health, a tenant's and an initiative's home, members and partners."""

from django.urls import path

from backbone import health_views, views

app_name = "backbone"
urlpatterns = [
    path("", views.start, name="start"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("livez", health_views.livez, name="livez"),
    path("readyz", health_views.readyz, name="readyz"),
    path("metrics", health_views.metrics, name="metrics"),
    path("o/<slug:tenant>/", views.tenant_home, name="tenant"),
    path("o/<slug:tenant>/<slug:initiative>/", views.home, name="home"),
]
