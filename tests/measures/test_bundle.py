"""A bundle says the same wherever it is loaded, changes nothing the second time, and comes back as it was."""

# ruff: noqa: E501  the contract's example stands here word for word

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command

from agenda.models import Outcome, Strategy
from backbone.models import Change, Grant, Initiative, Membership, Participation, Partner, Tenant, User
from backbone.problems import Refused
from backbone.tenancy import tenant_scope
from measures import bundles
from measures.models import Excuse, Figure, Indicator, Obligation, StaleMark, Target
from tests import factories

pytestmark = pytest.mark.django_db

# The example of the format's contract, word for word.
CONTRACT = """\
backbone: 1
tenant: {slug: england, name: NHS England, timezone: Europe/London, locale: en, fiscal_year_starts: 4, small_cell_threshold: 11}
initiative: {slug: urgent-care, name: Urgent and emergency care, starts_on: 2016-04-01}
agenda: {vision: "…", outcomes: [{slug: seen-in-time, title: "…", strategies: [{slug: streaming, title: "…"}]}]}
partners: [{code: RF4, name: "…", sector: health, joins_on: 2016-04-01, leaves_on: null}]
dimensions: [{slug: type, name: Department type, exclusive: true, categories: [{slug: "1", name: Major}, {slug: "2", name: Single specialty}, {slug: other, name: Other}]}]
indicators:
  - {slug: within-4h, name: Seen within four hours, outcome: seen-in-time, kind: rate, numerator: seen in time, denominator: attendances, unit: percent,
     direction: up, frequency: month, dimensions: [type], due_day: 10, lock_day: 20, targets: [{period: 2018-03, numerator: 95, denominator: 100}]}
obligations: [{indicator: within-4h, partners: all, starts_on: 2016-04-01, ends_on: null}]   # left out: every partner owes every indicator while it is a member
members: [{email: ana@example.org, name: Ana, role: partner_filer, partner: RF4}]
"""

# Everything the format knows, with the odd spelling in each corner.
EVERYTHING = """\
backbone: 1
tenant:
  slug: riverbend
  name: Riverbend
  timezone: America/Chicago
  locale: es
  fiscal_year_starts: 7
  small_cell_threshold: 5
  maintain_band: 10
  counting: submitted
  number_format: "1.234,5"
  date_order: mdy
  accent: "#8a3ffc"
initiative: {slug: youth, name: Youth to Work, starts_on: 2025-07-01, ends_on: 2030-06-30, attribution: "Our own figures.", is_public: yes}
agenda:
  vision: |
    Every young person in training
    or in work by twenty-five.
  outcomes:
    - slug: trained
      title: "Young people finish training: that leads somewhere"
      strategies: [{slug: evening, title: Evening training}, {slug: paid, title: Paid internships}]
    - {slug: in-work, title: They are in work}
partners:
  - {code: NO, name: Norway House, joins_on: 2025-07-01}
  - {code: 007, name: Employers’ council, sector: employers, joins_on: 2026-01-01, leaves_on: 2026-06-30}
  - {code: P-3}
dimensions:
  - {slug: age, name: Age, categories: [{slug: 14-15, name: 14–15}, {slug: 1, name: One}]}
  - {slug: need, name: Need, exclusive: no, categories: [{slug: housing, name: Housing}]}
indicators:
  - slug: completions
    code: K1
    name: Completions
    definition: "People who finish a course.\\n\\nCounted once."
    strategy: evening
    kind: flow
    unit: people
    dimensions: [age, need, age+need]
    due_day: 25
    baseline: {period: 2025-06, value: 750}
    targets:
      - {period: 2026-06, value: 1000}
      - {period: 2026-06, category: "age:14-15", value: 300}
      - {period: 2026-07, value: 12000, grain: year, band: 2.5}
      - {period: 2026-07, value: 3000, grain: year, partner: NO}
      - {period: 2027-06-01, value: 1100.5}
    judged_from: 2026-03
  - {slug: placed, name: Placed, outcome: in-work, kind: rate_stock, over_time: last, numerator: in work, denominator: due,
     unit: "%", baseline: {period: 2025-06, numerator: 40, denominator: 100}, decimals: true}
  - {slug: seats, name: Open seats, kind: stock, carry_forward: 1, direction: none, frequency: quarter, retired_on: 2029-01-01}
  - {slug: reached, name: Reached, kind: unduplicated, direction: down, overlap: {rate: 0.2, source: Survey, on: 2026-05-04}}
  - {slug: maturity, name: Maturity, kind: ordinal, levels: [{slug: starting, name: Starting}, {slug: steady}], mean_allowed: true}
  - {slug: house, name: House open, kind: milestone, targets: [{period: 2027-06, numerator: 8, denominator: 8}]}
  - {slug: spent, name: Spent, kind: money, unit: EUR, allows_negative: true, counts_people: false}
  - {slug: story, name: Story, kind: narrative}
obligations:
  - {indicator: completions, partners: all}
  - {indicator: placed, partners: [NO, 007], starts_on: 2025-07-01, ends_on: 2026-06-30}
  - {indicator: placed, partners: P-3}
excuses:
  - {indicator: placed, partner: 007, period: 2026-02, reason: Moved house, by: dana@example.org}
members:
  - {email: Dana@Example.org, name: Dana, role: data_steward}
  - {email: dana@example.org, name: Dana, role: convener}
  - {email: ana@example.org, name: Ana, phone: "+1 503 555 0142", role: partner_filer, partner: NO}
  - {email: eve@example.org, name: Eve, role: evaluator, ends_on: 2031-01-31}
"""


