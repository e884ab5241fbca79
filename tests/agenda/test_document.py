"""The agenda as a document: written by several at once, suggested, remarked on, published, signed."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.db.models import Max

from agenda.models import AgendaVersion, Section, SectionText, Signature, Suggestion
from agenda.selectors.document import content, newest_version, section_of, sections_of, texts_of
from agenda.selectors.signing import answers_to
from agenda.services import document, tree, versions
from backbone.conditions import due
from backbone.models import Change
from backbone.problems import Refused
from backbone.roles import Role
from backbone.tenancy import tenant_scope
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lea(in_riverside):
    """The lead of P1."""
    return factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=in_riverside.partners[0])


def write(place, text: str, base: int | None, topic: str = "problem"):
    return document.write(initiative=place.initiative, topic=topic, text=text, by=place.people.ana, base=base)


def text_of(place, topic: str = "problem") -> str:
    return Section.objects.get(initiative=place.initiative, topic=topic).text


@contextmanager
def refused(code: str):
    with pytest.raises(Refused) as caught:
        yield
    assert [problem.code for problem in caught.value.problems] == [code]


# --- writing ---


def test_two_who_change_different_sentences_both_keep_theirs(in_riverside):
    write(in_riverside, "Too few work. Too few train.", 0)
    first = write(in_riverside, "Far too few work. Too few train.", 1)
    second = write(in_riverside, "Too few work. Too few train. Nobody asks why.", 1)
    assert (first.is_merged, second.is_merged) == (False, True)
    assert text_of(in_riverside) == "Far too few work. Too few train. Nobody asks why."
    assert list(SectionText.objects.filter(section__topic="problem").values_list("number", flat=True)) == [1, 2, 3]


def test_two_who_change_one_sentence_both_keep_theirs(in_riverside):
    write(in_riverside, "Too few work.", 0)
    write(in_riverside, "Far too few work.", 1)
    later = write(in_riverside, "Hardly anybody works.", 1)
    assert not later.has_changed
    assert text_of(in_riverside) == "Far too few work."
    assert Suggestion.objects.get() == later.beside
    assert later.beside.text == "Hardly anybody works."


def test_saving_what_one_began_from_undoes_nothing(in_riverside):
    write(in_riverside, "Too few work.", 0)
    write(in_riverside, "Far too few work.", 1)
    assert not write(in_riverside, "Too few work.", 1).has_changed
    assert text_of(in_riverside) == "Far too few work."


def test_a_number_that_never_was_is_refused_and_an_end_of_line_is_one(in_riverside):
    write(in_riverside, "One.\r\nTwo.", 0)
    assert text_of(in_riverside) == "One.\nTwo."
    assert not write(in_riverside, "One.\nTwo.\n", 1).has_changed
    with refused("section.unknown_base"):
        write(in_riverside, "Three.", 7)
    with pytest.raises(Refused):
        write(in_riverside, "x" * 20_001, 1)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_eight_at_once_lose_no_word(riverside):
    """Real connections: each adds a sentence to the text that all began from."""
    with riverside.scope():
        write(riverside, "We begin.", 0)
    failures: list[BaseException] = []
    gate = threading.Barrier(8)

    def add(number: int) -> None:
        try:
            gate.wait(timeout=30)
            with tenant_scope(riverside.tenant):
                write(riverside, f"We begin. Number {number} adds.", 1)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    with riverside.scope():
        section = Section.objects.get(topic="problem")
        kept = [section.text, *Suggestion.objects.values_list("text", flat=True)]
        assert sorted(kept) == sorted(f"We begin. Number {number} adds." for number in range(8))
        assert section.number == SectionText.objects.filter(section=section).aggregate(last=Max("number"))["last"]


def test_every_text_that_a_section_had_is_kept_and_shown_with_what_changed(in_riverside):
    write(in_riverside, "One.", 0)
    write(in_riverside, "One. Two.", 1)
    newest, first = texts_of(section_of(in_riverside.initiative, "problem"))
    assert (newest[0].number, first[0].number) == (2, 1)
    assert [piece.text for piece in newest[1] if piece.sign == "+"] == [" Two."]
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        SectionText.objects.filter(pk=first[0].pk).update(text="Other.")


# --- suggesting ---


def suggest(place, text: str, base: int, why: str = ""):
    return document.suggest(
        initiative=place.initiative, topic="problem", text=text, by=place.people.ben, base=base, why=why
    )


def test_a_suggestion_is_taken_in_beside_what_was_written_since(in_riverside):
    write(in_riverside, "One. Two.", 0)
    one = suggest(in_riverside, "One. Two. Three.", 1, "it is missing")
    write(in_riverside, "First. Two.", 1)
    assert document.accept(suggestion=one, by=in_riverside.people.ana).is_merged
    assert text_of(in_riverside) == "First. Two. Three."
    with refused("suggestion.decided"):
        document.decline(suggestion=one, by=in_riverside.people.ana, reason="too late")


def test_a_suggestion_that_meets_another_text_is_for_a_person(in_riverside):
    write(in_riverside, "One.", 0)
    one = suggest(in_riverside, "Two.", 1)
    write(in_riverside, "Three.", 1)
    with refused("suggestion.meets"):
        document.accept(suggestion=one, by=in_riverside.people.ana)
    assert Suggestion.objects.get().state == "open"


def test_declining_says_why_and_the_same_words_are_no_suggestion(in_riverside):
    write(in_riverside, "One.", 0)
    one = suggest(in_riverside, "Two.", 1)
    with refused("reason.missing"):
        document.decline(suggestion=one, by=in_riverside.people.ana, reason="  ")
    document.decline(suggestion=one, by=in_riverside.people.ana, reason="not ours")
    assert Change.objects.get(verb="agenda.suggestion_declined").facts["reason"] == "not ours"
    with refused("suggestion.same"):
        suggest(in_riverside, "One. ", 1)


# --- publishing and signing ---


def test_a_version_is_frozen_and_the_next_one_needs_something_new(in_riverside):
    ana, initiative = in_riverside.people.ana, in_riverside.initiative
    first = versions.publish(initiative=initiative, by=ana, note="first")
    with refused("agenda.same"):
        versions.publish(initiative=initiative, by=ana)
    tree.put_outcome(initiative=initiative, slug="in-work", title="In work", by=ana)
    second = versions.publish(initiative=initiative, by=ana)
    assert (first.number, second.number) == (1, 2)
    assert [one["slug"] for one in content(first)["results"]] == ["trained"]
    assert [one["slug"] for one in content(second)["results"]] == ["trained", "in-work"]
    for change in (lambda: AgendaVersion.objects.filter(pk=first.pk).update(note="other"), first.delete):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            change()
    assert json.loads(first.body) == content(newest_version(initiative)) | {"results": content(first)["results"]}


def test_an_empty_agenda_is_not_published(in_riverside):
    Section.objects.all().delete()
    in_riverside.initiative.outcomes.all().delete()
    with refused("agenda.empty"):
        versions.publish(initiative=in_riverside.initiative, by=in_riverside.people.ana)


def test_who_has_signed_and_who_has_not_is_always_said(in_riverside, lea):
    version = versions.publish(initiative=in_riverside.initiative, by=in_riverside.people.ana)
    p1, p2, _p3 = in_riverside.partners
    assert answers_to(version).coverage.missing == ("P1", "P2", "P3")
    with refused("words.missing"):
        versions.sign(version=version, partner=p1, stance="refused", by=lea)
    versions.sign(version=version, partner=p1, stance="refused", by=lea, words="no word of care")
    versions.sign(version=version, partner=p2, stance="reserved", by=lea, words="but slower")
    versions.sign(version=version, partner=p1, stance="signed", by=lea)
    with refused("signature.same"):
        versions.sign(version=version, partner=p1, stance="signed", by=lea)
    found = answers_to(version)
    assert (found.coverage.signed, found.coverage.reserved) == (("P1", "P2"), ("P2",))
    assert (found.coverage.refused, found.coverage.missing) == ((), ("P3",))
    assert [one.stance for one in found.earlier] == ["refused"]
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        Signature.objects.filter(partner=p1).update(name="Somebody else")


def test_a_new_version_asks_again_and_the_old_one_is_signed_no_more(in_riverside, lea):
    ana, (p1, *_rest) = in_riverside.people.ana, in_riverside.partners
    first = versions.publish(initiative=in_riverside.initiative, by=ana)
    asked = [item for item in due(lea, first.at) if item.key.startswith("agenda:")]
    assert [(item.partner, item.is_late) for item in asked] == [("P1", False)]
    versions.sign(version=first, partner=p1, stance="signed", by=lea)
    assert [item for item in due(lea, first.at) if item.key.startswith("agenda:")] == []
    write(in_riverside, "New words.", 0)
    second = versions.publish(initiative=in_riverside.initiative, by=ana)
    assert [item.key for item in due(lea, second.at) if item.key.startswith("agenda:")] == [
        f"agenda:{second.pk}:{p1.pk}"
    ]
    assert answers_to(second).coverage.signed == ()
    with refused("version.replaced"):
        versions.sign(version=first, partner=p1, stance="signed", by=lea)


def test_only_members_of_the_day_are_asked(in_riverside, lea):
    version = versions.publish(initiative=in_riverside.initiative, by=in_riverside.people.ana)
    stay = in_riverside.partners[0].participations.get()
    stay.leaves_on = stay.joins_on
    stay.save()
    assert answers_to(version).coverage.asked == ("P2", "P3")
    with refused("signature.not_asked"):
        versions.sign(version=version, partner=in_riverside.partners[0], stance="signed", by=lea)


# --- the pages ---


def enter(client, person):
    client.force_login(factories.user_of(person))
    return client


def test_the_convener_writes_and_a_partner_suggests(riverside, client):
    page = riverside.url("agenda/document/problem/")
    ana = enter(client, riverside.people.ana)
    assert ana.post(page, {"form": "write", "text": "One.", "base": 0}).status_code == 302
    ben = enter(client, riverside.people.ben)
    assert ben.post(page, {"form": "write", "text": "Mine.", "base": 1}).status_code == 403
    assert ben.post(page, {"form": "suggest", "text": "One. Two.", "base": 1, "why": "more"}).status_code == 302
    assert ben.post(page, {"form": "remark", "words": "Why only one?"}).status_code == 302
    ana = enter(client, riverside.people.ana)
    html = ana.get(page).content.decode()
    assert "Why only one?" in html
    assert "Two." in html
    with riverside.scope():
        row = Suggestion.objects.get().pk
    assert ana.post(page, {"form": "accept", "row": row}, follow=True).status_code == 200
    with riverside.scope():
        assert text_of(riverside) == "One. Two."
    assert ana.post(page, {"form": "accept", "row": "9" * 30}).status_code == 404
    assert ana.post(page, {"form": "other"}).status_code == 404


def test_whoever_wrote_the_same_sentence_is_told_and_keeps_the_words(riverside, client):
    page = riverside.url("agenda/document/problem/")
    ana = enter(client, riverside.people.ana)
    ana.post(page, {"form": "write", "text": "One.", "base": 0})
    ana.post(page, {"form": "write", "text": "Two.", "base": 1})
    html = ana.post(page, {"form": "write", "text": "Three.", "base": 1}, follow=True).content.decode()
    assert "Your text is kept below as a suggestion" in html
    assert "Three" in html


def test_a_lead_signs_and_a_funder_reads_how_many_did(riverside, client):
    with riverside.scope():
        lea = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0])
    ana = enter(client, riverside.people.ana)
    assert ana.post(riverside.url("agenda/versions/"), {"note": "for all"}).status_code == 302
    page = riverside.url("agenda/versions/1/sign/P1/")
    assert ana.get(page).status_code == 404
    lead = enter(client, lea)
    assert "has not answered yet" in lead.get(riverside.url("agenda/versions/1/")).content.decode()
    wrong = lead.post(page, {"stance": "refused", "name": "Lea", "words": ""})
    assert wrong.status_code == 422
    assert "what keeps you from signing" in wrong.content.decode()
    assert lead.post(page, {"stance": "reserved", "name": "Lea", "words": "slower please"}).status_code == 302
    assert lead.get(riverside.url("agenda/versions/1/sign/P2/")).status_code == 404
    fay = enter(client, riverside.people.fay)
    assert fay.get(riverside.url("agenda/"))["Location"] == riverside.url("agenda/versions/1/")
    html = fay.get(riverside.url("agenda/versions/1/")).content.decode()
    assert "1 of 3 signed version 1" in html
    assert "P2, P3 not yet" in html
    assert "slower please" not in html
    assert fay.get(riverside.url("agenda/document/")).status_code == 404


def test_pages_ask_as_much_for_many_as_for_few(riverside, client, django_assert_max_num_queries):
    ana = enter(client, riverside.people.ana)
    with riverside.scope():
        for number in range(12):
            write(riverside, f"Text {number}.", number)
            document.remark(initiative=riverside.initiative, topic="problem", text="So?", by=riverside.people.ben)
            versions.publish(initiative=riverside.initiative, by=riverside.people.ana)
    for page in ("agenda/document/", "agenda/document/problem/", "agenda/versions/", "agenda/versions/12/"):
        with django_assert_max_num_queries(26):
            assert ana.get(riverside.url(page)).status_code == 200


def test_sections_without_a_text_are_there_to_be_begun(in_riverside):
    assert [one.topic.value for one in sections_of(in_riverside.initiative)] == [
        "problem", "vision", "population", "principles", "roles",
    ]  # fmt: skip
