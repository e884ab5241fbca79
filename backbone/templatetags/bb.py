"""The parts of every page. `{% load bb i18n %}`, then copy from here; how each looks: `static/theme.css`.

The page (templates/base.html; before sign-in templates/base_door.html); every block may be left out
    {% extends "base.html" %}{% load bb i18n %}
    {% block title %}Completions{% endblock %}                  what the tab says; " · Backbone" follows
    {% block crumbs %}{% include "_crumbs.html" with crumbs=crumbs %}{% endblock %}      crumbs: [(label, url), …]
    {% block kicker %}…{% endblock %}{% block heading %}…{% endblock %}{% block lede %}…{% endblock %}
    {% block head_end %}<a class="btn btn-plain" …>…</a>{% endblock %}         beside the heading
    {% block content %}…{% endblock %}
    {% block rail %}…{% endblock %}                             narrow column; without it the content has the width
    {% block rail_label %}About this report{% endblock %}       the rail's name for screen readers
    {% block bar %}<div class="bb-wrap">…<div class="end">…</div></div>{% endblock %}    stays at the window's foot
    {% block scripts %}{{ block.super }}{% chart_scripts %}{% endblock %}                when the page has a chart
    The base template draws the h1 and Django's messages. Inside the content go on with
    <section class="bb-sec" aria-labelledby="x"><div class="bb-sec__head"><h2 id="x">…</h2><p>…</p></div>…</section>
    and <div class="bb-panel">…</div>.

Figures (value, kind, coverage, in this order)
    {% figure_value shown %}  {% figure_value shown size="xl" %}       shown: text, so_far, words, small
    {% kind_badge indicator.kind %}  {% kind_badge "flow" href=rule_url %}
    {% coverage c %}          c: filed, expected, excused, waiting, usual_share, segments (backbone.look.coverage)
    {{ c|coverage_text }}     the words alone
    {% sparkline points target=1100 label=_("Completions, October 2025 to October 2026") %}
                              points: [(value, is_partial), …], oldest first
    {% hidden_mark %}         "hidden to protect people"; {% hidden_mark short=True %} "hidden"
    {% chart spec id="trend" source="…" %}         spec: backbone.charts.trend(…) or small_multiples(…)

Words and shapes
    {% state_word "approved" %}  {% state_word "to_fix" _("6 short") %}  {% state_word "draft" tone="warn" %}
                              backbone/look/words.py has the states and the kinds
    {% icon "check" %}        backbone/look/icons.py has the names; never without words beside it
    {% mark %}                the five vertebrae

Numbers and dates (None is a dash; zero is zero)
    {{ value|number }} 1,012   {{ value|number:1 }} 1,012.0   {{ change|signed }} +30   {{ value|compact:2 }} 8.5
    {{ ratio|percent }} 41.1%  {{ ratio|percent:0 }} 41%      {{ change|signed_percent }} −1.8%
    {{ day|short_date }} 9 Nov          {{ at|short_datetime }} 9 Nov, 10:51
    {{ day|long_date }} Wednesday 11 November 2026            {{ day|near_date }} tomorrow, 10 Nov
    {{ starts_on|period_name:"month" }} October 2026          {{ starts_on|period_name:"quarter" }} Jul–Sep 2026
    {{ starts_on|short_period:"month" }} Oct 2026
    {{ "2026-11-09"|as_day|short_date }} 9 Nov                a day that frozen data say as text

Forms
    {% include "_form.html" with form=form submit=_("Save the partner") cancel_url=url %}
                              a whole form: summary of errors, fields, buttons; part="#rows" posts it by htmx
    {% error_summary form %}  only the summary ("Two things to fix", role=alert, takes the focus)
    {% include "_problems.html" with problems=problems %}      the same for a rule's problems: [(anchor, sentence), …]
    {{ form.name.as_field_group }}                             label, help, control and errors of one field
    {% control form.name %}  {% control form.name class="is-short" inputmode="numeric" %}      the control, dressed

Small parts (templates/_*.html)
    {% include "_notice.html" with tone="warn" title=_("K1 was restated") text=_("1,030 is now 1,010.") %}
                              tone: "" (plain), info, warn, good, bad; a link with url=… action=…
    {% include "_empty.html" with title=… text=… url=… action=_("Plan a meeting") %}
    {% include "_confirm.html" with title=… text=… submit=_("Publish version 1") cancel_url=… is_danger=True %}
                              a POST form of its own, to the page's address or to action=…
    {% include "_progress.html" with id="import-7" url=… what=… done=640 total=1000 unit=_("rows") %}
                              asks `url` again every two seconds until is_done=True; total=None: nobody knows
    {% include "_pagination.html" with page=page_obj %}        keeps the rest of the address; part="#rows" by htmx
    {% include "_talk.html" with about="comms.decision:9" %}     talk about that row, for whoever may see it
    {% include "_announce.html" with text=_("12 partners found") %}    in a swapped part: read out politely

Mail (templates/base_email.html and .txt; pass accent=tenant.accent; the html goes through css_inline.inline)
    {% extends "base_email.html" %} with the blocks subject, from, heading, content, foot

Tables
    <table class="bb-table bb-table--list">
    <thead><tr><th scope="col">Partner</th><th scope="col" class="bb-num">October</th></tr></thead>
    <tbody><tr><th scope="row">P4 <span class="bb-sub">Training centre</span></th>
    <td class="bb-num" data-h="October">300</td><td class="w2"><div class="bb-actions">buttons</div></td></tr></tbody>
    </table>
    On a phone each row becomes a block with `data-h` as its heads. A missing partner is a row too: class="is-missing".
    A wide table of numbers scrolls by itself: <div class="bb-tablewrap" tabindex="0" role="region" aria-label="…">.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template.base import Node, NodeList, Parser, Token
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backbone import charts
from backbone.look import accent as accents
from backbone.look import coverage as coverages
from backbone.look import icons, numbers, words
from backbone.look.sparkline import sparkline as draw_sparkline
from backbone.roles import Can
from backbone.rules import phones

register = template.Library()

register.simple_tag(icons.icon, name="icon")
register.simple_tag(icons.mark, name="mark")
register.simple_tag(coverages.coverage_chip, name="coverage")
register.simple_tag(coverages.draw_segments, name="segments")
register.filter("coverage_text", coverages.coverage_text)
for _name in (
    "number",
    "signed",
    "percent",
    "signed_percent",
    "compact",
    "short_date",
    "short_datetime",
    "long_date",
    "near_date",
    "period_name",
    "short_period",
):
    register.filter(_name, getattr(numbers, _name))
register.filter("legible_accent", accents.legible)
register.filter("legible_dark", accents.legible_on_dark)
register.filter("safe_colour", accents.safe_colour)


@register.simple_tag
def state_word(slug: str, text: str | None = None, tone: str | None = None) -> SafeString:
    """A state as shape and word; `text` says it in other words, `tone` changes only the colour."""
    word = words.state_word(slug)
    return format_html(
        '<span class="bb-state{}">{}{}</span>',
        mark_safe(f" bb-state--{word.tone if tone is None else tone}" if (word.tone if tone is None else tone) else ""),  # noqa: S308
        icons.icon(word.icon),
        word.text if text is None else text,
    )


@register.simple_tag
def kind_badge(kind: str, href: str = "") -> SafeString:
    """How a number adds up; with `href` a link to its rule."""
    word = words.kind_word(kind)
    inner = format_html("{}{}", icons.icon(word.icon), word.text)
    if href:
        return format_html('<a class="bb-kind" href="{}" title="{}">{}</a>', href, word.hint, inner)
    return format_html('<span class="bb-kind" title="{}">{}</span>', word.hint, inner)


@register.simple_tag
def figure_value(shown: Any, size: str = "", unit: str = "") -> SafeString:
    """A value in its type: `text` and its unit, "so far" when `so_far`, then `small`; `words` when it is a phrase."""
    get = shown.get if isinstance(shown, dict) else lambda name, default=None: getattr(shown, name, default)
    text = get("text")
    text = numbers.SILENCE if text in (None, "") else text
    if get("words", False):
        text = format_html('<span class="bb-val--words">{}</span>', text)
    first = [word for word in (unit, _("so far") if get("so_far", False) else "") if word]
    small = [" ".join(first)] if first else []
    if get("small"):
        small.append(get("small"))
    beside = format_html(" <small>{}</small>", " · ".join(str(part) for part in small)) if small else ""
    css = f"bb-val bb-val--{size}" if size else "bb-val"
    return format_html('<span class="{}">{}{}</span>', css, text, beside)


@register.simple_tag
def sparkline(points: Any, target: Any = None, label: str = "") -> SafeString:
    return draw_sparkline(points or (), target=target, label=label)


@register.simple_tag
def hidden_mark(short: bool = False) -> SafeString:
    """The one mark of a cell that is withheld, the same in tables, charts and files."""
    text = _("hidden") if short else _("hidden to protect people")
    return format_html('<em class="bb-hidden"><i></i>{}</em>', text)


@register.inclusion_tag("_chart.html")
def chart(spec: dict[str, Any], id: str, source: str = "", is_open: bool = False) -> dict[str, Any]:
    """The drawing with its title, and its numbers as a table; `source` names exceptions and where it comes from."""
    return {
        "id": id,
        "about": spec["usermeta"]["backbone"],
        "json": charts.to_script_json(spec),
        "table": charts.table(spec),
        "source": source,
        "is_open": is_open,
    }


@register.inclusion_tag("_chart_scripts.html", takes_context=True)
def chart_scripts(context: template.Context) -> dict[str, Any]:
    """The scripts that draw charts, once per page, in `{% block scripts %}`."""
    return {"request": context.get("request")}


@register.simple_tag
def control(field: BoundField, **attrs: Any) -> SafeString:
    """A field's control in our dress: the class for its kind, and `is-invalid` when it has an error."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        css = ""
    elif isinstance(widget, CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, Select):
        css = "form-select"
    else:
        css = "form-control"
    own = [css, str(widget.attrs.get("class", "")), str(attrs.pop("class", ""))]
    if field.errors and css:
        own.append("is-invalid")
    merged = {name.replace("_", "-"): value for name, value in attrs.items()}
    if widget.attrs.get("placeholder"):
        merged.setdefault("placeholder", False)  # the label says it, and stays while one types
    joined = " ".join(part for part in own if part)
    if joined:
        merged["class"] = joined
    return field.as_widget(attrs=merged)


