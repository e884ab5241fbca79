"""The address in a mail's foot, outside every tenant's pages: whoever holds the link need not sign in."""

from django.urls import path

from comms.views import unsubscribe

urlpatterns = [path("<str:token>/", unsubscribe.unsubscribe, name="unsubscribe")]
