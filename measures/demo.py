"""The demonstration: Riverbend in the middle of a month, and two years of England's emergency departments.

What is loaded lies in demo/. Riverbend's calendar follows the day on which it is loaded: the month before is open, due
tomorrow and locked ten days later (due the 10th and locked the 20th when it is loaded by the 9th).
"""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda import demo as demo_agenda
from backbone import changes, conditions
from backbone.models import Change, Grant, Initiative, Membership, Partner, Tenant, User
from backbone.services import erasing, holding
from backbone.tenancy import tenant_scope
from measures import bundles, demo_curve, demo_publication
from measures.importing.bulk import import_stream
from measures.lines import due_on
from measures.models import Filing, Indicator
from measures.rules.figures import Entry
from measures.rules.periods import add_months, last_day, month_of, months_apart, text_of
from measures.services import filings, rollups
from measures.services.figure_rows import FigureRow

FOLDER = settings.BASE_DIR / "demo"
LOADED = "demo.loaded"
COLUMNS = ("partner", "indicator", "period", "category", "value", "numerator", "denominator", "weight", "note")
MONTHS_BEFORE = 15  # Riverbend's history, in months before the open one

# Days after the day it was due on which a partner's report of a past month came, where it was not in by then; the month
# is counted from the open one, None is any. The workforce board always is a little late; the school district has begun to
# be.
CAME_EARLY = -2
CAME_LATE = {("P8", None): 2, ("P7", -1): 8, ("P7", -2): 5}

changes.register_verbs({LOADED: gettext_noop("{by} loaded the demonstration")})

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Riverbend's clock: the open month, and the days of the month after it on which it is due and locks."""

    open_month: date
    due_day: int
    lock_day: int

    @classmethod
    def on(cls, today: date) -> Calendar:
        open_month = add_months(month_of(today), -1)
        if today.day < 10:
            return cls(open_month, 10, 20)
        locks = today + timedelta(days=11)
        lock_day = locks.day if locks.month == today.month else 31 + locks.day  # above 31: in the month after
        return cls(open_month, min(today.day + 1, 31), lock_day)

    def fill(self, text: str) -> str:
        """A bundle with its `<…>` places filled in."""
        text = text.replace("<due>", str(self.due_day)).replace("<lock>", str(self.lock_day))
        return re.sub(r"<([+-]?\d+)>", lambda match: text_of(add_months(self.open_month, int(match[1]))), text)


def load(say: Say, today: date | None = None) -> bool:
    """Load what is not loaded yet; answers whether anything was. Safe to repeat, and to go on after an interruption.

    Outside any scope. `today` is the day it is at Riverbend.
    """
    logins = Logins(settings.STATE_DIR / "logins.txt")
    is_new = False
    for slug, load_one in TENANTS.items():
        if not is_loaded(slug) and not erasing.stays_away(slug):
            load_one(say, logins.passwords, today or datetime.now(ZoneInfo("America/Chicago")).date())
            is_new = True
    if is_new or not logins.are_written:
        logins.write()
        say(f"Logins are in {logins.file}")
    return is_new


def is_loaded(slug: str) -> bool:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        return False
    with tenant_scope(tenant):
        return Change.objects.filter(verb=LOADED).exists()


# --- Riverbend ---


def load_riverbend(say: Say, passwords: Passwords, today: date) -> None:
    say("Riverbend: its partners, agenda and indicators")
    calendar = Calendar.on(_day_of_first_load("riverbend") or today)
    text = calendar.fill((FOLDER / "riverbend" / "bundle.yaml").read_text(encoding="utf-8"))
    bundles.load(text.encode(), "demo/riverbend/bundle.yaml", passwords=passwords)
    tenant = Tenant.objects.get(slug="riverbend")
    rows = list(csv.DictReader((FOLDER / "riverbend" / "figures.csv").open(encoding="utf-8", newline="")))
    with tenant_scope(tenant):
        initiative = Initiative.objects.get(slug="youth-to-work")
        say(f"Riverbend: {MONTHS_BEFORE} months of figures")
        history = (
            {**row, "period": text_of(add_months(calendar.open_month, int(row["month"])))}
            for row in rows
            if row["month"] != "0"
        )
        _import(tenant, initiative, history)
        _date_history(initiative, calendar)
        say(f"Riverbend: {text_of(calendar.open_month)}, six of nine partners")
        _file_open_month(initiative, calendar.open_month, [row for row in rows if row["month"] == "0"])
        _finish(tenant, initiative)
        demo_curve.turn(tenant, initiative)
        say(f"Riverbend: publishing {text_of(add_months(calendar.open_month, -1))}")
        demo_agenda.begin(initiative)
        demo_publication.agree(initiative)
        for condition in conditions.registered():
            condition.demonstrate(initiative, calendar.open_month)
        dana = Membership.objects.get(email="dana@riverbend.example")
        demo_publication.publish(initiative, add_months(calendar.open_month, -1), dana)
        holding.work_out(initiative=initiative, as_of=timezone.now())


