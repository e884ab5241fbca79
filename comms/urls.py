"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

app_name = "comms"
urlpatterns: list = []
