"""The addresses of this condition's pages, below /o/<tenant>/<initiative>/."""

from django.urls import path

from activities.views import (
    cells,
    directories,
    editing,
    files,
    gaps,
    handoffs,
    money,
    needs,
    network,
    register,
    twins,
    watch,
    words,
)

app_name = "activities"
urlpatterns = [
    path("activities/", register.listed, name="activity-list"),
    path("activities/new/", editing.activity_new, name="activity-new"),
    path("activities/gaps/", gaps.gaps, name="gaps"),
    path("activities/gaps/changes/", gaps.gap_changes, name="gap-changes"),
    path("activities/gaps/files/gaps.<str:form>", gaps.gaps_file, name="gaps-file"),
    path("activities/gaps/files/needs.<str:form>", needs.needs_file, name="needs-file"),
    path("activities/gaps/needs/", needs.needs_import, name="needs-import"),
    path("activities/gaps/<slug:outcome>/<slug:strategy>/<slug:population>/<slug:place>/", cells.cell, name="gap-cell"),
    path("activities/bring-in/", files.bring_in, name="bring-in"),
    path("activities/bring-in/directory/", directories.directory, name="directory"),
    path("activities/export/<slug:table>.<slug:form>", files.activity_export, name="activity-export"),
    path("activities/hand-offs/", handoffs.hand_off_list, name="hand-offs"),
    path("activities/network/", network.network, name="network"),
    path("activities/money/", money.money, name="money"),
    path("activities/watch/", watch.watch, name="watch"),
    path("activities/twins/", twins.twins_list, name="twins"),
    path("activities/words/<slug:sort>/", words.word_list, name="word-list"),
    path("activities/words/<slug:sort>/<slug:word>/", words.word, name="word"),
    path("activities/register/<slug:activity>/", register.activity, name="activity"),
    path("activities/register/<slug:activity>/edit/", editing.activity_edit, name="activity-edit"),
    path(
        "activities/register/<slug:activity>/partners/", editing.activity_rows, {"sort": "parts"}, name="activity-parts"
    ),
    path(
        "activities/register/<slug:activity>/milestones/",
        editing.activity_rows,
        {"sort": "steps"},
        name="activity-steps",
    ),
    path("activities/register/<slug:activity>/money/", editing.activity_rows, {"sort": "money"}, name="activity-money"),
    path("activities/register/<slug:activity>/status/", editing.activity_status, name="activity-status"),
    path("activities/register/<slug:activity>/done/", editing.activity_done, name="activity-done"),
    path("activities/register/<slug:activity>/remove/", editing.activity_remove, name="activity-remove"),
]