@register.filter
def as_day(text: str) -> date:
    """A day that frozen data say as text."""
    return date.fromisoformat(text)


@register.filter
def dialled(text: str) -> str:
    """What follows `tel:` for a number as somebody wrote it; empty where nobody could dial it."""
    return phones.dialled(text)


@register.filter
def may(membership: Any, right: str) -> bool:
    """Whether somebody may do a thing at all, by its name in `roles.Can`: `{% if request.membership|may:"TALK" %}`."""
    return membership is not None and membership.can(Can[right])


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.inclusion_tag("_problems.html")
def error_summary(form: Any, title: str = "") -> dict[str, Any]:
    """What is wrong with a form, on top of it: one link per error to its field; nothing for a form without errors."""
    problems: list[tuple[str, str]] = []
    if form is not None and form.is_bound:
        problems += [("", str(error)) for error in form.non_field_errors()]
        for field in form:
            for error in field.errors:
                anchor = field.id_for_label or field.auto_id or ""
                problems.append(
                    (anchor, f"{field.label}: {error}" if field.label and not field.is_hidden else str(error))
                )
    return {"problems": problems, "title": title}


@register.filter
def chosen_theme(cookie: str | None) -> str:
    """ "light" or "dark" when a person chose it, else "auto": as the device says, which the stylesheet settles."""
    return cookie if cookie in ("light", "dark") else "auto"


