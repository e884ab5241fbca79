"""Where the mail provider reports, outside every tenant's pages."""

from django.urls import path

from comms.views import hooks

urlpatterns = [path("mail/<slug:provider>/", hooks.mail_hook, name="mail-hook")]