def _day_of_first_load(slug: str) -> date | None:
    """When an interrupted load began: what it has set up already says which month is open."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        return None
    with tenant_scope(tenant):
        first = Change.objects.order_by("id").first()
    return tenant.day(first.at) if first is not None else None


def _date_history(initiative: Initiative, calendar: Calendar) -> None:
    """Each report of the past came from the partner's filer, on a day: without one nothing in it is on time or late."""
    zone = ZoneInfo(initiative.tenant.timezone)
    filers = _filers()
    indicators = list(Indicator.objects.filter(initiative=initiative).select_related("tenant"))
    past = list(Filing.objects.filter(initiative=initiative, period__lt=calendar.open_month).select_related("partner"))
    for filing in past:
        code, back = filing.partner.code, -months_apart(filing.period, calendar.open_month)
        late = CAME_LATE.get((code, back), CAME_LATE.get((code, None), CAME_EARLY))
        on = max(due_on(indicator, filing.period) for indicator in indicators) + timedelta(days=late)
        filing.submitted_by, filing.submitted_at = filers[code], datetime.combine(on, time(15), tzinfo=zone)
    Filing.objects.bulk_update(past, ["submitted_by", "submitted_at"])


def _filers() -> dict[str, Membership]:
    grants = Grant.objects.filter(role="partner_filer").select_related("membership", "partner")
    return {grant.partner.code: grant.membership for grant in grants}


def _file_open_month(initiative: Initiative, period: date, rows: list[dict[str, str]]) -> None:
    """Each partner's own filer submits, Dana approves: the way it goes every month."""
    indicators = dict(Indicator.objects.filter(initiative=initiative).values_list("slug", "pk"))
    partners = {partner.code: partner for partner in Partner.objects.all()}
    filers = _filers()
    dana = Membership.objects.get(email="dana@riverbend.example")
    by_partner: dict[str, list[FigureRow]] = {}
    for row in rows:
        numbers = {name: Decimal(row[name]) for name in ("value", "numerator", "denominator") if row[name]}
        partner = partners[row["partner"]]
        by_partner.setdefault(partner.code, []).append(
            FigureRow(partner.pk, indicators[row["indicator"]], period, row["category"], Entry(**numbers))
        )
    for code, figures in by_partner.items():
        receipt = filings.file_many(initiative=initiative, rows=figures, by=filers[code], submit=True)
        if receipt.did_something:
            filings.approve(
                initiative=initiative, partner=partners[code], period=period, indicators=indicators.values(), by=dana
            )


# --- England's emergency departments ---


def load_england(say: Say, passwords: Passwords, today: date) -> None:
    rows = list(csv.DictReader((FOLDER / "nhs_ae" / "ae_attendances_2016-04_2018-03.csv").open(newline="")))
    say(f"NHS England: {len({row['org_code'] for row in rows})} providers and three indicators")
    text = (FOLDER / "nhs_ae" / "bundle.yaml").read_text(encoding="utf-8") + _providers(rows)
    bundles.load(text.encode(), "demo/nhs_ae/bundle.yaml", passwords=passwords)
    tenant = Tenant.objects.get(slug="nhs-england")
    with tenant_scope(tenant):
        initiative = Initiative.objects.get(slug="urgent-care")
        say(f"NHS England: {len({row['period'] for row in rows})} months of figures")
        _import(tenant, initiative, figures_of_england(rows))
        say("NHS England: adding up")
        _finish(tenant, initiative)
        say("NHS England: publishing March 2018")
        steward = Membership.objects.get(email="steward@nhs-england.example")
        demo_publication.publish(initiative, date(2018, 3, 1), steward)


def _providers(rows: Iterable[dict[str, str]]) -> str:
    """The partners of the bundle: each takes part from its first month in the file to its last."""
    spans: dict[str, list[date]] = {}
    for row in rows:
        month = date.fromisoformat(row["period"])
        first, last = spans.get(row["org_code"], (month, month))
        spans[row["org_code"]] = [min(first, month), max(last, month)]
    end = max(last for _, last in spans.values())
    lines = ["partners:"]
    for code, (first, last) in sorted(spans.items()):
        leaves_on = "null" if last == end else str(last_day(last))
        lines.append(f"  - {{code: {code}, sector: health, joins_on: {first}, leaves_on: {leaves_on}}}")
    return "\n".join(lines) + "\n"


