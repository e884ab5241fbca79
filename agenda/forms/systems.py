"""Forms of the theory of change: a node, a link, what is looked at, the ways between two nodes, a name, a version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agenda.models import Link, Node
from agenda.rules.links import LONGEST_LAG
from agenda.selectors.map_shown import STEPS, Question
from backbone import conditions
from backbone.forms.slugs import SlugFromName
from backbone.models import Initiative
from backbone.models.tenants import slug_field_rule

FARTHEST = 100_000


class NodeChoice(forms.ModelChoiceField):
    """A node, by its short name."""

    def __init__(self, **kwargs: Any):
        super().__init__(None, to_field_name="slug", empty_label=_("choose one"), **kwargs)

    def label_from_instance(self, node: Node) -> str:
        return node.label


class NodeForm(forms.Form):
    """What a node is called, what it is, what it stands for, and where somebody wants it."""

    label = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Something that there can be more or less of, as in “Open seats”.")
    )
    sort = forms.ChoiceField(label=_("What it is"), choices=Node.Sort.choices, initial=Node.Sort.FACTOR)
    words = forms.CharField(
        label=_("In more words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    stands_for = forms.ChoiceField(
        label=_("Stands for"),
        required=False,
        help_text=_("An indicator, or what indicators hang on: the node then shows its latest figure."),
    )
    x = forms.DecimalField(
        label=_("Steps from the left"), required=False, max_digits=8, decimal_places=1,
        min_value=-FARTHEST, max_value=FARTHEST, widget=forms.NumberInput(attrs={"class": "is-short"}),
        help_text=_("Left empty with the next one, the layout finds a place. A card is 184 steps wide and 60 high."),
    )  # fmt: skip
    y = forms.DecimalField(
        label=_("Steps from the top"), required=False, max_digits=8, decimal_places=1,
        min_value=-FARTHEST, max_value=FARTHEST, widget=forms.NumberInput(attrs={"class": "is-short"}),
    )  # fmt: skip

    def __init__(self, *args: Any, initiative: Initiative, node: Node | None = None, **kwargs: Any):
        if node is not None:
            names = ("label", "sort", "words", "stands_for", "x", "y")
            kwargs["initial"] = {name: getattr(node, name) for name in names}
        super().__init__(*args, **kwargs)
        self.fields["stands_for"].choices = _things(initiative)

    def clean(self):
        cleaned = super().clean()
        if (cleaned.get("x") is None) != (cleaned.get("y") is None) and not {"x", "y"} & self.errors.keys():
            missing = "x" if cleaned.get("x") is None else "y"
            self.add_error(missing, _("Give both, from the left and from the top; or neither."))
        return cleaned


class NewNodeForm(SlugFromName, NodeForm):
    """A new one asks for a short name as well, and makes it from the name when it is left empty."""

    slug_from = "label"

    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_field_rule],
        help_text=_("For addresses and files. Left empty, it is made from the name. It stays."),
    )
    field_order = ("label", "sort", "words", "stands_for", "slug", "x", "y")


def _things(initiative: Initiative) -> list[tuple[str, Any]]:
    """What a node may stand for, in groups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for thing in conditions.things(initiative):
        name = f"{thing.code} {thing.label}".strip()
        groups.setdefault(thing.group, []).append((thing.of, name))
    return [("", _("nothing that is measured")), *groups.items()]