@register.filter
def is_pressed(chosen: str, value: str) -> str:
    """For `aria-pressed`: whether this is the one that is chosen."""
    return "true" if chosen == value else "false"


@register.filter
def words_of(text: str) -> list[str]:
    """The words of a text as a list, for a strip written by hand: `{% segments "in in out"|words_of %}`."""
    return text.split()


@register.filter
def whole_codes(text: str) -> SafeString:
    """A text in which references such as D-12 do not break at their hyphen at the end of a line."""
    parts = re.split(r"(\b[A-Z]-\d+\b)", str(text))  # every second one is a reference
    return format_html_join(
        "",
        "{}",
        ((format_html('<span class="bb-nowrap">{}</span>', one) if at % 2 else one,) for at, one in enumerate(parts)),
    )


@register.filter
def page_numbers(page: Any) -> list[int | None]:
    """The numbers around a page of a paginator, None where some are left out."""
    ellipsis = page.paginator.ELLIPSIS
    numbered = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [None if one == ellipsis else int(one) for one in numbered]


@register.simple_tag(takes_context=True)
def page_address(context: template.Context, number: int, name: str = "") -> str:
    """Where this page shows that page of a list, with all else as it is; `name` where there are two such lists."""
    asked = context["request"].GET.copy()
    asked[name or "page"] = str(number)
    return f"?{asked.urlencode()}"


class CaptureNode(Node):
    def __init__(self, nodelist: NodeList, name: str):
        self.nodelist, self.name = nodelist, name

    def render(self, context: template.Context) -> str:
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """`{% capture rail %}…{% endcapture %}` keeps what is drawn in `rail`, empty when there is nothing but space."""
    pieces = token.split_contents()
    if len(pieces) != 2:
        raise template.TemplateSyntaxError("{% capture %} takes one name: {% capture rail %}…{% endcapture %}.")
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, pieces[1])
