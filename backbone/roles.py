"""The twelve roles and what each may do: the one table that knows.

Rows and columns are those of the product's permission table; a cell reads W create and edit, R read, A approve,
followed by how far it reaches: nothing everywhere, o own partner only, g own group only, s published and suppressed
only, c only where the partner consented. A view asks for a `Can`, never for a role.
"""

from __future__ import annotations

from enum import Enum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PLATFORM_OPERATOR = "platform_operator", _("Platform operator")
    BACKBONE_ADMIN = "backbone_admin", _("Backbone admin")
    DATA_STEWARD = "data_steward", _("Data steward")
    CONVENER = "convener", _("Convener")
    GROUP_CHAIR = "group_chair", _("Working group chair")
    PARTNER_LEAD = "partner_lead", _("Partner lead")
    PARTNER_FILER = "partner_filer", _("Partner filer")
    PARTNER_MEMBER = "partner_member", _("Partner member")
    FUNDER = "funder", _("Funder")
    EVALUATOR = "evaluator", _("Evaluator")
    PUBLIC_LINK = "public_link", _("Public link")
    API_KEY = "api_key", _("API key")

    @classmethod
    def of_partners(cls) -> tuple[Role, ...]:
        """Roles that are held for one partner."""
        return (cls.PARTNER_LEAD, cls.PARTNER_FILER, cls.PARTNER_MEMBER)

    @classmethod
    def of_people(cls) -> tuple[Role, ...]:
        """Roles that an invitation may offer: not the platform's own, and not a link's or a key's."""
        return tuple(r for r in cls if r not in (cls.PLATFORM_OPERATOR, cls.PUBLIC_LINK, cls.API_KEY))


class Reach(Enum):
    ALL = ""
    OWN = "o"
    GROUP = "g"
    PUBLISHED = "s"
    CONSENTED = "c"


_COLUMNS = (
    Role.BACKBONE_ADMIN, Role.DATA_STEWARD, Role.CONVENER, Role.GROUP_CHAIR, Role.PARTNER_LEAD, Role.PARTNER_FILER,
    Role.PARTNER_MEMBER, Role.FUNDER, Role.EVALUATOR, Role.PUBLIC_LINK,
)  # fmt: skip

# An operator sees no tenant content, so its column is empty; an API key acts as the role it names.
TABLE: dict[str, dict[Role, str]] = {
    row: dict(zip(_COLUMNS, cells.split(), strict=True))
    for row, cells in {
        #                    BA DS CV WG PL  PF  PM  FU EV PU
        "settings":         "W  R  R  -  -   -   -   -  -  -",
        "members":          "W  -  -  -  Wo  -   -   -  -  -",
        "agenda":           "W  R  W  Wg R   R   R   s  R  s",
        "ratification":     "-  -  -  -  Wo  -   -   -  -  -",
        "indicators":       "R  W  R  R  R   R   R   s  R  s",
        "obligations":      "R  W  -  -  Ro  Ro  -   -  -  -",
        "drafts":           "-  -  -  -  Ro  Wo  -   -  -  -",
        "filing":           "-  -  -  -  Wo  Wo  -   -  -  -",
        "review":           "-  A  -  -  Ao  -   -   -  -  -",
        "partner_figures":  "R  R  R  co Ro  Ro  Ro  c  R  -",
        "rollups":          "R  R  R  R  R   R   R   -  R  -",
        "published":        "R  R  R  R  R   R   R   s  R  s",
        "small_cells":      "-  R  -  -  Ro  Ro  -   -  R  -",
        "override":         "-  A  -  -  -   -   -   -  -  -",
        "locks":            "-  W  -  -  -   -   -   -  -  -",
        "publications":     "A  W  -  -  -   -   -   -  -  -",
        "consent":          "-  -  -  -  Wo  -   -   -  -  -",
        "activities":       "W  W  W  Wg Wo  Wo  R   s  R  -",
        "gap_matrix":       "R  R  W  Rg R   R   R   s  R  -",
        "meetings":         "W  R  W  Wg R   R   R   -  R  -",
        "decisions":        "W  W  W  Wg W   W   W   s  R  -",
        "curves":           "W  W  W  W  R   R   R   -  R  -",
        "learning":         "W  W  W  W  W   W   W   -  R  -",
        "threads":          "R  W  W  Rg Wo  Wo  Wo  -  -  -",
        "health":           "R  R  R  R  R   R   R   s  R  -",
        "hang_together":    "R  R  R  -  -   -   -   -  -  -",
        "audit":            "R  R  -  -  Ro  -   -   -  -  -",
        "export":           "W  -  -  -  -   -   -   -  -  -",
    }.items()
}  # fmt: skip


