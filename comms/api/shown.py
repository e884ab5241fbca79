"""Meetings, decisions and actions as JSON says them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from comms.models import Action, Citation, Decision, Meeting
from measures.rules.figures import plain


def meeting_shown(row: Meeting) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "group": None if row.group is None else row.group.slug,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "timezone": row.timezone,
        "place": row.place,
        "url": row.url,
        "state": row.state,
        "topics": [
            {"id": one.pk, "title": one.title, "state": one.state, "minutes": one.minutes} for one in row.topics.all()
        ],
        "attendance": [
            {"partner": one.partner.code, "presence": one.presence, "names": one.names} for one in row.attendance.all()
        ],
    }


def minutes_shown(row: Meeting) -> dict[str, Any]:
    return {"meeting": row.pk, "state": row.state, "number": row.number, "text": row.minutes}


def decision_shown(row: Decision) -> dict[str, Any]:
    return {
        "number": row.number,
        "text": row.text,
        "reason": row.reason,
        "state": row.state,
        "decided_on": row.decided_on,
        "review_on": row.review_on,
        "meeting": row.meeting_id,
        "agenda_version": None if row.agenda_version is None else row.agenda_version.number,
        "strategy": None if row.strategy is None else row.strategy.slug,
        "replaced_by": None if row.replaced_by is None else row.replaced_by.number,
        "evidence_changed": row.has_changed,
        "without": [one.partner.code for one in row.absences.all()],
        "dissent": [{"partner": one.partner.code, "words": one.words} for one in row.dissents.all()],
        "cites": [_citation(one) for one in row.citations.all()],
    }


def _citation(row: Citation) -> dict[str, Any]:
    window, figure, covered = (row.pinned[name] for name in ("window", "figure", "coverage"))
    return {
        "indicator": row.indicator.slug,
        "period": window["period"],
        "grain": window["grain"],
        "value": None if figure["value"] is None else format(plain(Decimal(figure["value"])), "f"),
        "filed": covered["filed"],
        "expected": covered["expected"],
        "excused": covered["excused"],
        "changed_at": row.changed_at,
    }


def action_shown(row: Action) -> dict[str, Any]:
    return {
        "number": row.number,
        "what": row.what,
        "partner": None if row.partner is None else row.partner.code,
        "owner": row.owner.name,
        "due_on": row.due_on,
        "state": row.state,
        "source": row.source_words,
        "closed_at": row.closed_at,
    }
