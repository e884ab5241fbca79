"""The addresses in a mail's foot, outside every tenant's pages: whoever holds the link need not sign in."""

from django.urls import path

from comms.views import unsubscribe, wishes

urlpatterns = [
    path("<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("<str:token>/choose/", wishes.choose_by_link, name="choose-mail"),
]
