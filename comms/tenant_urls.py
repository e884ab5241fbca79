"""The addresses of a person's own pages, below /o/<tenant>/-/: the inbox, and what they want by mail."""

from django.urls import path

from comms.views import inbox, wishes

app_name = "inbox"
urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.inbox_read, name="inbox-read"),
    path("inbox/undo/", inbox.inbox_undo, name="inbox-undo"),
    path("inbox/<int:note>/open/", inbox.note_open, name="note-open"),
    path("inbox/<int:note>/read/", inbox.note_read, name="note-read"),
    path("account/mail/", wishes.wishes, name="wishes"),
    path("account/mail/away/", wishes.away_new, name="away-new"),
    path("account/mail/away/<int:away>/back/", wishes.away_end, name="away-end"),
]
