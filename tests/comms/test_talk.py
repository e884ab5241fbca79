"""Talk about a thing: its audience is whoever may see the thing, and nobody else."""

from __future__ import annotations

import pytest

from backbone.problems import Refused
from backbone.roles import Role
from backbone.services import groups
from comms.models import Decision, Note, Post, Thread
from comms.selectors.talk import last_words, open_talk, subject_of, who_may_read
from comms.services import decisions, talk
from tests import factories
from tests.comms.meeting import in_session

pytestmark = pytest.mark.django_db


def subject(place, about: str, partner=None):
    found = subject_of(place.initiative, about, partner)
    assert found is not None
    return found


def test_only_who_may_see_a_thing_is_told_or_may_be_named(in_riverside):
    ana, ben, fay = in_riverside.people.ana, in_riverside.people.ben, in_riverside.people.fay
    lea = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=in_riverside.partners[1])
    indicator = factories.make_indicator(in_riverside.initiative)
    of_all = subject(in_riverside, f"measures.indicator:{indicator.pk}")
    of_p1 = subject(in_riverside, f"measures.figure:{indicator.pk}-2026-10", in_riverside.partners[0])
    assert [one.name for one in who_may_read(of_all)] == ["Ana", "Ben", "Lea"]
    assert [one.name for one in who_may_read(of_p1)] == ["Ana", "Ben"]
    for wrong in (lea, fay):
        with pytest.raises(Refused):
            talk.say(initiative=in_riverside.initiative, subject=of_p1, text="Hi", by=ana, mentions=[wrong])
    talk.say(initiative=in_riverside.initiative, subject=of_p1, text="Is it right?", by=ana, mentions=[ben, ben, ana])
    talk.say(initiative=in_riverside.initiative, subject=of_p1, text="It is.", by=ben)
    assert [(one.member.name, one.kind) for one in Note.objects.select_related("member").order_by("pk")] == [
        ("Ben", "mention"), ("Ana", "talk"),
    ]  # fmt: skip


def test_what_is_settled_is_taken_up_again_by_the_next_word(in_riverside):
    ana, section = in_riverside.people.ana, subject(in_riverside, "agenda.section:vision")
    talk.say(initiative=in_riverside.initiative, subject=section, text="Too long", by=ana)
    thread = Thread.objects.get()
    assert talk.resolve(thread=thread, by=ana)
    assert not talk.resolve(thread=thread, by=ana)
    talk.say(initiative=in_riverside.initiative, subject=section, text="Still", by=ana)
    assert Thread.objects.get().resolved_at is None
    assert not talk.reopen(thread=thread, by=ana)
    with pytest.raises(Refused):
        talk.say(initiative=in_riverside.initiative, subject=section, text="  ", by=ana)


@pytest.mark.parametrize(
    "about", ["", "x", "measures.indicator:", "measures.indicator:99999", "measures.indicator:²", "agenda.section:nothing",
              "measures.figure:1-2026-10", "comms.decision:" + "9" * 30, "backbone.tenant:1"],
)  # fmt: skip
def test_what_is_not_there_is_not_talked_about(in_riverside, about):
    assert subject_of(in_riverside.initiative, about) is None


def test_a_partner_s_figure_is_talked_about_with_that_partner_alone(riverside, client):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
        lea = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[1])
    page = riverside.url(f"talk/measures.figure:{indicator.pk}-2026-10/P1/")
    client.force_login(factories.user_of(riverside.people.ben))
    assert client.post(page, {"form": "say", "text": "Mine", "mentions": [riverside.people.ana.pk]}).status_code == 302
    assert "Mine" in client.get(page).content.decode()
    part = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert client.post(page, {"form": "say", "text": ""}).status_code == 422
    assert client.post(page, {"form": "say", "text": "x", "mentions": [lea.pk]}).status_code == 422
    assert client.post(page, {"form": "nonsense"}).status_code == 404
    client.force_login(factories.user_of(lea))
    assert client.get(page).status_code == 404
    assert client.post(page, {"form": "say", "text": "Theirs"}).status_code == 404
    client.force_login(factories.user_of(riverside.people.fay))
    assert client.get(page).status_code == 404
    with riverside.scope():
        assert Post.objects.count() == 1
        evaluator = factories.make_member("eve@x.example", "Eve", Role.EVALUATOR)
    client.force_login(factories.user_of(evaluator))
    assert client.get(riverside.url("talk/agenda.section:vision/")).status_code == 404


