"""Kinds of service to begin with: a short tree in the manner of Open Eligibility, to be changed and added to at will."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TREE: dict[str, tuple[str, dict[str, str]]] = {
    "food": (_("Food"), {
        "meals": _("Meals"), "food-pantry": _("Food pantry"), "food-delivery": _("Food delivered home"),
        "food-benefits": _("Help paying for food"), "nutrition": _("Nutrition education"),
    }),
    "housing": (_("Housing"), {
        "shelter": _("Emergency shelter"), "transitional-housing": _("Housing for a time"),
        "permanent-housing": _("Housing to stay"), "rent-help": _("Help paying rent"),
        "housing-advice": _("Housing advice"), "home-repair": _("Repairs at home"),
    }),
    "goods": (_("Goods"), {
        "clothing": _("Clothing"), "baby-supplies": _("Baby supplies"), "home-goods": _("Things for the home"),
        "school-supplies": _("School supplies"),
    }),
    "transport": (_("Transport"), {
        "rides": _("Rides"), "fares": _("Help paying fares"), "vehicles": _("Bicycles and vehicles"),
    }),
    "health": (_("Health"), {
        "primary-care": _("Primary care"), "mental-health": _("Mental health care"), "dental-care": _("Dental care"),
        "addiction-recovery": _("Addiction and recovery"), "prevention": _("Screening and prevention"),
        "health-insurance": _("Help with insurance"),
    }),
    "money": (_("Money"), {
        "emergency-money": _("Money in an emergency"), "benefits-advice": _("Help claiming benefits"),
        "tax-help": _("Tax help"), "financial-coaching": _("Financial coaching"), "loans": _("Loans"),
    }),
    "care": (_("Care"), {
        "childcare": _("Childcare"), "care-at-home": _("Care at home"), "support-group": _("Support group"),
        "mentoring": _("Mentoring"), "case-management": _("Case management"), "end-of-life": _("Care at the end of life"),
    }),
    "education": (_("Education"), {
        "preschool": _("Preschool"), "tutoring": _("Tutoring"), "after-school": _("After-school programs"),
        "adult-classes": _("Classes for adults"), "language-classes": _("Language classes"),
        "parent-education": _("Parent education"),
    }),
    "work": (_("Work"), {
        "job-training": _("Job training"), "internship": _("Internship"), "job-search": _("Help finding work"),
        "job-coaching": _("Coaching on the job"), "supported-work": _("Supported work"),
    }),
    "legal": (_("Legal"), {
        "legal-advice": _("Legal advice"), "representation": _("Representation in court"),
        "mediation": _("Mediation"), "immigration-help": _("Help with immigration"),
    }),
    "together": (_("Working together"), {
        "referral": _("Information and referral"), "outreach": _("Outreach"), "advocacy": _("Advocacy"),
        "training-staff": _("Training of staff"),
    }),
}  # fmt: skip


def kinds() -> Iterator[dict[str, str]]:
    """The list as the service of the words takes it, in the language that is active."""
    for slug, (name, below) in TREE.items():
        yield {"slug": slug, "name": gettext(name), "parent": ""}
        for under, words in below.items():
            yield {"slug": under, "name": gettext(words), "parent": slug}
