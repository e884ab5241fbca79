"""Who leads, who is expected, which phase it is and what is being learned, in a bundle: `voices`, `phases` and
`learning`, put after the members and partners that they name; read, put, written back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agenda.models import Learning, PhaseEvidence, PhaseMove, Seat, Steward, Strategy, StrategyPartner
from agenda.rules.phases import BY_SLUG, ITEMS
from agenda.selectors.learning import subjects
from agenda.services import learning, phases, voices
from backbone import conditions
from backbone.bundles.ground import Item, attempt, item
from backbone.bundles.marked import Section, once
from backbone.conditions import Thing
from backbone.models import Initiative, Membership, Partner

SORTS = Learning.Sort.values


@dataclass(slots=True)
class Said:
    """What a file says of voices."""

    stewards: list[Item] = field(default_factory=list)
    seats: list[Item] = field(default_factory=list)
    expected: list[Item] = field(default_factory=list)


class VoicesPart:
    """`voices: {stewards: […], seats: […], expected: […]}`."""

    def read(self, section: Section | None) -> Said:
        if section is None:
            return Said()
        section.only("stewards", "seats", "expected")
        said = Said(
            [item(one, _read_steward) for one in section.sections("stewards")],
            [item(one, _read_seat) for one in section.sections("seats")],
            [item(one, _read_expected) for one in section.sections("expected")],
        )
        once([one.section for one in said.stewards], [one.fields["condition"] for one in said.stewards], "condition")
        once([one.section for one in said.seats], [one.fields["voice"] for one in said.seats], "voice")
        return said

    def put(self, initiative: Initiative, said: Said) -> list[str]:
        changed = [one for row in said.stewards for one in _put_steward(initiative, row)]
        changed += [one for row in said.seats for one in _put_seat(initiative, row)]
        return changed + [one for row in said.expected for one in _put_expected(initiative, row)]

    def written(self, initiative: Initiative) -> dict[str, Any] | None:
        stewards = Steward.objects.filter(initiative=initiative, until=None).select_related("member")
        seats = Seat.objects.filter(initiative=initiative).select_related("partner", "member")
        expected: dict[tuple[str, str], list[str]] = {}
        rows = StrategyPartner.objects.filter(strategy__outcome__initiative=initiative)
        for outcome, strategy, code in rows.order_by(
            "strategy__outcome__position", "strategy__outcome_id", "strategy__position", "strategy_id", "partner__code"
        ).values_list("strategy__outcome__slug", "strategy__slug", "partner__code"):
            expected.setdefault((outcome, strategy), []).append(code)
        found = {
            "stewards": [
                {"condition": row.condition, "member": row.member.email, "since": row.since}
                for row in sorted(stewards, key=lambda row: conditions.SLUGS.index(row.condition))
            ],
            "seats": [_seat_line(row) for row in seats],
            "expected": [
                {"outcome": outcome, "strategy": strategy, "partners": codes}
                for (outcome, strategy), codes in expected.items()
            ],
        }
        return {key: lines for key, lines in found.items() if lines} or None


class PhasesPart:
    """`phases: {moves: […], shown: […]}`: a move is known again by its phase and day, what shows an item by its words."""

    def read(self, section: Section | None) -> tuple[list[Item], list[Item]]:
        if section is None:
            return [], []
        section.only("moves", "shown")
        moves = [item(one, _read_move) for one in section.sections("moves")]
        return moves, [item(one, _read_shown) for one in section.sections("shown")]

    def put(self, initiative: Initiative, said: tuple[list[Item], list[Item]]) -> list[str]:
        """Moves that are not there yet are said in the order of the file, the last of them counts."""
        moves, shown = said
        there = set(PhaseMove.objects.filter(initiative=initiative).values_list("phase", "on"))
        changed = []
        for one in moves:
            by = _member(one, "by")
            if one.is_sound and (one.fields["phase"], one.fields["on"]) not in there:
                told = {name: one.fields[name] for name in ("phase", "on", "because")}
                made = attempt(one, lambda told=told, by=by: phases.move(initiative=initiative, by=by, **told))
                changed += [] if made is None else [made.phase]
        kept = PhaseEvidence.objects.filter(initiative=initiative, withdrawn_at=None)
        told_before = set(kept.values_list("item", "words"))
        for one in shown:
            by = _member(one, "by")
            if one.is_sound and (one.fields["item"], one.fields["words"]) not in told_before:
                told = {name: one.fields[name] for name in ("item", "words", "url")}
                made = attempt(one, lambda told=told, by=by: phases.show(initiative=initiative, by=by, **told))
                changed += [] if made is None else [made.item]
        return changed

    def written(self, initiative: Initiative) -> dict[str, Any] | None:
        moves = PhaseMove.objects.filter(initiative=initiative).select_related("by").order_by("at", "pk")
        shown = PhaseEvidence.objects.filter(initiative=initiative, withdrawn_at=None).select_related("by")
        found = {
            "moves": [
                {"phase": row.phase, "on": row.on, **_told(because=row.because, by=row.by and row.by.email)}
                for row in moves
            ],
            "shown": [
                {"item": row.item, "words": row.words, **_told(url=row.url, by=row.by and row.by.email)}
                for row in shown.order_by("at", "pk")
            ],
        }
        return {key: lines for key, lines in found.items() if lines} or None


class LearningPart:
    """`learning: {entries: […]}`: what if, known, unknown; an entry is known again by its sort and its words."""

    def read(self, section: Section | None) -> list[Item]:
        if section is None:
            return []
        section.only("entries")
        found = [item(one, _read_entry) for one in section.sections("entries")]
        once([one.section for one in found], [f"{one.fields['sort']}: {one.fields['text']}" for one in found], "text")
        return found

    def put(self, initiative: Initiative, said: list[Item]) -> list[str]:
        there = {(row.sort, row.text): row for row in Learning.objects.filter(initiative=initiative)}
        known = {thing.key: thing for thing in subjects(initiative)} if said else {}
        changed = []
        for one in said:
            if one.is_sound and _put_entry(initiative, one, there.get((one.fields["sort"], one.fields["text"])), known):
                changed.append(f"“{one.fields['text'][:40]}”")
        return changed

    def written(self, initiative: Initiative) -> dict[str, Any] | None:
        rows = Learning.objects.filter(initiative=initiative).select_related("by", "owner", "closed_by")
        kept = rows.filter(state__in=[Learning.State.OPEN, Learning.State.ANSWERED]).order_by("at", "pk")
        keys = {thing.of: thing.key for thing in subjects(initiative)}
        entries = [_entry_line(row, keys) for row in kept.prefetch_related("about")]
        return {"entries": entries} if entries else None


# --- reading ---


def _read_steward(section: Section) -> dict[str, Any]:
    section.what = "steward"
    section.only("condition", "member", "since")
    return {
        "condition": section.choice("condition", conditions.SLUGS, required=True),
        "member": section.text("member", 254, required=True),
        "since": section.day("since"),
    }


def _read_seat(section: Section) -> dict[str, Any]:
    section.what = "seat"
    section.only("voice", "lived", "partner", "member")
    lived = section.flag("lived")
    return {
        "voice": section.text("voice", 120, required=True),
        "is_lived": True if lived is None else lived,
        "partner": section.text("partner", 40),
        "member": section.text("member", 254),
    }


def _read_expected(section: Section) -> dict[str, Any]:
    section.what = "expected"
    section.only("outcome", "strategy", "partners")
    return {
        "outcome": section.slug("outcome"),
        "strategy": section.slug("strategy"),
        "partners": section.words("partners"),
    }


def _read_move(section: Section) -> dict[str, Any]:
    section.what = "move"
    section.only("phase", "on", "because", "by")
    return {
        "phase": section.choice("phase", BY_SLUG, required=True),
        "on": section.day("on", required=True),
        "because": section.text("because", 500),
        "by": section.text("by", 254),
    }


def _read_shown(section: Section) -> dict[str, Any]:
    section.what = "shown"
    section.only("item", "words", "url", "by")
    return {
        "item": section.choice("item", ITEMS, required=True),
        "words": section.text("words", 500, required=True),
        "url": section.text("url", 500),
        "by": section.text("by", 254),
    }


def _read_entry(section: Section) -> dict[str, Any]:
    section.what = "entry"
    section.only("sort", "text", "by", "about", "owner", "learn_by", "answer", "answered_by")
    return {
        "sort": section.choice("sort", SORTS, required=True),
        "text": section.text("text", 1000, required=True),
        "by": section.text("by", 254, required=True),
        "about": section.words("about"),
        "owner": section.text("owner", 254),
        "learn_by": section.day("learn_by"),
        "answer": section.text("answer", 2000, lines=True),
        "answered_by": section.text("answered_by", 254),
    }


# --- putting ---


def _put_steward(initiative: Initiative, one: Item) -> list[str]:
    member = _member(one, "member")
    if member is None or not one.is_sound:
        return []
    fields = one.fields
    before = Steward.objects.filter(initiative=initiative, condition=fields["condition"], until=None).first()
    attempt(
        one,
        lambda: voices.name_steward(
            initiative=initiative, condition=fields["condition"], member=member, since=fields["since"], by=None
        ),
    )
    return [] if before is not None and before.member_id == member.pk else [fields["condition"]]


def _put_seat(initiative: Initiative, one: Item) -> list[str]:
    fields = {name: one.fields[name] for name in ("voice", "is_lived")}
    fields |= {"partner": _partner(one, initiative), "member": _member(one, "member")}
    if not one.is_sound:
        return []
    seat = Seat.objects.filter(initiative=initiative, voice=fields["voice"]).first()
    if seat is not None and all(getattr(seat, name) == value for name, value in fields.items()):
        return []
    made = attempt(one, lambda: voices.put_seat(initiative=initiative, seat=seat, by=None, **fields))
    return [] if made is None else [made.voice]


def _put_expected(initiative: Initiative, one: Item) -> list[str]:
    fields = one.fields
    rows = Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome__initiative")
    strategy = rows.filter(outcome__slug=fields["outcome"], slug=fields["strategy"]).first()
    if strategy is None:
        known = [f"{row.outcome.slug}/{row.slug}" for row in rows]
        one.section.note_unknown("strategy", f"{fields['outcome']}/{fields['strategy']}", known)
        return []
    partners = {row.code: row for row in Partner.objects.of_initiative(initiative)}
    for code, line in fields["partners"]:
        if code not in partners:
            one.section.note_unknown("partners", code, partners, line=line)
            one.is_sound = False
    if not one.is_sound:
        return []
    named = [partners[code] for code, _line in fields["partners"]]
    has_changed = attempt(one, lambda: voices.expect(strategy=strategy, partners=named, by=None))
    return [f"{fields['outcome']}/{fields['strategy']}"] if has_changed else []


def _put_entry(initiative: Initiative, one: Item, row: Learning | None, known: Mapping[str, Thing]) -> bool:
    """Whether the entry was added, promised anew, or answered. What it is about is said when it is added."""
    by, owner, closer = _member(one, "by"), _member(one, "owner"), _member(one, "answered_by")
    for key, line in one.fields["about"]:
        if key not in known:
            one.section.note_unknown("about", key, known, line=line)
            one.is_sound = False
    if by is None or not one.is_sound:
        return False
    fields, has_changed = one.fields, row is None
    if row is None:
        row = attempt(
            one,
            lambda: learning.add(
                initiative=initiative, sort=fields["sort"], text=fields["text"], by=by, owner=owner,
                learn_by=fields["learn_by"],
                about=[known[key] for key, _line in fields["about"]],
            ),
        )  # fmt: skip
    elif row.state == Learning.State.OPEN and (row.owner, row.learn_by) != (owner, fields["learn_by"]):
        has_changed = bool(
            attempt(one, lambda: learning.promise(entry=row, owner=owner, learn_by=fields["learn_by"], by=by))
        )
    if row is not None and fields["answer"] and row.state == Learning.State.OPEN:
        has_changed = bool(attempt(one, lambda: learning.answer(entry=row, answer=fields["answer"], by=closer or by)))
    return has_changed


def _member(one: Item, key: str) -> Membership | None:
    email = one.fields[key].strip().lower()
    found = Membership.objects.filter(email=email).first() if email else None
    if email and found is None:
        one.section.note_unknown(key, email, list(Membership.objects.order_by("email").values_list("email", flat=True)))
        one.is_sound = False
    return found


def _partner(one: Item, initiative: Initiative) -> Partner | None:
    code = one.fields["partner"]
    rows = Partner.objects.of_initiative(initiative)
    found = rows.filter(code=code).first() if code else None
    if code and found is None:
        one.section.note_unknown("partner", code, list(rows.values_list("code", flat=True)))
        one.is_sound = False
    return found


# --- writing ---


def _seat_line(row: Seat) -> dict[str, Any]:
    line: dict[str, Any] = {"voice": row.voice, "lived": row.is_lived}
    line |= {"partner": row.partner.code} if row.partner else {}
    return line | ({"member": row.member.email} if row.member else {})


def _told(**said: Any) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value}


def _entry_line(row: Learning, keys: Mapping[str, str]) -> dict[str, Any]:
    """An entry; of what it is about, what files have a name for."""
    line: dict[str, Any] = {"sort": row.sort, "text": row.text, "by": row.by.email}
    about = [keys[one.row] for one in sorted(row.about.all(), key=lambda one: one.pk) if one.row in keys]
    line |= {"about": about} if about else {}
    more: Mapping[str, Any] = {
        "owner": row.owner.email if row.owner else "",
        "learn_by": row.learn_by,
        "answer": row.answer,
        "answered_by": row.closed_by.email if row.closed_by else "",
    }
    return line | {key: value for key, value in more.items() if value}
