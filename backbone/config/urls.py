"""Every address. A condition's pages lie below /o/<tenant>/<initiative>/; apps are named by string only."""

from django.urls import include, path

from backbone import converters  # noqa: F401  registers <month:…>
from backbone.views import doors

TENANT = "o/<slug:tenant>/"
INITIATIVE = TENANT + "<slug:initiative>/"

urlpatterns = [
    path("", include("backbone.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("backbone.api.urls")),
    path("u/", include("comms.unsubscribe_urls")),
    path("c/", include("comms.feed_urls")),
    path("l/", include("comms.live_urls")),
    path("hooks/", include("comms.hook_urls")),
    path(TENANT + "-/", include("comms.tenant_urls")),
    path(INITIATIVE, include("measures.urls")),
    path(INITIATIVE, include("agenda.urls")),
    path(INITIATIVE, include("activities.urls")),
    path(INITIATIVE, include("comms.urls")),
]

handler400 = doors.bad_request
handler403 = doors.forbidden
handler404 = doors.not_found
handler429 = doors.too_many_requests  # django-allauth's; Django has none
handler500 = doors.server_error
