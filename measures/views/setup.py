"""Setting up what is measured: indicators with their targets, and the ways to split them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from agenda.models import Outcome
from backbone.access import member_can, sent_id
from backbone.forms.people import refuse
from backbone.htmx import page_or_part, wants_part
from backbone.models import Initiative
from backbone.problems import Refused
from backbone.roles import Can
from backbone.wording import say
from measures import wording
from measures.forms.setup import DimensionForm, IndicatorForm
from measures.forms.splits import LimitsForm, RetireForm, SpanForm
from measures.forms.targets import TargetForm
from measures.goals import set_words
from measures.kind_words import sample_words
from measures.lines import dimensions_of, line_of, spans_of
from measures.models import Dimension, Figure, Indicator, Target
from measures.rules import kinds
from measures.rules.categories import parse_category
from measures.rules.derived import check_derived, definition_of
from measures.rules.figures import plain
from measures.rules.lines import Line, check_line
from measures.rules.periods import text_of
from measures.rules.progress import check_target
from measures.rules.samples import SampleRow, computed_rows, missing_row, sample_rows
from measures.selectors.goals import level_of, targets_of
from measures.selectors.versions import histories
from measures.services import setup, targets
from measures.services.composing import about
from measures.views import composition
from measures.views.links import csv_answer
from measures.wording import said


@member_can(Can.DEFINE_INDICATORS)
def indicator_new(request, initiative):
    """Define an indicator: how it adds up first, then only what that kind needs."""
    if request.method == "POST" and not _is_preview(request):
        form = IndicatorForm(request.POST, initiative=initiative)
        if form.is_valid():
            made = _save(request, initiative, form, must_be_new=True)
            if made is not None:
                if not kinds.KINDS[made.kind].is_filed:
                    messages.success(request, _("%(name)s is defined.") % {"name": made.name})
                    return redirect("measures:indicator", request.tenant.slug, initiative.slug, made.slug)
                messages.success(request, _("%(name)s is defined. Who owes it?") % {"name": made.name})
                who = reverse("measures:obligation-list", args=[request.tenant.slug, initiative.slug])
                return redirect(f"{who}?indicator={made.slug}")
    else:
        form = _form_as_typed(request, initiative)
    return _indicator_page(request, initiative, form, "measures/indicator_form.html", {})


@member_can(Can.DEFINE_INDICATORS)
def indicator_edit(request, initiative, indicator: str):
    """Change a definition; its targets. What figures rest on stays once there are figures."""
    found = _indicator(initiative, indicator)
    if request.method != "POST" and request.GET.get("table") == "targets":
        return _targets_csv(found, _targets_of(request, found))
    sent = request.POST.get("form", "")
    line = line_of(found, dimensions_of(initiative))
    target = TargetForm(request.POST if sent == "target" else None, initiative=initiative, indicator=found, line=line)
    if sent == "target" and target.is_valid() and _set_target(request, found, target):
        return _edit_page(request, initiative, found)
    if sent == "remove-target":
        _take_target_back(request, found)
        return _edit_page(request, initiative, found)
    names = dict(Dimension.objects.filter(initiative=initiative).values_list("slug", "name"))
    span = SpanForm(request.POST if sent == "span" else None, indicator=found, names=names)
    if sent == "span" and span.is_valid() and _save_part(request, span, found, breakdown_spans=span.spans):
        messages.success(request, _("It is saved from when and until when it is split."))
        return _edit_page(request, initiative, found)
    limits = LimitsForm(request.POST if sent == "limits" else None, indicator=found)
    if sent == "limits" and limits.is_valid() and _save_part(request, limits, found, **limits.cleaned_data):
        messages.success(request, _("The limits are saved."))
        return _edit_page(request, initiative, found)
    if sent == "indicator" and not _is_preview(request):
        form = IndicatorForm(request.POST, initiative=initiative, indicator=found)
        if form.is_valid() and _save(request, initiative, form, slug=found.slug) is not None:
            messages.success(request, _("%(name)s is saved.") % {"name": found.name})
            return _edit_page(request, initiative, found)
    else:
        form = _form_as_typed(request, initiative, found)
    context = {
        "indicator": found,
        "target_form": target,
        "targets": [
            (one, set_words(found, one), _part_words(line, one.category)) for one in _targets_of(request, found)
        ],
        "span_form": span if found.breakdowns else None,
        "spans": _spans(found, names),
        "limits_form": limits,
        "made": composition.made_of(request, initiative, found),
        "definitions": histories([found])[found.pk].told,
        "has_figures": Figure.objects.filter(indicator=found).exists(),
    }
    return _indicator_page(request, initiative, form, "measures/indicator_edit.html", context)


def _save_part(request: HttpRequest, form: Any, indicator: Indicator, **fields: Any) -> bool:
    """Change these settings of an indicator; False where the form says why not."""
    try:
        setup.put_indicator(initiative=indicator.initiative, slug=indicator.slug, by=request.membership, **fields)
    except Refused as refused:
        refuse(form, refused)
        return False
    return True


def _set_target(request: HttpRequest, indicator: Indicator, form: TargetForm) -> bool:
    """Set it, and say so when it lies on the wrong side of the baseline: that is more often a slip than meant."""
    aim = form.cleaned_data
    try:
        targets.put_target(indicator=indicator, by=request.membership, **aim)
    except Refused as refused:
        refuse(form, refused)
        return False
    messages.success(request, _("The target is set."))
    baseline = level_of(indicator.baseline_value, indicator.baseline_numerator, indicator.baseline_denominator)
    level = level_of(aim.get("value"), aim.get("numerator"), aim.get("denominator"))
    if not aim.get("grain") and aim["partner"] is None and not aim.get("category"):
        for problem in check_target(indicator.direction, baseline, level):
            messages.warning(request, say(problem))
    return True


def _take_target_back(request: HttpRequest, indicator: Indicator) -> None:
    pk = sent_id(request.POST.get("target", ""))
    row = _targets_of(request, indicator).filter(pk=pk).first() if pk is not None else None
    if row is None:
        raise Http404
    targets.remove_target(
        indicator=indicator, period=row.period, grain=row.grain, partner=row.partner, category=row.category,
        by=request.membership,
    )  # fmt: skip
    messages.success(request, _("The target is gone."))


def _part_words(line: Line, category: str) -> str:
    """A category in words; as it was written where the indicator is not split so any more."""
    key = parse_category(line, category)
    return wording.category_words(line, key) if isinstance(key, str) else category


def _targets_of(request: HttpRequest, indicator: Indicator) -> QuerySet[Target]:
    return targets_of(indicator.initiative, request.membership).filter(indicator=indicator)


def _targets_csv(indicator: Indicator, rows: Iterable[Target]) -> HttpResponse:
    """The table of targets, its numbers as they were typed."""
    names = ("value", "numerator", "denominator", "band")

    def cells(row: Target) -> list[Any]:
        whose = "" if row.partner is None else row.partner.code
        numbers = [getattr(row, name) for name in names]
        said = [None if number is None else plain(number) for number in numbers]
        return [indicator.slug, whose, row.grain or indicator.frequency, text_of(row.period), row.category, *said]

    columns = ("indicator", "partner", "grain", "period", "category", *names)
    return csv_answer(f"{indicator.slug}-targets", columns, (cells(row) for row in rows))


def _spans(indicator: Indicator, names: dict[str, str]) -> list[tuple[str, Any, Any]]:
    """Each breakdown by its names, with its first and last month where it has them."""
    spans = spans_of(indicator)
    return [
        (
            " × ".join(names.get(slug, slug) for slug in slugs.split("+")),
            *spans.get(tuple(slugs.split("+")), (None, None)),
        )
        for slugs in indicator.breakdowns
    ]


def _save(request: HttpRequest, initiative: Initiative, form: IndicatorForm, **names: Any) -> Indicator | None:
    settings = form.settings | names
    try:
        made, _changed = setup.put_indicator(initiative=initiative, by=request.membership, **settings)
    except Refused as refused:
        refuse(form, refused)
        return None
    return made


def _is_preview(request: HttpRequest) -> bool:
    """Choosing a kind asks for its fields and an example; nothing is saved, and nothing is complained of yet."""
    return request.method == "POST" and ("preview" in request.POST or wants_part(request))


def _form_as_typed(request: HttpRequest, initiative: Initiative, indicator: Indicator | None = None) -> IndicatorForm:
    """An unbound form that holds what was typed so far."""
    if not _is_preview(request):
        outcome = Outcome.objects.filter(initiative=initiative, slug=request.GET.get("outcome", "")).first()
        return IndicatorForm(
            initiative=initiative, indicator=indicator, initial={"outcome": outcome.pk} if outcome is not None else {}
        )
    typed: dict[str, Any] = request.POST.dict()
    typed["breakdowns"] = request.POST.getlist("breakdowns")
    if "asked" in request.POST:  # a box that is not ticked is not sent
        typed |= {name: name in request.POST for name in IndicatorForm.BOXES}
    return IndicatorForm(initiative=initiative, indicator=indicator, initial=typed)


def _indicator_page(
    request: HttpRequest, initiative: Initiative, form: IndicatorForm, page: str, context: dict[str, Any]
) -> HttpResponse:
    rows, missing, trouble = _sample(form)
    context |= {
        "initiative": initiative,
        "form": form,
        "kinds": list(kinds.AVAILABLE),
        "coming": [kind for kind in kinds.KINDS.values() if not kind.is_available],
        "sample": rows,
        "sample_missing": missing,
        "sample_words": sample_words(form.chosen.slug) if form.chosen is not None else "",
        "trouble": trouble,
        "crumbs": [_crumb(request, initiative)],
    }
    others = (context.get(name) for name in ("target_form", "span_form", "limits_form"))
    is_wrong = form.is_bound or any(one is not None and one.is_bound for one in others)
    return page_or_part(request, page, "measures/_kind_part.html", context, status=422 if is_wrong else 200)


def _sample(form: IndicatorForm) -> tuple[list[tuple[str, list[str]]], list[str], list[str]]:
    """The example below the kinds: a row for each partner and for both, as words; both while partner B has not filed the
    second month; or what is still to be said."""
    if form.chosen is None or not form.chosen.is_available:
        return [], [], []
    line = form.sample_line()
    if not line.rule.is_filed:
        return _computed_sample(form, line)
    if any(problem.field == "over_time" for problem in check_line(line)):
        return [], [], [_("Choose how it combines over time.")]
    labels = {"A": _("Partner A"), "B": _("Partner B"), "": _("Both together")}

    def cells(row: SampleRow) -> list[str]:
        return [said(line, one) for one in (*row.months, row.span)]

    return [(labels[row.partner], cells(row)) for row in sample_rows(line)], cells(missing_row(line)), []


def _computed_sample(form: IndicatorForm, line: Line) -> tuple[list[tuple[str, list[str]]], list[str], list[str]]:
    """What the inputs come to and what is computed from them; what is published has no example."""
    if line.rule.is_published:
        return [], [], []
    others = {slug: about(row) for slug, row in form.others.items()}
    problems = check_derived(line, None, others)
    if problems:
        return [], [], [say(problem) for problem in problems]
    inputs = {
        slug: Line(slug, row.name, row.kind, row.unit, over_time=row.over_time) for slug, row in form.others.items()
    }
    rows = computed_rows(line, inputs)
    return (
        [
            (row.partner or line.name, [said(inputs_line, one) for one in (*row.months, row.span)])
            for row, inputs_line in zip(
                rows, [*(inputs[slug] for slug in definition_of(line).inputs), line], strict=True
            )
        ],
        [],
        [],
    )


# --- ways to split ---


@member_can(Can.READ_INDICATORS)
def dimension_list(request, initiative):
    """Each way to split, its categories, and which indicators use it."""
    indicators = list(Indicator.objects.filter(initiative=initiative))
    dimensions = Dimension.objects.filter(initiative=initiative).prefetch_related("categories")
    rows = [
        (dimension, [one for one in indicators if any(dimension.slug in split.split("+") for split in one.breakdowns)])
        for dimension in dimensions
    ]
    context = {"initiative": initiative, "rows": rows, "may_define": request.membership.can(Can.DEFINE_INDICATORS)}
    return render(request, "measures/dimension_list.html", context)


@member_can(Can.DEFINE_INDICATORS)
def dimension_new(request, initiative):
    return _dimension_page(request, initiative, None)


@member_can(Can.DEFINE_INDICATORS)
def dimension_edit(request, initiative, dimension: str):
    found = Dimension.objects.filter(initiative=initiative, slug=dimension).first()
    if found is None:
        raise Http404
    return _dimension_page(request, initiative, found)


def _dimension_page(request: HttpRequest, initiative: Initiative, dimension: Dimension | None) -> HttpResponse:
    is_retiring = dimension is not None and request.POST.get("form") == "retire"
    retire = None
    if dimension is not None and dimension.categories.exists():
        retire = RetireForm(request.POST if is_retiring else None, dimension=dimension)
    if is_retiring and retire is not None and retire.is_valid() and _retire(request, dimension, retire):
        return redirect("measures:dimension-edit", request.tenant.slug, initiative.slug, dimension.slug)
    form = DimensionForm(None if is_retiring else request.POST or None, dimension=dimension)
    if not is_retiring and request.method == "POST" and form.is_valid():
        names = {"must_be_new": True} if dimension is None else {"slug": dimension.slug}
        try:
            made, _changed = setup.put_dimension(
                initiative=initiative, by=request.membership, **form.cleaned_data, **names
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": made.name})
            return redirect("measures:dimension-list", request.tenant.slug, initiative.slug)
    back = (_("Ways to split"), reverse("measures:dimension-list", args=[request.tenant.slug, initiative.slug]))
    context = {
        "initiative": initiative,
        "form": form,
        "dimension": dimension,
        "retire_form": retire,
        "categories": _over_time(dimension) if dimension is not None else [],
        "crumbs": [_crumb(request, initiative), back],
    }
    status = 422 if form.is_bound or is_retiring else 200
    return render(request, "measures/dimension_form.html", context, status=status)


def _retire(request: HttpRequest, dimension: Dimension, form: RetireForm) -> bool:
    """Retire the category, or bring it back; False where the form says why not."""
    told = form.cleaned_data
    try:
        setup.retire_category(
            dimension=dimension, slug=told["category"], retired_on=told["retired_on"],
            becomes=told.get("becomes", ""), by=request.membership,
        )  # fmt: skip
    except Refused as refused:
        refuse(form, refused)
        return False
    named = {"name": dict(form.fields["category"].choices)[told["category"]]}
    if told["retired_on"] is None:
        messages.success(request, _("%(name)s is offered.") % named)
    else:
        messages.success(request, _("%(name)s is retired. What was filed under it stays.") % named)
    return True


def _over_time(dimension: Dimension) -> list[dict[str, Any]]:
    """Each category with what became of it: its former names, when it was retired, and what it became."""
    rows = list(dimension.categories.all())
    names = {row.slug: row.name for row in rows}
    return [
        {
            "row": row,
            "becomes": names.get(row.becomes, row.becomes),
            "former": [(one["name"], date.fromisoformat(one["until"])) for one in row.former_names],
        }
        for row in rows
    ]


def _indicator(initiative: Initiative, slug: str) -> Indicator:
    found = Indicator.objects.filter(initiative=initiative, slug=slug).first()
    if found is None:
        raise Http404
    return found


def _edit_page(request: HttpRequest, initiative: Initiative, indicator: Indicator) -> HttpResponse:
    return redirect("measures:indicator-edit", request.tenant.slug, initiative.slug, indicator.slug)


def _crumb(request: HttpRequest, initiative: Initiative) -> tuple[str, str]:
    return _("Measures"), reverse("measures:indicator-list", args=[request.tenant.slug, initiative.slug])
