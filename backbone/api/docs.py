"""The API described: OpenAPI for machines, Swagger's page for people. Both say nothing of any tenant."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backbone.access import anonymous_allowed

schema = anonymous_allowed(SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]))

# Swagger's own page writes style attributes; its scripts keep to the platform's policy, the one that starts it too:
# the page asks for it at its own address with ?script.
docs = anonymous_allowed(
    csp_update({"style-src": [SELF, UNSAFE_INLINE], "script-src": [SELF]})(
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", authentication_classes=[], permission_classes=[])
    )
)
