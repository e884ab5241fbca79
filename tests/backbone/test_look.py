"""What all pages share: words and shapes, numbers and dates, the frame, its parts, and the vendored files."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from backbone.htmx import page_or_part
from backbone.look import accent, icons, numbers, words
from backbone.look.coverage import Coverage, coverage_chip, coverage_text
from backbone.look.sparkline import sparkline
from tests.factories import user_of

STATIC = Path(settings.BASE_DIR) / "static"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def draw(source: str, **context: object) -> str:
    return Template("{% load bb i18n %}" + source).render(Context(context))


def a_request(path: str = "/", **cookies: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)
    request.csp_nonce = "n0nce"
    request.htmx = None
    request.user = SimpleNamespace(is_authenticated=False)
    return request


def a_frame(**changes: object) -> SimpleNamespace:
    link = lambda label, url, is_current=False: SimpleNamespace(label=label, url=url, is_current=is_current)  # noqa: E731
    given = {
        "tenant": SimpleNamespace(name="Riverside", slug="riverside", accent="#7a1fa2"),
        "initiative": SimpleNamespace(name="Youth to Work", slug="youth"),
        "person": SimpleNamespace(name="Ana", initial="A", role_words="Data steward"),
        "switches": [("Riverside", [link("Youth to Work", "/o/riverside/youth/", True)])],
        "nav": [link("Home", "/home/"), link("Measures", "/measures/", True)],
        "footer_words": "Riverside · times in local time",
    }
    return SimpleNamespace(**{**given, **changes})


def page(source: str, frame: object = None, **cookies: str) -> str:
    template = Template('{% extends "base.html" %}{% load bb i18n %}' + source)
    request = a_request("/somewhere/", **cookies)
    return template.render(Context({"frame": frame, "request": request, "user": request.user, "messages": []}))


# --- coverage ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Coverage(9, 9), "9 of 9 partners have filed"),
        (Coverage(8, 8, excused=1), "8 of 8 partners have filed · 1 excused"),
        (Coverage(7, 9, usual_share=Decimal("0.68")), "7 of 9 partners have filed · 68% of usual volume"),
        (Coverage(9, 9, usual_share=Decimal(1)), "9 of 9 partners have filed"),
        (Coverage(6, 9, waiting=1), "6 of 9 partners approved · 1 to review"),
        (Coverage(0, 9), "No partner has filed yet"),
        (Coverage(0, 9, in_part=True), "No partner has filed all of it yet"),
        (Coverage(2, 9, in_part=True), "2 of 9 partners have filed"),
        (Coverage(0, 9, waiting=2), "0 of 9 partners approved · 2 to review"),
        (Coverage(0, 0), "Nobody owes this"),
        (Coverage(1, 1), "1 of 1 partner has filed"),
        (Coverage(1240, 2000), "1,240 of 2,000 partners have filed"),
    ],
)
def test_coverage_is_said_in_words(given, said):
    assert coverage_text(given) == said
    text = re.sub(r"<[^>]+>", "", coverage_chip(given))
    assert text == said


def test_coverage_reads_any_object_or_mapping():
    as_mapping = {"filed": 7, "expected": 9}
    assert coverage_text(as_mapping) == coverage_text(SimpleNamespace(**as_mapping)) == "7 of 9 partners have filed"


def test_the_strip_shows_one_segment_per_partner_and_sorts_when_it_may_not_tell_who():
    chip = coverage_chip(Coverage(2, 4, waiting=1, excused=1))
    assert re.findall(r'<rect class="s-(\w+)"', chip) == ["in", "in", "wait", "out", "ex"]
    assert 'aria-hidden="true"' in chip
    ordered = coverage_chip(Coverage(2, 3, segments=["in", "out", "in"]))
    assert re.findall(r'<rect class="s-(\w+)"', ordered) == ["in", "out", "in"]


def test_over_twenty_partners_share_one_bar():
    bar = coverage_chip(Coverage(98, 124))
    assert re.findall(r'<rect class="s-(\w+)"', bar) == ["in", "out"]
    assert len(re.findall("<rect", coverage_chip(Coverage(20, 20)))) == 20


def test_one_of_many_partners_does_not_vanish_from_the_bar():
    widths = re.findall(r'class="s-in"[^>]*width="([\d.]+)"', coverage_chip(Coverage(1, 500)))
    assert Decimal(widths[0]) >= 1


def test_an_unknown_segment_is_refused():
    with pytest.raises(ValueError, match="maybe"):
        coverage_chip(Coverage(1, 1, segments=["maybe"]))


# --- numbers and dates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Decimal("1012"), None, "1,012"),
        (Decimal("12480.50"), None, "12,480.50"),
        (Decimal("-3.5"), None, "−3.5"),
        (Decimal("1E+6"), None, "1,000,000"),
        (Decimal("1E-9"), None, "0.000000001"),
        (Decimal("2.345"), 2, "2.35"),
        (Decimal("-0.004"), 2, "0.00"),
        (0, None, "0"),
        (Decimal("0.00"), None, "0.00"),
        (None, None, "–"),
        (Decimal("123456789012345678.123456789012"), None, "123,456,789,012,345,678.123456789012"),
    ],
)
def test_a_number_reads_as_filed(value, decimals, shown):
    assert numbers.number(value, decimals) == shown


def test_a_float_is_not_a_figure():
    with pytest.raises(TypeError, match="float"):
        numbers.number(0.1)


def test_numbers_follow_the_language():
    with translation.override("es"):
        assert numbers.number(Decimal("3.5")) == "3,5"
        assert numbers.percent(Decimal("0.411")).startswith("41,1")


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (lambda: numbers.percent(Decimal("0.411")), "41.1%"),
        (lambda: numbers.percent(Decimal("0.685"), 0), "69%"),
        (lambda: numbers.percent(0), "0.0%"),
        (lambda: numbers.percent(None), "–"),
        (lambda: numbers.signed(Decimal(30)), "+30"),
        (lambda: numbers.signed(Decimal(-12)), "−12"),
        (lambda: numbers.signed(0), "0"),
        (lambda: numbers.signed_percent(Decimal("0.026")), "+2.6%"),
        (lambda: numbers.signed_percent(Decimal("-0.018")), "−1.8%"),
        (lambda: numbers.signed_percent(Decimal("0.0001")), "0.0%"),
        (lambda: numbers.compact(Decimal("8.50")), "8.5"),
        (lambda: numbers.compact(Decimal("1200.000")), "1,200"),
    ],
)
def test_ratios_and_changes_have_their_signs(call, shown):
    assert call() == shown


def test_a_date_names_its_year_only_when_it_is_another():
    today = dt.date(2026, 11, 11)
    assert numbers.short_date(dt.date(2026, 11, 9), today) == "9 Nov"
    assert numbers.short_date(dt.date(2025, 11, 9), today) == "9 Nov 2025"
    assert numbers.near_date(dt.date(2026, 11, 12), today) == "tomorrow, 12 Nov"
    assert numbers.near_date(dt.date(2026, 11, 20), today) == "20 Nov"
    assert numbers.long_date(today) == "Wednesday 11 November 2026"
    assert numbers.short_date(None) == "–"


@pytest.mark.parametrize(
    ("starts_on", "grain", "shown"),
    [
        (dt.date(2026, 10, 1), "month", "October 2026"),
        (dt.date(2026, 7, 1), "quarter", "Jul–Sep 2026"),
        (dt.date(2026, 11, 1), "quarter", "Nov 2026–Jan 2027"),
        (dt.date(2026, 7, 1), "half_year", "Jul–Dec 2026"),
        (dt.date(2026, 7, 1), "year", "2026–27"),
        (dt.date(2099, 4, 1), "year", "2099–00"),
        (dt.date(2026, 1, 1), "year", "2026"),
        (dt.date(2026, 11, 9), "week", "week of 9 Nov 2026"),
        (dt.date(2026, 11, 9), "day", "9 Nov 2026"),
    ],
)
def test_a_period_is_named_by_its_grain(starts_on, grain, shown):
    assert numbers.period_name(starts_on, grain) == shown


def test_an_unknown_grain_is_refused():
    with pytest.raises(ValueError, match="decade"):
        numbers.period_name(dt.date(2026, 1, 1), "decade")


# --- words and shapes ----------------------------------------------------------------------------------------------


def test_every_word_has_a_shape_that_exists():
    for word in (*words.STATES.values(), *words.KINDS.values()):
        assert word.icon in icons.ICONS
        assert str(word.text)


def test_states_differ_by_more_than_colour():
    filing = ["not_due", "due", "draft", "submitted", "returned", "approved", "missing", "excused", "not_collected"]
    assert len({words.STATES[slug].icon for slug in filing}) == len(filing)


def test_a_state_is_a_shape_and_a_word():
    drawn = draw('{% state_word "approved" %}{% state_word "to_fix" "6 short" %}')
    assert 'class="bb-state bb-state--good"' in drawn
    assert "</svg>Approved</span>" in drawn
    assert "</svg>6 short</span>" in drawn


def test_an_unknown_state_names_those_there_are():
    with pytest.raises(ValueError, match=r"“apprved”.*approved"):
        draw('{% state_word "apprved" %}')


def test_a_kind_badge_says_how_it_adds_up_and_links_to_its_rule():
    assert "Adds up" in draw('{% kind_badge "flow" %}')
    assert draw('{% kind_badge "unduplicated" href="/rules/" %}').startswith('<a class="bb-kind" href="/rules/"')


def test_every_stored_kind_of_indicator_has_a_badge():
    kinds = (
        "flow, to_date, unduplicated, rate, rate_stock, weighted_average, stock, average_stock, minimum, maximum, "
        "median, milestone, ordinal, index, formula, money, community, narrative"
    )
    assert set(words.KINDS) == set(kinds.split(", "))


def test_a_value_says_so_far_in_the_same_breath():
    drawn = draw("{% figure_value shown %}", shown=SimpleNamespace(text="700", so_far=True))
    assert drawn == '<span class="bb-val">700 <small>so far</small></span>'
    assert "bb-val--words" in draw("{% figure_value shown %}", shown={"text": "at least 95", "words": True})
    assert "–" in draw("{% figure_value shown %}", shown={"text": None})


def test_words_from_people_are_escaped():
    drawn = draw("{% figure_value shown %}{% state_word 'draft' text %}", shown={"text": "<b>7"}, text="<i>x")
    assert "<b>" not in drawn
    assert "<i>" not in drawn


# --- sparkline -----------------------------------------------------------------------------------------------------


def test_a_sparkline_is_solid_where_all_are_in_and_hollow_where_not():
    drawn = sparkline([(Decimal(1), False), (Decimal(2), False), (Decimal(1), True)], target=3, label="Completions")
    assert 'role="img" aria-label="Completions"' in drawn
    assert 'class="t"' in drawn
    assert 'class="d"' in drawn
    assert drawn.count("<circle") == 1
    assert 'class="h"' in drawn


def test_a_missing_value_is_a_gap_not_a_zero():
    drawn = sparkline(
        [(Decimal(5), False), (Decimal(6), False), (None, False), (Decimal(7), False), (Decimal(8), False)]
    )
    line = re.search(r'<path d="([^"]+)"', drawn).group(1)
    assert line.count("M") == 2
    assert 'aria-hidden="true"' in drawn


def test_a_zero_is_drawn_and_silence_is_not():
    assert "<circle" in sparkline([(0, False)])
    assert sparkline([(None, False), (None, True)]) == ""


# --- accent --------------------------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("base", ["#ffff00", "#ff0000", "#00ff00", "#0000ff", "#ffffff", "#000000", "#f3c", "#0e6174"])
def test_any_tenant_colour_becomes_legible(base):
    assert contrast(accent.legible(base), "#faf9f6") >= 6.0
    assert contrast(accent.legible(base), "#ffffff") >= 4.5
    assert contrast(accent.legible(base, is_dark=True), "#121518") >= 6.0


def test_only_a_colour_enters_the_style():
    evil = "#fff; } body { display: none"
    assert accent.safe_colour(evil) == accent.DEFAULT
    assert evil not in page("", a_frame(tenant=SimpleNamespace(name="R", slug="r", accent=evil)))


# --- the frame -----------------------------------------------------------------------------------------------------


def test_the_frame_says_where_one_is_and_what_there_is():
    html = page("{% block title %}Figures{% endblock %}{% block heading %}Our figures{% endblock %}", a_frame())
    assert "<title>Figures · Backbone</title>" in html
    assert html.count("<h1") == 1
    assert "Riverside" in html
    assert 'href="/measures/" aria-current="page"' in html
    assert '<style nonce="n0nce">:root { --bb-accent-base: #7a1fa2; }</style>' in html
    assert 'class="bb-skip" href="#main"' in html
    assert 'aria-live="polite"' in html


def test_before_sign_in_a_page_names_no_tenant():
    html = page("{% block heading %}Hello{% endblock %}", None)
    assert "bb-switch" not in html
    assert "--bb-accent-base" not in html
    assert "<nav" not in html


def test_what_a_page_does_not_fill_is_not_drawn():
    bare = page("{% block content %}x{% endblock %}", a_frame())
    for part in ("bb-head", "bb-rail", "bb-grid", "bb-bar", "<h1"):
        assert f'class="{part}"' not in bare
    full = page("{% block rail %}beside{% endblock %}{% block bar %}below{% endblock %}{% block kicker %}k{% endblock %}"
                "{% block heading %}h{% endblock %}", a_frame())  # fmt: skip
    assert '<aside class="bb-rail"' in full
    assert 'class="bb-bar"' in full
    assert '<p class="bb-kicker">k</p>' in full


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><b>', "auto"), (None, "auto")])
def test_the_theme_is_the_one_chosen_else_the_device_s(cookie, theme):
    html = page("", a_frame(), **({"theme": cookie} if cookie else {}))
    assert f'data-bs-theme="{theme}"' in html.split("<head>")[0]


def test_pages_keep_to_the_content_policy():
    html = page("{% block heading %}x{% endblock %}{% block scripts %}{% chart_scripts %}{% endblock %}", a_frame())
    assert not re.search(r'\sstyle="', html)
    assert not re.search(r"\son\w+=", html)
    for tag in re.findall(r"<script[^>]*>", html):
        assert 'nonce="n0nce"' in tag


def test_capture_wants_one_name():
    with pytest.raises(TemplateSyntaxError, match="one name"):
        draw("{% capture a b %}{% endcapture %}")


# --- parts ---------------------------------------------------------------------------------------------------------


class PartnerForm(forms.Form):
    name = forms.CharField(
        label="Name", help_text="As partners know it.", widget=forms.TextInput({"placeholder": "Name"})
    )
    sector = forms.ChoiceField(label="Sector", choices=[("health", "Health")], required=False)
    counts = forms.ChoiceField(label="Counts", choices=[("person", "Each person once")], widget=forms.RadioSelect)
    is_public = forms.BooleanField(label="Public", required=False)

    def clean(self):
        raise forms.ValidationError("Riverside already has this partner.")


def test_a_form_puts_its_errors_on_top_and_at_the_field():
    html = render_to_string("_form.html", {"form": PartnerForm({}), "submit": "Save the partner"}, a_request())
    assert 'role="alert"' in html
    assert "3 things to fix" in html
    assert '<a href="#id_name">Name: This field is required.</a>' in html
    assert "<li>Riverside already has this partner.</li>" in html
    assert re.search(r'<input[^>]*name="name"[^>]*class="form-control is-invalid"', html)
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "csrfmiddlewaretoken" in html
    assert "Save the partner</button>" in html


def test_an_error_link_leads_to_something_on_the_page():
    html = render_to_string("_form.html", {"form": PartnerForm({}), "submit": "Save"}, a_request())
    for anchor in re.findall(r'<li><a href="#([^"]+)"', html):
        assert f'id="{anchor}"' in html


def test_controls_wear_the_dress_of_their_kind():
    html = PartnerForm().as_div()
    assert "placeholder" not in html
    assert 'class="form-select"' in html
    assert '<span class="bb-optional">(optional)</span>' in html
    assert html.count('class="form-check-input"') == 2
    assert '<label class="form-check-label" for="id_counts_0">Each person once</label>' in html
    assert "<fieldset" in html


def test_messages_are_shapes_and_words():
    told = [Message(constants.SUCCESS, "October is submitted."), Message(constants.ERROR, "March is closed.")]
    html = render_to_string("_messages.html", {"messages": told})
    assert "bb-note--good" in html
    assert 'role="alert"' in html
    assert "October is submitted." in html


def test_an_empty_state_has_one_button():
    html = render_to_string("_empty.html", {"title": "No meeting", "text": "Plan one.", "url": "/m/", "action": "Plan"})
    assert html.count("btn-primary") == 1


def test_a_confirmation_repeats_the_verb_and_offers_the_way_back():
    context = {"title": "Publish October?", "text": "It stays.", "submit": "Publish version 1", "cancel_url": "/"}
    html = render_to_string("_confirm.html", context, a_request())
    assert 'method="post"' in html
    assert "Publish version 1</button>" in html
    assert "Not yet</a>" in html


def test_progress_polls_until_it_is_done():
    context = {"id": "import-1", "url": "/i/", "what": "Reading", "done": 1640, "total": 2000, "unit": "rows"}
    html = render_to_string("_progress.html", context)
    assert 'hx-get="/i/"' in html
    assert 'max="2000" value="1640"' in html
    assert "1,640 of 2,000 rows" in html
    assert "hx-get" not in render_to_string("_progress.html", {**context, "is_done": True})


def test_pages_of_a_list_keep_the_rest_of_the_address():
    paginator = Paginator(range(1234), 50)
    html = render_to_string("_pagination.html", {"page": paginator.page(7)}, a_request("/list/?q=a&page=7"))
    assert "301 to 350 of 1,234" in html
    assert 'href="?q=a&amp;page=8"' in html
    assert '<span aria-current="page">7</span>' in html
    one_page = render_to_string("_pagination.html", {"page": Paginator([1], 50).page(1)}, a_request())
    assert one_page.strip() == ""


def test_problems_link_to_their_fields():
    html = render_to_string("_problems.html", {"problems": [("k1", "K1: the age groups are 6 short of 300")]})
    assert "One thing to fix" in html
    assert '<a href="#k1">K1: the age groups are 6 short of 300</a>' in html


def test_mail_uses_the_tenant_s_legible_colour():
    html = render_to_string("base_email.html", {"accent": "#ffff00"})
    assert accent.legible("#ffff00") in html
    assert "#ffff00" not in html
    assert "max-width: 600px" in html
    assert "@media (prefers-color-scheme: dark)" in html


# --- page or part --------------------------------------------------------------------------------------------------


def htmx(**changes: bool) -> SimpleNamespace:
    return SimpleNamespace(**{"boosted": False, "history_restore_request": False, **changes})


@pytest.mark.parametrize(
    ("asked", "is_part"),
    [
        (None, False),
        (htmx(), True),
        (htmx(boosted=True), False),
        (htmx(history_restore_request=True), False),
    ],
)
def test_a_part_is_answered_only_where_a_part_was_asked_for(asked, is_part):
    request = a_request()
    request.htmx = asked
    request._messages = []
    answer = page_or_part(
        request, "404.html", "_empty.html", {"title": "No meeting", "text": "", "frame": None}, status=422
    )
    assert answer.status_code == 422
    assert "HX-Request" in answer["Vary"]
    assert answer.content.decode().startswith("<!doctype html>") is not is_part


def test_messages_come_along_with_a_part():
    request = a_request()
    request.htmx = htmx()
    request._messages = [Message(constants.SUCCESS, "Saved")]
    html = page_or_part(request, "404.html", "_empty.html", {"title": "x", "text": "", "frame": None}).content.decode()
    assert 'id="messages" class="bb-messages" hx-swap-oob="true"' in html
    assert "Saved" in html


# --- the doors, through the real settings ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("account_login", "Sign in"),
        ("account_signup", "You come in by invitation"),
        ("account_reset_password", "Forgotten your password?"),
        ("account_request_login_code", "Mail me a code"),
        ("account_inactive", "This account is closed"),
    ],
)
def test_a_door_says_what_it_is_and_nothing_of_any_tenant(client, riverside, name, heading):
    answer = client.get(reverse(name))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL) == [heading]
    assert "Riverside" not in html
    assert "--bb-accent-base" not in html


@pytest.mark.django_db
def test_every_script_of_a_door_carries_the_nonce_of_its_policy(client):
    answer = client.get(reverse("account_login"))
    nonce = re.search(r"script-src [^;]*'nonce-([^']+)'", answer["Content-Security-Policy"]).group(1)
    scripts = re.findall(r"<script[^>]* src=[^>]*>", answer.content.decode())
    assert len(scripts) >= 4
    assert all(f'nonce="{nonce}"' in tag for tag in scripts)
    assert not re.search(r'\sstyle="|\son(click|load|submit)=', answer.content.decode())


@pytest.mark.django_db
def test_a_wrong_password_is_said_once_and_on_top(client):
    answer = client.post(reverse("account_login"), {"login": "nobody@example.org", "password": "wrong-wrong-77"})
    html = answer.content.decode()
    assert html.count('role="alert"') == 1
    assert "One thing to fix" in html


def test_a_code_to_sign_in_comes_by_mail_and_lets_in(client, riverside, mailoutbox):
    user = user_of(riverside.people.ana)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.post(reverse("account_request_login_code"), {"email": user.email})
    code = re.search(r"\n\n(\S+)\n\n", mailoutbox[0].body).group(1)
    assert mailoutbox[0].subject == f"{code} is your code to sign in"
    page = client.get(reverse("account_confirm_login_code")).content.decode()
    assert f"It was sent to {user.email}" in page
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.django_db
def test_who_has_no_account_is_told_whom_to_ask(client, mailoutbox):
    client.post(reverse("account_request_login_code"), {"email": "stranger@example.org"})
    assert "Ask a colleague who already files" in mailoutbox[0].body
    assert reverse("account_signup") not in mailoutbox[0].body


@pytest.mark.parametrize(
    "name", ["account_email", "account_change_password", "mfa_index", "mfa_list_webauthn", "usersessions_list"]
)
def test_an_account_page_has_the_way_to_the_others(client, riverside, name):
    client.force_login(user_of(riverside.people.ana))
    html = client.get(reverse(name), follow=True).content.decode()
    assert html.count("<h1") == 1
    assert f'<a href="{reverse("usersessions_list")}"' in html
    assert f'<a href="{reverse("account_change_password")}"' in html


# --- files ---------------------------------------------------------------------------------------------------------


def manifest() -> list[dict[str, str]]:
    return json.loads((STATIC / "vendor" / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("entry", manifest(), ids=lambda entry: entry["file"])
def test_a_vendored_file_is_the_one_that_was_vendored(entry):
    found = (STATIC / "vendor" / entry["file"]).read_bytes()
    assert hashlib.sha256(found).hexdigest() == entry["sha256"]
    assert b"sourceMappingURL" not in found
    assert entry["version"]
    assert entry["licence"]
    assert (STATIC / "vendor" / entry["licence_file"]).is_file()


def test_no_vendored_file_is_missing_from_the_manifest():
    known = {entry["file"] for entry in manifest()} | {"manifest.json", "README.md"}
    assert {path.name for path in (STATIC / "vendor").iterdir() if path.is_file()} == known


def test_every_file_that_the_stylesheet_names_is_there():
    named = re.findall(r"url\((?!\"?data:)\"?([^)\"]+)", (STATIC / "theme.css").read_text(encoding="utf-8"))
    assert named
    for name in named:
        assert (STATIC / name).is_file()


def test_dark_by_choice_and_dark_by_device_are_the_same():
    css = (STATIC / "theme.css").read_text(encoding="utf-8")
    chosen = re.findall(r'^ +\[data-bs-theme="dark"\] \{(.*?)\}', css, re.DOTALL | re.MULTILINE)
    device = re.findall(r'^ +\[data-bs-theme="auto"\] \{(.*?)\}', css, re.DOTALL | re.MULTILINE)
    assert chosen
    assert [re.sub(r"\s+", " ", one) for one in chosen] == [re.sub(r"\s+", " ", one) for one in device]
