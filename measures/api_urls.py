"""The measures' API, below /api/v1/<tenant>/<initiative>/."""

urlpatterns: list = []