def load(text: str) -> bundles.Summary:
    return bundles.load(text.encode(), "bundle.yaml")


def dumped(tenant_slug: str) -> str:
    tenant = Tenant.objects.get(slug=tenant_slug)
    with tenant_scope(tenant):
        return bundles.dump(tenant, Initiative.objects.get())


def refused(text: str) -> list[str]:
    """What `load_bundle` would print, a line for each problem."""
    from backbone.bundles.marked import told

    with pytest.raises(Refused) as raised:
        load(text)
    return [told("bundle.yaml", problem) for problem in raised.value.problems]


def test_the_contract_makes_what_it_says():
    load(CONTRACT)
    tenant = Tenant.objects.get(slug="england")
    assert (tenant.fiscal_year_starts, tenant.timezone, tenant.small_cell_threshold) == (4, "Europe/London", 11)
    with tenant_scope(tenant):
        indicator = Indicator.objects.get()
        assert (indicator.kind, indicator.unit, indicator.breakdowns) == ("rate", "percent", ["type"])
        assert indicator.outcome == Outcome.objects.get(slug="seen-in-time")
        target = Target.objects.get()
        assert (target.period, target.numerator, target.denominator) == (date(2018, 3, 1), 95, 100)
        obligation = Obligation.objects.get()
        assert (obligation.partner, obligation.starts_on, obligation.ends_on) == (None, date(2016, 4, 1), None)
        grant = Grant.objects.get()
        assert (grant.role, grant.partner.code, grant.membership.email) == ("partner_filer", "RF4", "ana@example.org")
        assert not User.objects.get(pk=grant.membership.user_id).has_usable_password()


def test_the_contract_comes_back_as_it_was():
    load(CONTRACT)
    assert yaml.safe_load(dumped("england")) == yaml.safe_load(CONTRACT)


@pytest.mark.parametrize("text", [CONTRACT, EVERYTHING], ids=["contract", "everything"])
def test_a_dump_loads_elsewhere_and_dumps_the_same(text):
    slug = load(text).tenant
    first = dumped(slug)
    elsewhere = first.replace(f"slug: {slug}\n", "slug: elsewhere\n", 1)
    load(elsewhere)
    assert dumped("elsewhere") == elsewhere


@pytest.mark.parametrize("text", [CONTRACT, EVERYTHING], ids=["contract", "everything"])
def test_the_second_load_changes_nothing(text):
    tenant = Tenant.objects.get(slug=load(text).tenant)

    def traces():
        with tenant_scope(tenant):
            return Change.objects.count(), StaleMark.objects.count(), Grant.objects.count(), Excuse.objects.count()

    before = traces()
    assert load(text).changed == {}
    assert load(dumped(tenant.slug)).changed == {}
    assert traces() == before