def test_a_group_s_decision_is_not_talked_about_with_another_group_s_chair(riverside, client):
    with riverside.scope():
        ana = riverside.people.ana
        cara = factories.make_member("cara@x.example", "Cara", Role.GROUP_CHAIR)
        group = groups.make(initiative=riverside.initiative, name="East", slug="east", by=ana)
        meeting = in_session(riverside, there="", group=group)
        decision = decisions.decide(initiative=riverside.initiative, text="On", by=ana, meeting=meeting)
    page = riverside.url(f"talk/comms.decision:{decision.pk}/")
    client.force_login(factories.user_of(cara))
    assert client.get(page).status_code == 404
    with riverside.scope():
        groups.put(group=group, member=cara, is_chair=True, by=ana)
    assert client.get(page).status_code == 200
    assert client.post(page, {"form": "say", "text": "x"}).status_code == 403


def test_the_pages_of_things_fetch_what_is_said_about_them(riverside, client):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
        decisions.decide(initiative=riverside.initiative, text="On", by=riverside.people.ana)
        activity = factories.make_activity(riverside.initiative, partners=riverside.partners[:1])
    client.force_login(factories.user_of(riverside.people.ben))
    for path, about in (
        ("decisions/1/", "comms.decision:"),
        ("agenda/document/vision/", "agenda.section:vision"),
        (f"indicators/{indicator.slug}/", f"measures.indicator:{indicator.pk}"),
        (f"activities/register/{activity.slug}/", f"activities.activity:{activity.pk}"),
    ):
        html = client.get(riverside.url(path)).content.decode()
        assert f'hx-get="{riverside.url("talk/")}{about}' in html, (path, html.partition("talk")[2][:300])


# --- what is open ---


def say(place, about: str, by, *, partner=None, text: str = "Is it right?", mentions=()) -> Thread:
    post = talk.say(
        initiative=place.initiative, subject=subject(place, about, partner), text=text, by=by, mentions=mentions
    )
    return post.thread


@pytest.fixture
def open_threads(riverside):
    """Talk about one thing of each sort, the newest last."""
    with riverside.scope():
        ana, (p1, p2, _p3) = riverside.people.ana, riverside.partners
        riverside.lea = factories.make_member("lea@x.example", "Lea", Role.PARTNER_LEAD, partner=p2)
        riverside.cara = factories.make_member("cara@x.example", "Cara", Role.GROUP_CHAIR)
        indicator = riverside.indicator = factories.make_indicator(riverside.initiative, name="Course ends")
        activity = factories.make_activity(riverside.initiative, partners=[p1])
        group = riverside.group = groups.make(initiative=riverside.initiative, name="East", slug="east", by=ana)
        meeting = in_session(riverside, there="", group=group)
        decision = decisions.decide(initiative=riverside.initiative, text="Two halls", by=ana, meeting=meeting)
        say(riverside, f"measures.indicator:{indicator.pk}", ana)
        say(riverside, f"measures.figure:{indicator.pk}-2026-10", ana, partner=p1, mentions=[riverside.people.ben])
        say(riverside, f"measures.figure:{indicator.pk}-2026-10", ana, partner=p2)
        say(riverside, f"activities.activity:{activity.pk}", ana)
        say(riverside, "agenda.section:vision", riverside.people.ben)
        say(riverside, f"comms.decision:{decision.pk}", ana)
    return riverside


def listed(place, client, member, query: str = "") -> str:
    client.force_login(factories.user_of(member))
    return client.get(place.url(f"talk/{query}")).content.decode()