class Can(Enum):
    """Something a person may do: a row of the table and the letter that is needed there (W includes R)."""

    READ_SETTINGS = ("settings", "R")
    CHANGE_SETTINGS = ("settings", "W")
    MANAGE_MEMBERS = ("members", "W")
    READ_AGENDA = ("agenda", "R")
    EDIT_AGENDA = ("agenda", "W")
    RATIFY = ("ratification", "W")
    JOIN_IN = ("learning", "W")  # suggest, remark, ask what if: what members work out together
    LISTEN_IN = ("learning", "R")
    READ_INDICATORS = ("indicators", "R")
    DEFINE_INDICATORS = ("indicators", "W")
    READ_OBLIGATIONS = ("obligations", "R")
    ASSIGN_OBLIGATIONS = ("obligations", "W")
    READ_DRAFTS = ("drafts", "R")
    DRAFT = ("drafts", "W")
    FILE = ("filing", "W")
    REVIEW = ("review", "A")
    READ_PARTNER_FIGURES = ("partner_figures", "R")
    READ_ROLLUPS = ("rollups", "R")
    READ_RESULTS = ("published", "R")
    PUBLISH = ("publications", "W")
    RELEASE = ("publications", "A")
    CONSENT = ("consent", "W")
    READ_SMALL_CELLS = ("small_cells", "R")
    OVERRIDE = ("override", "A")
    MOVE_LOCKS = ("locks", "W")
    READ_ACTIVITIES = ("activities", "R")
    EDIT_ACTIVITIES = ("activities", "W")
    READ_GAPS = ("gap_matrix", "R")
    EDIT_GAPS = ("gap_matrix", "W")
    READ_MEETINGS = ("meetings", "R")
    EDIT_MEETINGS = ("meetings", "W")
    READ_DECISIONS = ("decisions", "R")
    DECIDE = ("decisions", "W")  # write down a decision, set an action, move one
    READ_CURVES = ("curves", "R")
    TURN_CURVES = ("curves", "W")
    READ_TALK = ("threads", "R")
    TALK = ("threads", "W")
    READ_HEALTH = ("health", "R")
    READ_SIGNALS = ("hang_together", "R")
    READ_AUDIT = ("audit", "R")
    EXPORT_TENANT = ("export", "W")

    @property
    def row(self) -> str:
        return self.value[0]

    @property
    def letter(self) -> str:
        return self.value[1]


# Internal sign-off at the partner is a switch that comes with corrections; until then review is the backbone's alone.
_NOT_YET = {(Role.PARTNER_LEAD, "review")}

_INCLUDES = {"R": "RWA", "W": "W", "A": "A"}


def reach(role: str, can: Can) -> Reach | None:
    """How far `role` may do `can`; None when it may not."""
    if (role, can.row) in _NOT_YET:
        return None
    cell = TABLE[can.row].get(Role(role), "-")
    letter, reaches = (cell[0], cell[1:]) if cell[0] in "RWA" else ("R", cell)
    if cell == "-" or letter not in _INCLUDES[can.letter]:
        return None
    # "co" means own partner's, and others' where they consented; consent is not asked for yet, so own it is.
    return Reach(reaches[-1:]) if reaches != "co" else Reach.OWN


def covers(granter_roles: set[str], role: str) -> bool:
    """Whether somebody with these roles may hand out `role`: nobody grants more than they hold.

    An administrator appoints every role of people in the tenant; a partner's lead appoints that partner's people.
    """
    if Role.BACKBONE_ADMIN in granter_roles:
        return role in Role.of_people()
    return Role.PARTNER_LEAD in granter_roles and role in Role.of_partners()