def test_every_key_arrives():
    load(EVERYTHING)
    with tenant_scope(Tenant.objects.get(slug="riverbend")):
        partners = {row.partner.code: row for row in Participation.objects.select_related("partner")}
        assert set(partners) == {"NO", "007", "P-3"}
        assert partners["007"].leaves_on == date(2026, 6, 30)
        assert (partners["P-3"].partner.name, partners["P-3"].joins_on) == ("P-3", date(2025, 7, 1))
        rows = {row.slug: row for row in Indicator.objects.select_related("outcome", "strategy")}
        completions = rows["completions"]
        assert (completions.outcome.slug, completions.strategy) == ("trained", Strategy.objects.get(slug="evening"))
        assert completions.lock_day == 35
        assert completions.breakdowns == ["age", "need", "age+need"]
        assert (completions.baseline_period, completions.baseline_value) == (date(2025, 6, 1), 750)
        goals = [
            (goal.value, goal.grain or goal.category, goal.partner and goal.partner.code)
            for goal in Target.objects.filter(indicator=completions)
        ]
        assert goals == [
            (1000, "", None), (300, "age:14-15", None), (12000, "year", None), (3000, "year", "NO"), (Decimal("1100.5"), "", None)
        ]  # fmt: skip
        assert completions.judged_from == date(2026, 3, 1)
        assert (rows["placed"].unit, rows["placed"].is_whole, completions.is_whole) == ("percent", False, True)
        owed = Obligation.objects.filter(indicator=rows["placed"]).values_list("partner__code", "starts_on", "ends_on")
        assert sorted(owed) == [
            ("007", date(2025, 7, 1), date(2026, 6, 30)),
            ("NO", date(2025, 7, 1), date(2026, 6, 30)),
            ("P-3", None, None),
        ]
        assert not Obligation.objects.filter(indicator=rows["seats"]).exists()
        assert Excuse.objects.get().by.email == "dana@example.org"
        assert Membership.objects.get(email="dana@example.org").roles == {"data_steward", "convener"}
        assert Grant.objects.get(role="evaluator").ends_on == date(2031, 1, 31)


def test_a_bundle_says_how_often():
    line = "obligations: [{indicator: within-4h, partners: [RF4], starts_on: null, ends_on: null, frequency: quarter, first_partial: optional}]"
    text = "\n".join(line if one.startswith("obligations") else one for one in CONTRACT.splitlines())
    load(text)
    assert yaml.safe_load(dumped("england"))["obligations"] == yaml.safe_load(text)["obligations"]
    assert load(text).changed == {}


def test_without_obligations_every_partner_owes_every_indicator():
    text = "\n".join(line for line in CONTRACT.splitlines() if not line.startswith("obligations"))
    load(text)
    with tenant_scope(Tenant.objects.get(slug="england")):
        obligation = Obligation.objects.get()
        assert (obligation.partner, obligation.starts_on, obligation.ends_on) == (None, None, None)
    assert "obligations" not in yaml.safe_load(dumped("england"))


def test_what_a_later_file_leaves_out_stays():
    load(CONTRACT)
    summary = load(
        "backbone: 1\ntenant: {slug: england}\ninitiative: {slug: urgent-care}\n"
        "partners: [{code: RJ1, joins_on: 2017-01-01}, {code: RF4, leaves_on: 2018-03-31}]\n"
        "indicators: [{slug: within-4h, definition: Four hours from arrival.}]\n"
    )
    assert summary.changed == {"partners": ["RJ1", "RF4"], "indicators": ["within-4h"]}
    with tenant_scope(Tenant.objects.get(slug="england")):
        assert Tenant.objects.get(slug="england").name == "NHS England"
        assert Partner.objects.get(code="RF4").sector == "health"
        row = Participation.objects.get(partner__code="RF4")
        assert (row.joins_on, row.leaves_on) == (date(2016, 4, 1), date(2018, 3, 31))
        indicator = Indicator.objects.get()
        assert (indicator.kind, indicator.definition) == ("rate", "Four hours from arrival.")
        assert Target.objects.count() == 1


def test_null_takes_a_last_day_away_again():
    load(CONTRACT.replace("leaves_on: null", "leaves_on: 2017-03-31"))
    summary = load(CONTRACT)
    assert summary.changed == {"partners": ["RF4"]}
    with tenant_scope(Tenant.objects.get(slug="england")):
        assert Participation.objects.get().leaves_on is None


