"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from measures.views import filings, imports, reviews

app_name = "measures"
urlpatterns = [
    path("report/", filings.filing_current, name="filing-current"),
    path("filings/<str:partner>/<month:period>/", filings.filing, name="filing"),
    path("filings/<str:partner>/<month:period>/receipt/", filings.filing_receipt, name="filing-receipt"),
    path("filings/<str:partner>/<month:period>/review/", reviews.filing_review, name="filing-review"),
    path("review/", reviews.review_list, name="review-list"),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/template/", imports.import_template, name="import-template"),
    path("imports/<int:upload>/", imports.import_detail, name="import"),
    path("imports/<int:upload>/bad-rows/", imports.import_bad_rows, name="import-bad-rows"),
]
