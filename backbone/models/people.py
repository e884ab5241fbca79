"""Logins, who may enter which tenant, and as what."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.tenants import Partner, Tenant, day_of_tenant, known_timezone
from backbone.roles import Can, Reach, Role, reach
from backbone.rules.phones import is_phone
from backbone.tenancy import TenantManager, TenantQuerySet


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email=email.lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One login. What it may do is said per tenant, by a membership and its grants."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    # A session that signed in before this instant is refused: a role was lost, or the person asked for it.
    sessions_valid_from = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_case")]

    def __str__(self):
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    get_short_name = get_full_name


class Entrance(models.Model):
    """The directory line that lets a login through a tenant's door.

    It is read before the tenant is known, so it is not tenant-owned and holds nothing but the two keys; who the
    person is inside, and as what, is the membership's to say. Written by `services.members` alone.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="entrances")
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="entrance_once", fields=["user", "tenant"])]

    def __str__(self):
        return f"{self.user_id} into {self.tenant_id}"


def known_phone(text: str) -> None:
    if not is_phone(text):
        raise ValidationError(
            _("“%(text)s” is no telephone number; one is “+1 503 555 0142” or “(503) 555-0142 ext. 12”."),
            params={"text": text},
        )


class Membership(TenantOwned):
    """A person of a tenant: the tenant's own row for somebody with a login.

    Rows of the tenant name their authors and owners by this, never by the global user. `user_id` is a plain number:
    a tenant's rows refer to nothing outside the tenant.
    """

    user_id = models.BigIntegerField(_("login"))
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150)
    phone = models.CharField(_("telephone"), max_length=40, blank=True, default="", validators=[known_phone])
    timezone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[known_timezone])
    locale = models.CharField(_("language"), max_length=10, blank=True)
    is_active = models.BooleanField(_("is active"), default=True)
    wants_digest = models.BooleanField(_("wants the weekly digest"), default=True)
    wants_reminders = models.BooleanField(_("wants reminders"), default=True)
    # One of those who run the platform, who was let in to look (`services.operating`): none of the tenant's people.
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="membership_once_per_login", fields=["tenant", "user_id"]),
        ]

    # Until when an operator looks in, on the row that stands for their visit; what it may do is then to read.
    visits_until: datetime | None = None

    def __str__(self):
        return self.name or self.email

    @cached_property
    def stands_for(self) -> tuple[int, ...]:
        """Whose own things are asked for in this person's name: theirs, or where one asks for several, all of those."""
        return (self.pk,)

    @cached_property
    def current_grants(self) -> list[Grant]:
        """Grants in force now, read once; an inactive person has none."""
        if not self.is_active:
            return []
        return list(self.grants.in_force().select_related("partner"))

    def reach_of(self, can: Can) -> set[Reach]:
        """How far each of this person's roles lets them do a thing (all, own partner, published…)."""
        found = {self._reach(grant, can) for grant in self.current_grants}
        return {r for r in found if r is not None}

    def can(self, can: Can, partner: Partner | int | None = None) -> bool:
        """Whether this person may do a thing, to one partner's things where `partner` is given.

        A right that reaches only one's own partner counts without `partner` too: the page then narrows it down.
        """
        partner_id = partner.pk if isinstance(partner, Partner) else partner
        for grant in self.current_grants:
            found = self._reach(grant, can)
            if found is None or found is Reach.CONSENTED:  # no partner has been asked for its consent yet
                continue
            if found is not Reach.OWN or partner_id is None or grant.partner_id == partner_id:
                return True
        return False

    def _reach(self, grant: Grant, can: Can) -> Reach | None:
        """How far one role lets this person do a thing; an operator's eyes never see a count that is hidden from others."""
        return None if self.visits_until is not None and can is Can.READ_SMALL_CELLS else reach(grant.role, can)

    def partner_ids(self, can: Can) -> set[int] | None:
        """The partners this person may do a thing for; None means every partner."""
        own: set[int] = set()
        for grant in self.current_grants:
            found = self._reach(grant, can)
            if found is Reach.ALL or found is Reach.GROUP:
                return None
            if found is Reach.OWN and grant.partner_id is not None:
                own.add(grant.partner_id)
        return own

    @property
    def own_partner_ids(self) -> set[int]:
        """The partners for which this person holds any role now."""
        return {grant.partner_id for grant in self.current_grants if grant.partner_id is not None}

    @property
    def roles(self) -> set[str]:
        return {grant.role for grant in self.current_grants}

    @property
    def role_words(self) -> str:
        """“Data steward and convener”: what the frame prints under a name."""
        if self.visits_until is not None:
            return str(_("Platform operator, reading only"))
        labels = list(dict.fromkeys(str(Role(grant.role).label) for grant in self.current_grants))
        if len(labels) < 2:
            return "".join(labels)
        return _("%(first)s and %(last)s") % {"first": ", ".join(labels[:-1]), "last": labels[-1].lower()}


class GrantQuerySet(TenantQuerySet):
    def in_force(self):
        """Those whose last day is not over for the tenant, wherever its reader is and whatever clock a worker has."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day_of_tenant()))


class Grant(TenantOwned):
    """One role of one person, for one partner where the role is a partner's."""

    membership = TenantForeignKey(Membership, models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="grants")
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = TenantManager.from_queryset(GrantQuerySet)()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="grant_once", fields=["tenant", "membership", "role", "partner"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="grant_of_a_partner_role_names_the_partner",
                condition=Q(role__in=[r.value for r in Role.of_partners()], partner__isnull=False)
                | ~Q(role__in=[r.value for r in Role.of_partners()]),
                violation_error_message=_("A partner's role needs the partner."),
            ),
        ]

    def __str__(self):
        return f"{self.role} of {self.membership_id}"


class Invitation(TenantOwned):
    """An offer of one role to one address. The token is shown once, in the mail; here lies only its SHA-256."""

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="invitations")
    token_hash = models.CharField(max_length=64)
    invited_by = TenantForeignKey(Membership, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="invitation_token_once", fields=["tenant", "token_hash"]),
            models.CheckConstraint(name="invitation_ends_after_start", condition=Q(expires_at__gt=F("created_at"))),
        ]

    def __str__(self):
        return f"{self.role} for {self.email}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()
