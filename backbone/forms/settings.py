"""The form of a tenant's settings."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from backbone.models import Tenant
from backbone.services.tenants import KEPT, SETTINGS


class SettingsForm(forms.ModelForm):
    """All settings in their groups."""

    GROUPS = (
        (_("The organization"), ("name", "timezone", "locale", "fiscal_year_starts", "accent")),
        (_("How figures are read"), ("counting", "small_cell_threshold", "same_definition", "maintain_band")),
        (_("Unusual figures"), ("outlier_z", "outlier_modified_z", "wants_words")),
        (_("Numbers and dates in files"), ("number_format", "date_order")),
        (_("Gaps and overlaps"), ("gap_below", "overlap_above", "untagged_most")),
        (
            _("When something is worth a word"),
            ("watch_change", "watch_coverage", "health_known", "signal_from", "evidence_tolerance"),
        ),
        (_("Mail"), ("mails_a_week",)),
    )

    class Meta:
        model = Tenant
        fields = [name for name in SETTINGS if name not in KEPT]
        help_texts = {
            "timezone": _("Months begin and reports fall due by this clock."),
            "fiscal_year_starts": _("Quarters and years follow it; roll-ups are built anew when it changes."),
            "small_cell_threshold": _("Smaller counts are hidden from funders and the public."),
            "same_definition": _("Below it a figure says who counts otherwise."),
            "maintain_band": _("Of the level itself, up or down; a target can say otherwise."),
            "counting": _("Roll-ups are built anew when this changes."),
            "outlier_z": _(
                "An unusual figure lies beyond both, against the partner’s own last 24 periods. 3 is common."
            ),
            "outlier_modified_z": _("Of the median, which a single slip does not move. 3.5 is common."),
            "wants_words": _("Without it a warning asks for a word, and does not stop anybody."),
            "gap_below": _("Of what a population of a place needs, by the activities there."),
            "overlap_above": _("With two partners of the same kind of service at the same time."),
            "untagged_most": _("With more of them the matrix says unknown instead of gap."),
            "watch_change": _("Means of three months against the three before, of the same partners."),
            "health_known": _("With fewer, the condition says that there is not enough evidence."),
            "signal_from": _("Of the weighted mean of five signs; two of them must stand out as well."),
            "evidence_tolerance": _(
                "A figure that a decision cites; a target that is met or missed anew is told always."
            ),
            "mails_a_week": _(
                "Digests, reminders and notices together; the rest waits for the next digest. Who asks for a daily digest gets it."
            ),
            "accent": _("Any colour will do; it is made dark or light enough to read."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["timezone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=[(zone, zone) for zone in sorted(available_timezones())],
            help_text=self._meta.help_texts["timezone"],
        )
        self.fields["fiscal_year_starts"] = forms.TypedChoiceField(
            label=_("Fiscal year starts in"),
            choices=list(MONTHS.items()),
            coerce=int,
            help_text=self._meta.help_texts["fiscal_year_starts"],
        )
        self.fields["accent"].widget = forms.TextInput(attrs={"class": "is-short", "placeholder": "#0e6174"})

    def groups(self):
        """(heading, its fields), in the order in which they are shown."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]


class KeptForm(forms.ModelForm):
    """For how long something is kept that then goes."""

    class Meta:
        model = Tenant
        fields = list(KEPT)
        help_texts = {
            "visits_kept_days": _(
                "At least 30. A banner tells whoever opened a publication that it was restated since."
            ),
            "mails_kept_days": _(
                "That a mail was sent, to whom and when stays; its words go, and read lines of inboxes."
            ),
            "uploads_kept_days": _("What nobody applied by then is let go; what became of it stays."),
            "logs_kept_days": _("What webhooks were told, and answers that are given again to the same call."),
            "withdrawn_kept_days": _(
                "Invitations that nobody accepted, and entries of the backbone’s work taken back."
            ),
        }


class ErasingForm(forms.Form):
    """Typed by hand, so that nobody removes an organization by a slip."""

    slug = forms.CharField(
        label=_("Its short name"), max_length=50, help_text=_("As it stands in the address of this page, after /o/.")
    )


class LogoForm(forms.Form):
    """The picture beside the organization's name."""

    logo = forms.FileField(
        label=_("Logo"),
        help_text=_(
            "A PNG or a JPEG of at most 200 KB, and of 4,000 pixels a side. It keeps a white ground in the dark."
        ),
    )
