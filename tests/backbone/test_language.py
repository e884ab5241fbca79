"""Spanish: the catalogue is whole, the pages hold no English of ours, and dates and numbers follow the reader."""

from __future__ import annotations

import ast
import gettext
import html
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from agenda.models import Outcome, Section
from backbone import changes
from backbone.look.numbers import long_date, near_date, number, percent, period_name, short_date, signed
from backbone.models import Initiative, Membership, Partner, Tenant
from backbone.problems import Month, Problem, Word
from backbone.wording import as_dict, say
from measures.models import Indicator
from measures.rules.figures import Entry, check_figure
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import Grain, check_period
from measures.services import rollups
from tests import factories

CATALOGUE = settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES"
APPS = ("backbone", "agenda", "measures", "activities", "comms")
PLACES = re.compile(r"%\(\w+\)[a-z]|%%|(?<!\{)\{\w+\}(?!\})|</?[a-z][^>]*>|https?://\S+")
OCTOBER = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _no_language_is_left_behind():
    """The last request of a test leaves its language with the thread."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


# --- the catalogue ---


class Entries:
    """What django.po says: `(context, id, plural id or None)` to the list of translations; and what is unfinished."""

    def __init__(self, text: str):
        self.translations: dict[tuple[str | None, str, str | None], list[str]] = {}
        self.fuzzy: list[str] = []
        for block in text.split("\n\n"):
            lines = block.strip().splitlines()
            if any(line.startswith("#, ") and "fuzzy" in line for line in lines):
                self.fuzzy.append(block)
            said: dict[str, str] = {}
            keyword = ""
            for line in lines:
                if line.startswith("#"):
                    continue
                if not line.startswith('"'):
                    keyword, _, line = line.partition(" ")
                    said[keyword] = ""
                said[keyword] += ast.literal_eval(line)
            if said.get("msgid"):
                key = (said.get("msgctxt"), said["msgid"], said.get("msgid_plural"))
                self.translations[key] = [said[name] for name in sorted(said) if name.startswith("msgstr")]


@pytest.fixture(scope="module")
def entries() -> Entries:
    return Entries((CATALOGUE / "django.po").read_text(encoding="utf-8"))


def test_every_sentence_is_translated(entries):
    assert len(entries.translations) > 1500
    assert not entries.fuzzy
    unfinished = [
        key for key, told in entries.translations.items() if len(told) != (2 if key[2] else 1) or not all(told)
    ]
    assert not unfinished, f"Translate these in django.po (docs/translating.md): {unfinished}"


def test_a_translation_has_the_places_and_the_markup_of_its_sentence(entries):
    """A plural's singular may leave its number out: “One thing”."""
    wrong = []
    for (_context, single, plural), told in entries.translations.items():
        for source, text in zip([single, plural or single], told, strict=False):
            if sorted(PLACES.findall(source)) != sorted(PLACES.findall(text)):
                wrong.append((source, text))
    assert not wrong


def test_spanish_keeps_to_its_fixed_words(entries):
    """One kind of quotation marks, one verb for adding, and a passphrase is no password."""
    strays = []
    for (_context, single, _plural), told in entries.translations.items():
        words = " ".join(told)
        is_password = "passphrase" in single.lower() and "contraseña" in words
        if "«" in words or re.search(r"\bañad", words, re.I) or is_password:
            strays.append((single, words))
    assert not strays


def test_the_compiled_catalogue_is_that_of_the_text(entries):
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    expected = {}
    for (context, single, plural), told in entries.translations.items():
        name = single if context is None else f"{context}\x04{single}"
        expected |= {(name, n): text for n, text in enumerate(told)} if plural else {name: told[0]}
    found = {key: text for key, text in compiled._catalog.items() if key}
    assert found == expected, "django.mo is not compiled from django.po: see docs/translating.md"


def test_every_sentence_in_the_code_is_in_the_catalogue(entries):
    known = {(context, single) for context, single, _plural in entries.translations}
    missing = {sentence for path in sources() for sentence in sentences(path) if sentence not in known}
    assert not missing, f"Not in django.po yet (docs/translating.md): {sorted(map(str, missing))}"


def sources() -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in (settings.BASE_DIR / app).rglob("*.py") if "migrations" not in path.parts)
    for ending in ("*.html", "*.txt"):
        yield from (settings.BASE_DIR / "templates").rglob(ending)


