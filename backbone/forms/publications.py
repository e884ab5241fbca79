"""The form that begins a publication."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from backbone.look.numbers import period_name
from backbone.models import Initiative, Tenant

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
OFFERED = {"month": 24, "quarter": 8, "year": 4}


def spans_over(grain: str, starts: int, today: date, since: date) -> list[date]:
    """The first months of the latest spans that are over, newest first; years begin in month `starts`."""
    step = MONTHS_OF[grain]
    months = today.year * 12 + today.month - 1
    first = months - (months - (starts - 1)) % step - step
    found = [date(one // 12, one % 12 + 1, 1) for one in range(first, first - OFFERED[grain] * step, -step)]
    return [one for one in found if (one.year * 12 + one.month - 1 + step) > since.year * 12 + since.month - 1]


class SpanForm(forms.Form):
    """Which month, quarter or year to publish; `cleaned_data` has `grain` and `starts_on`."""

    span = forms.ChoiceField(label=_("What is published"), help_text=_("Only what is over can be published."))

    def __init__(self, *args, initiative: Initiative, tenant: Tenant, **kwargs):
        super().__init__(*args, **kwargs)
        today = tenant.day()
        self.fields["span"].choices = [
            (
                label,
                [
                    (f"{grain}:{one:%Y-%m}", period_name(one, grain))
                    for one in spans_over(grain, tenant.fiscal_year_starts, today, initiative.starts_on)
                ],
            )
            for grain, label in (("month", _("Months")), ("quarter", _("Quarters")), ("year", _("Years")))
        ]

    def clean(self):
        said = super().clean()
        if "span" in said:
            grain, month = said["span"].split(":")
            said |= {"grain": grain, "starts_on": date.fromisoformat(f"{month}-01")}
        return said