def test_a_changed_file_is_told_in_history_and_marks_what_it_bears_on():
    load(CONTRACT)
    tenant = Tenant.objects.get(slug="england")
    with tenant_scope(tenant):
        StaleMark.objects.all().delete()
    load(CONTRACT.replace("leaves_on: null", "leaves_on: 2016-06-30"))
    with tenant_scope(tenant):
        change = Change.objects.latest("id")
        assert change.verb == "partner.left"
        assert change.facts["fields"] == {"leaves_on": [None, "2016-06-30"]}
        marked = set(StaleMark.objects.values_list("period", flat=True))
    assert date(2016, 7, 1) in marked
    assert date(2017, 6, 1) in marked
    with tenant_scope(tenant):
        StaleMark.objects.all().delete()
    load(
        CONTRACT.replace("leaves_on: null", "leaves_on: 2016-06-30").replace(
            "fiscal_year_starts: 4", "fiscal_year_starts: 7"
        )
    )
    with tenant_scope(tenant):
        assert date(2016, 4, 1) in set(StaleMark.objects.values_list("period", flat=True))


def test_a_kind_stays_once_figures_exist():
    load(CONTRACT)
    with tenant_scope(Tenant.objects.get(slug="england")):
        indicator = Indicator.objects.get()
        factories.make_figure(indicator, Partner.objects.get(), date(2016, 4, 1), numerator=1, denominator=2)
    (line,) = refused(CONTRACT.replace("kind: rate", "kind: rate_stock, over_time: last"))
    assert line.startswith("bundle.yaml line 8: indicator “within-4h”: Seen within four hours has figures")
    with tenant_scope(Tenant.objects.get(slug="england")):
        assert Indicator.objects.get().kind == "rate"
        assert Figure.objects.count() == 1


WRONG = [
    ("kind: rate, numerator: seen in time, denominator: attendances, unit: percent", "kind: money, unit: dollars", 8, "its unit is the code of one currency"),
    ("kind: rate, numerator: seen in time, denominator: attendances, unit: percent", "kind: ordinal", 8, "Name the levels of Seen within four hours"),
    ("kind: rate,", "kind: rate, levels: [{slug: a}, {slug: b}],", 8, "Only a level on a scale (ordinal) has levels"),
    ("kind: rate,", "kind: rate, overlap: {rate: 0.1, source: Survey, on: 2017-01-01},", 8, "Only unduplicated people can overlap"),
    ("kind: rate, numerator: seen in time, denominator: attendances, unit: percent", "kind: unduplicated, overlap: {rate: 0.1, on: 2017-01-01}", 8, "an estimate needs its source"),
    ("kind: rate", "kind: rat", 8, "indicator “within-4h”: There is no kind rat. Did you mean rate?"),
    ("kind: rate, ", "", 8, "“kind” is missing"),
    ("kind: rate, numerator: seen in time, denominator: attendances", "kind: flow", 8, "is a percentage, and percentages cannot be added up"),
    ("targets: [{period: 2018-03, numerator: 95, denominator: 100}]", "targets: [{period: 2018-03, value: 0.95}]", 9, "say its goal as numerator and denominator"),
    ("2018-03", "2018-13", 9, "2018-13 is no month; write it as in 2018-03"),
    ("dimensions: [type]", "dimensions: [tpye]", 9, "cannot be split by tpye. The dimensions are: type."),
    ("outcome: seen-in-time", "outcome: seen-on-time", 8, "there is no seen-on-time; did you mean “seen-in-time”?"),
    ("direction: up", "directon: up", 9, "There is no “directon” here; did you mean “direction”?"),
    ("direction: up", "direction: upward", 9, "“direction”: there is no upward"),
    ("due_day: 10", "due_day: soon", 9, "“due_day” is a whole number from 1 to 31, not soon."),
    ("lock_day: 20", "lock_day: 5", 9, "locks on day 5, before it is due on day 10"),
    ("starts_on: 2016-04-01}\nagenda", "starts_on: 2016-04-31}\nagenda", 3, "2016-04-31 is no day"),
    ("partners: [{", "partners: [{code: R F4}, {", 5, "cannot stand in an address"),
    ("leaves_on: null", "leaves_on: 2015-01-01", 5, "It leaves on 2015-01-01, before it joins on 2016-04-01."),
    ("{slug: other, name: Other}", "{slug: other, name: Other}, {slug: other, name: Twice}", 6, "“other” stands here twice"),
    ("{slug: other, name: Other}", "{slug: unknown, name: Unknown}", 6, "Every dimension has the category unknown by itself"),
    ("exclusive: true", "exclusive: maybe", 6, "“exclusive” is true or false, not maybe."),
    ("indicator: within-4h, partners: all", "indicator: within-4, partners: all", 10, "there is no within-4; did you mean “within-4h”?"),
    ("partners: all", "partners: [RF5]", 10, "there is no RF5; did you mean “RF4”?"),
    ("role: partner_filer", "role: filer", 11, "“role”: there is no filer"),
    ("role: partner_filer, partner: RF4", "role: partner_filer", 11, "is held for one partner: say which"),
    ("email: ana@example.org", "email: ana", 11, "“ana” is no e-mail address."),
    ("timezone: Europe/London", "timezone: Europe/Londres", 2, "is no known time zone"),
    ("slug: england", "slug: England", 2, "“England” is no short name"),
    ("backbone: 1", "backbone: 2", 1, "This is a bundle of version 2"),
    ("members:", "membres:", 11, "There is no “membres” here; did you mean “members”?"),
    ("partners: [{code: RF4,", "partners: [RF4, {code: RF4,", 5, "each entry is to be a group of keys, not a single value"),
    ("name: NHS England,", "name: NHS England, name: Again,", 2, "“name” stands here twice; it was in line 2 already."),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "line", "sentence"), WRONG, ids=[wrong for _, wrong, _, _ in WRONG])