_TEXT = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_IN_TEMPLATE = re.compile(rf"\b(?P<name>_|gettext|ngettext|pgettext|npgettext)\({_TEXT}(?:,\s*{_TEXT})?")
_PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
_WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext"}


def sentences(path: Path) -> Iterator[tuple[str | None, str]]:
    """The (context, sentence) pairs that a file marks for translation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        for found in _IN_TEMPLATE.finditer(templatize(text)):
            first, second = (None if part is None else ast.literal_eval(part) for part in found.groups()[1:])
            yield (first, second) if found["name"] in _WITH_CONTEXT else (None, first)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            if texts and node.func.id in _PLAIN:
                yield None, texts[0]
            elif len(texts) > 1 and node.func.id in _WITH_CONTEXT:
                yield texts[0], texts[1]


def test_no_sentence_of_ours_changes_the_name_of_a_month_or_a_day():
    """“May” as in “may read” once made the fifth month “Puede”."""
    months = [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ]
    days = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
    with translation.override("es"):
        assert [period_name(date(2026, month, 1)) for month in range(1, 13)] == [f"{name} de 2026" for name in months]
        assert [long_date(date(2026, 11, day)).split()[0] for day in range(9, 16)] == days


# --- how things are said ---


def test_dates_and_numbers_follow_the_reader():
    today = date(2026, 11, 9)
    with translation.override("es"):
        assert short_date(today, today) == "9 nov"
        assert short_date(date(2025, 7, 1), today) == "1 jul 2025"
        assert near_date(date(2026, 11, 10), today) == "mañana, 10 nov"
        assert long_date(date(2026, 11, 11)) == "miércoles 11 de noviembre de 2026"
        assert period_name(date(2026, 7, 1), "quarter") == "jul–sep 2026"
        assert number(1012) == "1\N{NO-BREAK SPACE}012"
        assert number(Decimal("-3.50")) == "−3,50"
        assert signed(Decimal("1200.5")) == "+1\N{NO-BREAK SPACE}200,5"
        assert percent(Decimal("0.411")) == "41,1\N{NO-BREAK SPACE}%"
        assert number(None) == "–"
    with translation.override("en"):
        assert (short_date(today, today), number(1012), percent(Decimal("0.411"))) == ("9 Nov", "1,012", "41.1%")


def test_a_change_tells_its_codes_in_the_language_of_whoever_reads(riverside):
    with riverside.scope():
        told = {
            role: changes.record("member.granted", on=riverside.people.ben, by=None, person="Ben", role=role)
            for role in ("evaluator", "a role of old")
        }
        said = {}
        for language in ("en", "es"):
            with translation.override(language):
                said[language] = [changes.sentence(change) for change in told.values()]
    assert said["en"] == ["Backbone made Ben Evaluator", "Backbone made Ben a role of old"]
    assert said["es"] == ["Backbone dio a Ben el rol Evaluación", "Backbone dio a Ben el rol a role of old"]


def test_a_refusal_is_said_in_spanish_with_its_places_filled():
    line = Line("placed", "Con trabajo", "rate", unit="percent")
    (swapped,) = check_figure(line, Entry(numerator=Decimal(52), denominator=Decimal(48)))
    not_a_start = check_period(date(2026, 2, 1), Grain.QUARTER)
    closed = Problem(
        "period.closed",
        "{period} is closed for {partner} since {day}. Ask the backbone team to reopen it.",
        {"period": Month(OCTOBER), "partner": "P1", "day": date(2026, 12, 4)},
    )
    with translation.override("es"), time_machine.travel("2026-12-09"):
        assert say(swapped) == "48 es menos que el numerador, 52. Intercámbielos o corrija uno."
        assert say(closed) == (
            "octubre de 2026 está cerrado para P1 desde el 4 dic. Pida al equipo coordinador que lo reabra."
        )
        assert say(not_a_start) == "2026-02 no es el primer mes de un período (trimestre): infórmelo en 2026-01."


def test_a_word_among_the_places_of_a_problem_is_told_in_the_readers_language():
    problem = Problem("upload.state", "{name} is {state} by now. Load the page again to see it.",
                      {"name": "Egresos", "state": Word("empty")})  # fmt: skip
    assert problem.message == "Egresos is empty by now. Load the page again to see it."
    with translation.override("es"):
        assert as_dict(problem)["message"] == (
            "Egresos ya cambió de estado: vacío. Vuelva a cargar la página para verlo."
        )


def test_plurals_have_one_form_for_one_and_one_for_all_others():
    with translation.override("es"):
        said = [translation.ngettext("%(count)s partner", "%(count)s partners", n) % {"count": n} for n in (0, 1, 2)]
    assert said == ["0 socios", "1 socio", "2 socios"]


# --- pages ---

# Words that our pages use in English and that are no Spanish words; a page's own names are Spanish in this test.
NEVER = re.compile(
    r"\b(the|of|and|is|are|was|were|has|have|with|what|who|your|you|this|that|these|from|until|every|nobody|everybody|"
    r"save|submit|submitted|returned|approved|draft|missing|excused|filed|file|figures?|reports?|partners?|month|quarter|"
    r"year|due|locks|late|usual|value|category|breakdown|coverage|target|baseline|so|far|at|least|between|home|settings|"
    r"people|sign|out|password|show|all|choose|upload|download|review|nothing|yet|not|collected|unknown)\b",
    re.IGNORECASE,
)
# Not ours to translate: the product's name, a language's own name, words of the file format, and codes.
KEPT = re.compile(r"Backbone|English|not_collected|\b(?:period|category|value|note|age)\b(?=<)|Youth_to_Work")
UNSEEN = re.compile(r"<(script|style|code|svg)\b.*?</\1>|<option[^>]*>[^<]*/[^<]*</option>", re.DOTALL)
SPOKEN = re.compile(r'(?:aria-label|title|placeholder|alt|data-h|value)="([^"]*)"')


def read_aloud(response) -> str:
    """What a reader sees or hears of a page."""
    page = UNSEEN.sub(" ", KEPT.sub(" ", response.content.decode()))
    page = page[page.index("<body") :]
    told = [text for text in SPOKEN.findall(page) if " " in text.strip() or text.istitle()]
    return html.unescape(" ".join([re.sub(r"<[^>]*>", " ", page), *told]))


def stands_in(sentence: str, told: str) -> bool:
    """Whether a page says this: not as the beginning of a longer word, which may well be Spanish."""
    words = " ".join(sentence.split())
    return words in told and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", told) is not None


def left_in_english(response, entries: Entries) -> set[str]:
    """Words of the list above, and whole sentences of the catalogue that read differently in Spanish."""
    told = " ".join(read_aloud(response).split())
    sentences = {
        single
        for (_context, single, _plural), texts in entries.translations.items()
        if len(single) > 6 and texts[0] != single and not PLACES.search(single) and stands_in(single, told)
    }
    return sentences | {found.group().lower() for found in NEVER.finditer(told)}


@pytest.fixture
def ribera(riverside):
    """Riverside with Spanish names, one indicator of each of the common kinds, and a history."""
    with time_machine.travel("2026-11-09T15:00:00Z", tick=False):
        with riverside.scope():
            Tenant.objects.filter(pk=riverside.tenant.pk).update(name="Ribera")
            Initiative.objects.update(name="Juventud con trabajo")
            Section.objects.update(text="Cada joven de Ribera encuentra un camino al trabajo.")
            outcome = Outcome.objects.get()
            Outcome.objects.update(title="Cada joven termina su formación")
            for partner in riverside.partners:
                Partner.objects.filter(pk=partner.pk).update(name=f"Centro {partner.code}")
            dimension = factories.make_dimension(riverside.initiative, "edad", "14-15", "16-19")
            dimension.name = "Edad"
            dimension.save()
            make = factories.make_indicator
            k1 = make(riverside.initiative, "egresos", code="K1", name="Egresos", breakdowns=["edad"], outcome=outcome)
            make(riverside.initiative, "empleo", code="K2", name="Con trabajo", kind="rate", unit="percent",
                 numerator="con trabajo", denominator="egresados")  # fmt: skip
            make(riverside.initiative, "atendidas", code="K3", name="Atendidas", kind="unduplicated")
            make(riverside.initiative, "cupos", code="K4", name="Cupos", kind="stock")
            Indicator.objects.filter(unit="people").update(unit="personas")
            for month in (7, 8, 9):
                for partner, value in zip(riverside.partners, (700, 312, 0), strict=True):
                    factories.make_figure(k1, partner, date(2026, month, 1), value)
            factories.make_figure(k1, riverside.partners[1], OCTOBER, 1200)
            for category, value in (("edad:14-15", 1100), ("edad:unknown", 100)):
                factories.make_figure(k1, riverside.partners[1], OCTOBER, value, category=category)
            rollups.rebuild(riverside.initiative)
        yield riverside


PAGES = {
    "login": (None, "/accounts/login/"),
    "filing": ("ben", "filings/P1/2026-10/"),
    "our figures": ("ben", "our-figures/"),
    "forest": ("ana", "forest/"),
    "indicators": ("ana", "indicators/"),
    "indicator": ("ana", "indicators/egresos/"),
    "a new indicator": ("ana", "indicators/new/"),
    "who owes what": ("ana", "obligations/"),
    "agenda": ("ana", "agenda/"),
    "results": ("ana", "results/"),
    "publications": ("ana", "publications/"),
    "nothing published": ("fay", "published/"),
    "imports": ("ana", "imports/"),
}


def open_page(client, place, name: str, language: str):
    who, path = PAGES[name]
    if who is not None:
        client.force_login(factories.user_of(getattr(place.people, who)))
    client.cookies["django_language"] = language
    response = client.get(path if path.startswith("/") else place.url(path))
    assert response.status_code == 200
    return response


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_spanish_holds_no_english_of_ours(name, client, ribera, entries):
    response = open_page(client, ribera, name, "es")
    assert '<html lang="es"' in response.content.decode()
    assert left_in_english(response, entries) == set()


def test_the_search_for_english_finds_it(client, ribera, entries):
    found = left_in_english(open_page(client, ribera, "filing", "en"), entries)
    assert {"due", "No number this month?", "How we count it"} & found
    assert "report" in found


def test_a_figure_is_said_in_spanish_on_the_forest(client, ribera):
    told = " ".join(read_aloud(open_page(client, ribera, "forest", "es")).split())
    assert "1 200 hasta ahora" in told
    assert "1 de 3 socios informaron" in told


def test_a_category_of_ours_is_told_in_spanish_on_every_page(client, ribera):
    for name in ("filing", "indicator"):
        assert "Desconocido" in read_aloud(open_page(client, ribera, name, "es"))


def test_a_number_that_cannot_be_is_refused_in_spanish(client, ribera):
    open_page(client, ribera, "filing", "es")
    with ribera.scope():
        rate = Indicator.objects.get(slug="empleo").pk
    answer = client.post(
        ribera.url("filings/P1/2026-10/"),
        {f"{rate}/here": "1", f"{rate}/{TOTAL}/numerator": "52", f"{rate}/{TOTAL}/denominator": "48", "do": "submit"},
    )
    words = "“egresados” es 48, menos que “con trabajo”, 52. Intercámbielos o corrija uno."
    assert words in html.unescape(answer.content.decode())


# --- whose language ---


def language_of(response) -> str:
    return re.search(r'<html lang="(\w+)"', response.content.decode())[1]


def test_the_switch_is_a_plain_form_and_remembers_by_cookie(client, db):
    page = client.get("/accounts/login/").content.decode()
    assert re.search(r'<button[^>]*name="language" value="es"', page)
    answer = client.post("/language/", {"language": "es", "next": "/accounts/login/"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert language_of(client.get("/accounts/login/")) == "es"
    client.post("/language/", {"language": "tlh", "next": "/accounts/login/"})
    assert language_of(client.get("/accounts/login/")) == "es"
    client.post("/language/", {"language": "en", "next": "/accounts/login/"})
    assert language_of(client.get("/accounts/login/")) == "en"


@pytest.mark.parametrize(
    ("of_tenant", "of_member", "cookie", "expected"),
    [
        ("en", "", None, "en"),
        ("es", "", None, "es"),
        ("es", "en", None, "en"),
        ("en", "es", None, "es"),
        ("es", "es", "en", "en"),
        ("en", "en", "es", "es"),
    ],
)
def test_a_members_language_wins_over_the_tenants_and_a_choice_over_both(
    of_tenant, of_member, cookie, expected, client, riverside
):
    with riverside.scope():
        Tenant.objects.filter(pk=riverside.tenant.pk).update(locale=of_tenant)
        Membership.objects.filter(pk=riverside.people.ana.pk).update(locale=of_member)
    client.force_login(factories.user_of(riverside.people.ana))
    if cookie is not None:
        client.cookies["django_language"] = cookie
    assert language_of(client.get(riverside.url("forest/"))) == expected
