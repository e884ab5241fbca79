"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from measures.views import imports

app_name = "measures"
urlpatterns = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/template/", imports.import_template, name="import-template"),
    path("imports/<int:upload>/", imports.import_detail, name="import"),
    path("imports/<int:upload>/bad-rows/", imports.import_bad_rows, name="import-bad-rows"),
]
