"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from measures.views import (
    corrections,
    figures,
    filings,
    forest,
    imports,
    indicators,
    obligations,
    results,
    reviews,
    setup,
    workbooks,
)

app_name = "measures"
urlpatterns = [
    path("indicators/new/", setup.indicator_new, name="indicator-new"),
    path("indicators/<slug:indicator>/edit/", setup.indicator_edit, name="indicator-edit"),
    path("breakdowns/", setup.dimension_list, name="dimension-list"),
    path("breakdowns/new/", setup.dimension_new, name="dimension-new"),
    path("breakdowns/<slug:dimension>/", setup.dimension_edit, name="dimension-edit"),
    path("obligations/", obligations.obligation_list, name="obligation-list"),
    path("obligations/<int:obligation>/", obligations.obligation, name="obligation"),
    path("obligations/excuses/<int:excuse>/lift/", obligations.excuse_lift, name="excuse-lift"),
    path("report/", filings.filing_current, name="filing-current"),
    path("filings/<str:partner>/<month:period>/", filings.filing, name="filing"),
    path("filings/<str:partner>/<month:period>/receipt/", filings.filing_receipt, name="filing-receipt"),
    path("filings/<str:partner>/<month:period>/workbook/", workbooks.workbook, name="workbook"),
    path("filings/<str:partner>/<month:period>/review/", reviews.filing_review, name="filing-review"),
    path("review/", reviews.review_list, name="review-list"),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/template/", imports.import_template, name="import-template"),
    path("imports/figures/", imports.figure_export, name="figure-export"),
    path("imports/<int:upload>/", imports.import_detail, name="import"),
    path("imports/<int:upload>/bad-rows/", imports.import_bad_rows, name="import-bad-rows"),
    path("forest/", forest.forest, name="forest"),
    path("forest/missing/", forest.chase, name="chase-list"),
    path("forest/conditions/", forest.conditions, name="health"),
    path("forest/missing/<str:partner>/<month:period>/excuse/", forest.excuse, name="excuse"),
    path("results/", results.results_page, name="results"),
    path("our-figures/", figures.our_figures, name="our-figures"),
    path("indicators/", indicators.indicator_list, name="indicator-list"),
    path("indicators/<slug:indicator>/", indicators.indicator, name="indicator"),
    path("indicators/<slug:indicator>/<str:partner>/<month:period>/", figures.figure, name="figure"),
    path(
        "indicators/<slug:indicator>/<str:partner>/<month:period>/correction/",
        corrections.correction_request,
        name="correction-request",
    ),
    path(
        "indicators/<slug:indicator>/<str:partner>/<month:period>/proposal/",
        corrections.correction_propose,
        name="correction-propose",
    ),
    path("indicators/<slug:indicator>/<str:partner>/<month:period>/override/", corrections.override, name="override"),
    path("corrections/", corrections.correction_list, name="correction-list"),
    path("corrections/<int:correction>/", corrections.correction, name="correction"),
    path("corrections/<int:correction>/answer/", corrections.correction_answer, name="correction-answer"),
]