def test_open_talk_is_listed_for_the_audience_of_each_thing_and_nobody_else(open_threads, client):
    place = open_threads
    with place.scope():
        threads = list(Thread.objects.select_related("partner"))
        known = {one.pk: subject(place, one.about, one.partner) for one in threads}
        people = {one.name: one for one in (place.people.ana, place.people.ben, place.lea, place.cara)}
        expected = {
            name: [one.pk for one in threads if known[one.pk].is_seen_by(member)] for name, member in people.items()
        }
        shown = {
            name: [one.thread.pk for one in open_talk(place.initiative, member)] for name, member in people.items()
        }
    assert shown == expected
    assert [len(shown[name]) for name in ("Ana", "Ben", "Lea", "Cara")] == [6, 5, 5, 3]
    for member, sees, not_these in (
        (place.people.ben, ("P1, October 2026", "Two halls", "names you"), ("P2, October 2026",)),
        (place.lea, ("P2, October 2026",), ("P1, October 2026", "names you")),
        (place.cara, ("Course ends",), ("October 2026", "Two halls")),
    ):
        html = listed(place, client, member)
        assert all(words in html for words in sees)
        assert not any(words in html for words in not_these), member
    client.force_login(factories.user_of(place.people.fay))
    assert client.get(place.url("talk/")).status_code == 404
    with place.scope():
        groups.put(group=place.group, member=place.cara, is_chair=True, by=place.people.ana)
    assert "Two halls" in listed(place, client, place.cara)


def test_open_talk_is_narrowed_to_what_is_mine_names_me_or_is_about_our_figures(open_threads, client):
    place, ben = open_threads, open_threads.people.ben
    with place.scope():
        counts = {whose: len(open_talk(place.initiative, ben, whose)) for whose in ("", "mine", "named", "ours")}
    assert counts == {"": 5, "mine": 1, "named": 1, "ours": 1}
    html = listed(place, client, ben, "?whose=mine")
    assert "Our vision" in html
    assert "October 2026" not in html
    assert "about our figures" in html
    assert "about our figures" not in listed(place, client, place.people.ana)
    assert "Nothing that you chose is open." in listed(place, client, place.lea, "?whose=named")
    assert "Two halls" in listed(place, client, ben, "?whose=nonsense")
    part = client.get(place.url("talk/"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_what_is_settled_or_gone_is_not_open(open_threads, client):
    place, ben = open_threads, open_threads.people.ben
    with place.scope():
        Thread.objects.filter(about__startswith="comms.decision:").update(about="comms.decision:99999")
    html = listed(place, client, ben)
    assert "Two halls" not in html
    assert "Our vision" in html
    with place.scope():
        for thread in Thread.objects.all():
            talk.resolve(thread=thread, by=ben)
    assert "Nothing is open" in listed(place, client, ben)


def test_a_long_list_of_open_talk_is_as_many_statements_as_a_short_one(open_threads, django_assert_max_num_queries):
    place = open_threads
    with place.scope():
        decision = Decision.objects.get()
        for number in range(12):
            indicator = factories.make_indicator(place.initiative, name=f"Other {number}", slug=f"other-{number}")
            say(place, f"measures.indicator:{indicator.pk}", place.people.ben)
            other = decisions.decide(
                initiative=place.initiative, text=f"On {number}", by=place.people.ana, meeting=decision.meeting
            )
            say(place, f"comms.decision:{other.pk}", place.people.ana)
        for member in (place.people.ana, place.people.ben, place.cara):
            assert member.current_grants
            with django_assert_max_num_queries(7):
                found = open_talk(place.initiative, member)
                last_words([one.thread for one in found])
            assert len(found) > 12


def test_one_thing_is_talked_about_under_one_name(in_riverside):
    indicator = factories.make_indicator(in_riverside.initiative)
    for about in (f"measures.indicator:0{indicator.pk}", f"measures.indicator:{indicator.pk}-2026-10"):
        assert subject_of(in_riverside.initiative, about) is None
    figure = f"measures.figure:0{indicator.pk}-2026-10"
    assert subject_of(in_riverside.initiative, figure, in_riverside.partners[0]) is None