class LinkForm(forms.Form):
    """One node acts on another: which way, how soon, and how well that is known."""

    source = NodeChoice(label=_("From"))
    target = NodeChoice(label=pgettext_lazy("from one to another", "To"))
    sign = forms.TypedChoiceField(
        label=_("More of the one makes"),
        coerce=int,
        choices=[(1, _("more of the other")), (-1, _("less of the other"))],
        initial=1,
        widget=forms.RadioSelect,
    )
    least = forms.IntegerField(
        label=_("Months at the least"), required=False, min_value=0, max_value=LONGEST_LAG,
        widget=forms.NumberInput(attrs={"class": "is-short"}),
        help_text=_("All three, or none while nobody knows."),
    )  # fmt: skip
    likely = forms.IntegerField(
        label=_("Months most likely"), required=False, min_value=0, max_value=LONGEST_LAG,
        widget=forms.NumberInput(attrs={"class": "is-short"}),
    )  # fmt: skip
    most = forms.IntegerField(
        label=_("Months at the most"), required=False, min_value=0, max_value=LONGEST_LAG,
        widget=forms.NumberInput(attrs={"class": "is-short"}),
    )  # fmt: skip
    evidence = forms.ChoiceField(
        label=_("How well that is known"), choices=Link.Evidence.choices, initial=Link.Evidence.ASSUMED
    )
    words = forms.CharField(
        label=_("Why we think so"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    reference = forms.CharField(
        label=_("From where"), max_length=300, required=False, help_text=_("A study, a place, a person, an address.")
    )

    def __init__(self, *args: Any, initiative: Initiative, link: Link | None = None, **kwargs: Any):
        if link is not None:
            names = ("sign", "least", "likely", "most", "evidence", "words", "reference")
            kwargs["initial"] = {name: getattr(link, name) for name in names}
        super().__init__(*args, **kwargs)
        if link is not None:  # its ends are what it is
            del self.fields["source"], self.fields["target"]
            return
        for name in ("source", "target"):
            self.fields[name].queryset = Node.objects.filter(initiative=initiative).order_by("label", "pk")


class LookForm(forms.Form):
    """What of the map is looked at; it stands in the address."""

    q = forms.CharField(
        label=_("Words"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    focus = forms.ChoiceField(label=_("Around"), required=False)
    steps = forms.TypedChoiceField(
        label=_("up to"), required=False, coerce=int, empty_value=1,
        choices=[(1, _("one link away")), (2, _("two links away")), (3, _("three links away"))],
    )  # fmt: skip
    sort = forms.MultipleChoiceField(
        label=_("Only"), required=False, choices=Node.Sort.choices, widget=forms.CheckboxSelectMultiple
    )
    evidence = forms.MultipleChoiceField(
        label=_("Only links"), required=False, choices=Link.Evidence.choices, widget=forms.CheckboxSelectMultiple
    )
    unconfirmed = forms.BooleanField(label=_("Only links that nobody confirmed for a year"), required=False)

    def __init__(self, *args: Any, nodes: Iterable[Node], **kwargs: Any):
        super().__init__(*args, auto_id="look_%s", **kwargs)
        by_name = sorted(nodes, key=lambda node: (node.label.casefold(), node.pk))
        self.fields["focus"].choices = [("", _("everything")), *((node.slug, node.label) for node in by_name)]
        assert len(STEPS) == len(self.fields["steps"].choices)

    def question(self, **more: str) -> Question:
        """What the address asks for; what it says that makes no sense is passed over."""
        self.is_valid()
        said = self.cleaned_data
        return Question(
            text=said.get("q", ""),
            sorts=tuple(said.get("sort", ())),
            evidence=tuple(said.get("evidence", ())),
            only_unconfirmed=said.get("unconfirmed", False),
            focus=said.get("focus", ""),
            steps=said.get("steps") or 1,
            **more,
        )


class WaysForm(forms.Form):
    """Two nodes, to be asked for the ways between them."""

    start = forms.ChoiceField(label=_("From"), required=False)
    end = forms.ChoiceField(label=pgettext_lazy("from one to another", "to"), required=False)

    def __init__(self, *args: Any, nodes: Iterable[Node], **kwargs: Any):
        super().__init__(*args, auto_id="ways_%s", **kwargs)
        by_name = sorted(nodes, key=lambda node: (node.label.casefold(), node.pk))
        for name in ("start", "end"):
            self.fields[name].choices = [("", _("choose one")), *((node.slug, node.label) for node in by_name)]


class LoopForm(forms.Form):
    name = forms.CharField(
        label=_("What it is called"),
        max_length=120,
        required=False,
        help_text=_("A few words that people will say, as in “Success breeds success”. Left empty, it has no name."),
    )


class KeepForm(forms.Form):
    note = forms.CharField(
        label=_("What is new"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