def test_a_wrong_bundle_says_where_and_what(right, wrong, line, sentence):
    assert right in CONTRACT
    told = refused(CONTRACT.replace(right, wrong, 1))
    assert len(told) == 1, told
    assert told[0].startswith(f"bundle.yaml line {line}: ")
    assert sentence in told[0]
    assert not Tenant.objects.filter(slug="england").exists()


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_file():
    told = refused(
        CONTRACT.replace("kind: rate", "kind: rat")
        .replace("role: partner_filer", "role: filer")
        .replace("exclusive: true", "exclusive: maybe")
    )
    assert [line.split(":")[0] for line in told] == ["bundle.yaml line 6", "bundle.yaml line 8", "bundle.yaml line 11"]


def test_nothing_is_half_written():
    load(CONTRACT)
    refused(CONTRACT.replace("name: NHS England", "name: Changed").replace("kind: rate", "kind: rat"))
    assert Tenant.objects.get(slug="england").name == "NHS England"


@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        (b"backbone: [1", 1, "This is not YAML"),
        (b"backbone: 1\ntenant: \xff", 2, "not in UTF-8"),
        (b"backbone: 1\ntenant: {slug: a\x00}", 2, "control character"),
        (b"", 1, "holds no keys and values"),
        (b"- 1\n- 2", 1, "holds no keys and values"),
        (b"backbone: 1\n", 1, "“tenant” is missing"),
        (b"a: &x [*x]\nbackbone: 1", 1, "There is no “a” here"),
        (b"[" * 5000, 1, "nested too deeply"),
        (b"#" * 5_000_001, 1, "at most 5000000 are read"),
    ],
    ids=["yaml", "encoding", "control", "empty", "list", "bare", "loop", "deep", "large"],
)
def test_a_file_that_is_no_bundle_is_refused(content, line, sentence):
    with pytest.raises(Refused) as raised:
        bundles.load(content, "bundle.yaml")
    problem = raised.value.problems[0]
    assert problem.row == line
    assert sentence in problem.message


def test_the_commands_say_what_they_did(tmp_path):
    file = tmp_path / "bundle.yaml"
    file.write_text(CONTRACT)
    out = StringIO()
    call_command("load_bundle", str(file), stdout=out)
    assert "england/urgent-care: partners: RF4" in out.getvalue()
    out = StringIO()
    call_command("load_bundle", str(file), stdout=out)
    assert out.getvalue() == "england/urgent-care: nothing to change.\n"
    out = StringIO()
    call_command("dump_bundle", "england/urgent-care", stdout=out)
    assert out.getvalue() == dumped("england")
    call_command("dump_bundle", "england/urgent-care", "--out", str(tmp_path / "again.yaml"))
    assert (tmp_path / "again.yaml").read_text() == out.getvalue()
    file.write_text(CONTRACT.replace("kind: rate", "kind: rat"))
    with pytest.raises(CommandError, match=r"bundle.yaml line 8: indicator “within-4h”: There is no kind rat"):
        call_command("load_bundle", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_bundle", str(tmp_path / "missing.yaml"))
    with pytest.raises(CommandError, match="There is no tenant “scotland”"):
        call_command("dump_bundle", "scotland/urgent-care")
    with pytest.raises(CommandError, match="There are: urgent-care"):
        call_command("dump_bundle", "england/other")