def figures_of_england(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str | int]]:
    """The file as tidy rows: for each provider and month the totals over its department types, then each type.

    The rows of one line (a total and its parts) stand together, as an import wants them.
    """
    desks: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        desks.setdefault((row["org_code"], row["period"][:7]), []).append(row)
    for (code, period), types in sorted(desks.items()):
        for indicator in ("attendances", "admissions"):
            for category, chosen in _total_and_types(types):
                value = sum(int(row[indicator]) for row in chosen)
                yield {"partner": code, "indicator": indicator, "period": period, "category": category, "value": value}
        for category, chosen in _total_and_types(types):
            attendances = sum(int(row["attendances"]) for row in chosen)
            breaches = sum(int(row["breaches"]) for row in chosen)
            yield {
                "partner": code, "indicator": "within-4h", "period": period, "category": category,
                "numerator": attendances - breaches, "denominator": attendances,
            }  # fmt: skip


def _total_and_types(types: list[dict[str, str]]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    yield "", types
    for row in types:
        yield f"type:{row['type']}", [row]


TENANTS = {"riverbend": load_riverbend, "nhs-england": load_england}


# --- both ---


def _import(tenant: Tenant, initiative: Initiative, rows: Iterable[dict]) -> None:
    """Through the same door as everybody's files; entered as approved."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    file = io.BytesIO(text.getvalue().encode())
    import_stream(file, "figures.csv", initiative=initiative, tenant=tenant, by=None, approve=True)


def _finish(tenant: Tenant, initiative: Initiative) -> None:
    rollups.rebuild(initiative)
    Tenant.objects.filter(pk=tenant.pk).update(is_sample=True)  # an admin removes it with one click
    changes.record(LOADED, on=tenant, by=None)  # the tenant's, so that no initiative's news begin with it


class Passwords(dict):
    """A password for each demonstration login by e-mail; made when it is first asked for."""

    def get(self, email: str, default=None) -> str:
        if email not in self:
            self[email] = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
        return self[email]


LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look like another
_LINE = re.compile(r"\s{2}(?P<email>\S+@\S+\.example)\s+(?P<password>\S+)\s")


class Logins:
    """The file of logins: e-mail and password for each role, readable by its owner alone, kept from run to run."""

    FIRST = ("ana@riverbend.example", "dana@riverbend.example", "frank@riverbend.example")

    def __init__(self, file: Path):
        self.file = file
        self.passwords = Passwords()
        self.are_written = file.exists()
        if self.are_written:
            for match in _LINE.finditer(file.read_text(encoding="utf-8")):
                self.passwords[match["email"]] = match["password"]

    def write(self) -> None:
        """Write the file, and see to it that every login in it opens."""
        there = [slug for slug in TENANTS if Tenant.objects.filter(slug=slug).exists()]
        people = [line for slug in there for line in _people_of(slug)]
        known = set(self.passwords)
        for email, _ in people:
            password = self.passwords.get(email)
            user = User.objects.get(email=email)
            if email not in known or not user.check_password(password):
                user.set_password(password)
                user.save(update_fields=["password"])
        lines = [
            "Demonstration logins. Sign in at /accounts/login/",
            "",
            *(self._line(email, words) for email, words in people if email in self.FIRST),
            "",
            "Every other role:",
            *(self._line(email, words) for email, words in people if email not in self.FIRST),
            "",
        ]
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.touch(mode=0o600)
        self.file.chmod(0o600)
        self.file.write_text("\n".join(lines), encoding="utf-8")

    def _line(self, email: str, words: str) -> str:
        return f"  {email:<30} {self.passwords[email]}   {words}"


def _people_of(slug: str) -> list[tuple[str, str]]:
    """Each person's e-mail, and who they are in words."""
    tenant = Tenant.objects.get(slug=slug)
    with tenant_scope(tenant):
        found = []
        for person in Membership.objects.filter(email__endswith=f"@{slug}.example").order_by("pk"):
            partners = [grant.partner.code for grant in person.current_grants if grant.partner is not None]
            of_partner = f" of {partners[0]}" if partners else ""
            found.append((person.email, f"{person.name}: {person.role_words}{of_partner}, {tenant.name}"))
        return found
