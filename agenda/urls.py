"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

app_name = "agenda"
urlpatterns: list = []
