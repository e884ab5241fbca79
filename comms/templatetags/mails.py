"""What mails show."""

from __future__ import annotations

from django import template

from comms import rules

register = template.Library()
register.filter("ended", rules.ended)
