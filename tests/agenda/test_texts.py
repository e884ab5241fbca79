"""Two texts side by side: the difference in words, and both changes in one."""

from __future__ import annotations

import random
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.rules import texts
from agenda.rules.texts import difference, merged

WORDS = st.text(alphabet="ab .!\n", max_size=40)
SENTENCES = st.lists(st.sampled_from(["One.", "Two!", "Three?", "Four.", "Five."]), max_size=5).map(" ".join)


def side(pieces, sign: str) -> str:
    return "".join(piece.text for piece in pieces if piece.sign in ("=", sign))


@given(WORDS, WORDS)
def test_a_difference_holds_both_texts_to_the_letter(before, after):
    pieces = difference(before, after)
    assert side(pieces, "-") == before
    assert side(pieces, "+") == after
    assert all(piece.text for piece in pieces)
    if before == after:
        assert {piece.sign for piece in pieces} <= {"="}


def test_a_rewritten_stretch_reads_as_one():
    pieces = difference("We want some jobs now.", "We want good work now.")
    assert ["".join(pair) for pair in pieces] == ["=We want ", "-some jobs", "+good work", "= now."]


BASE = "We want jobs. We want homes.\nAll of us."


@pytest.mark.parametrize(
    ("ours", "theirs", "together"),
    [
        ("We want good jobs. We want homes.\nAll of us.", BASE + " And soon.",
         "We want good jobs. We want homes.\nAll of us. And soon."),
        (BASE, "We want homes.\nAll of us.", "We want homes.\nAll of us."),
        ("First. " + BASE, BASE + "\nLast.", "First. " + BASE + "\nLast."),
        ("", BASE, ""),
        ("We want good jobs. We want homes.\nAll of us.", "We want more jobs. We want homes.\nAll of us.", None),
        (BASE + " One.", BASE + " Two.", None),
        ("", BASE + " More.", None),
    ],
)  # fmt: skip
def test_changes_that_do_not_meet_go_together(ours, theirs, together):
    assert merged(BASE, ours, theirs) == together
    assert merged(BASE, theirs, ours) == together


@given(SENTENCES, SENTENCES, SENTENCES)
def test_what_one_of_two_leaves_alone_is_the_other_s(base, ours, theirs):
    assert merged(base, ours, base) == ours
    assert merged(base, base, theirs) == theirs
    assert merged(base, ours, ours) == ours
    together = merged(base, ours, theirs)
    if together is not None:
        added = set(ours.split()) - set(base.split()) | set(theirs.split()) - set(base.split())
        assert added <= set(together.split())


@pytest.mark.parametrize("words", ["a ", "a b ", "a. ", "a. b. ", "." * 40, "x.y "])
def test_texts_of_the_same_words_again_and_again_are_not_compared_one_by_one(words, monkeypatch):
    """They would be for minutes, and anybody who may suggest a text could hold everybody up who reads it."""
    seen = []

    class Counted(SequenceMatcher):
        def get_opcodes(self):
            seen.append(texts._pairs(self.a, self.b))
            return super().get_opcodes()

    monkeypatch.setattr(texts, "SequenceMatcher", Counted)
    before, after = (words * 20_000)[:19_000], (words * 20_000)[:9_000] + "new" + (words[::-1] * 20_000)[:9_000]
    pieces = texts.difference(before, after)
    assert "".join(one.text for one in pieces if one.sign != "+") == before
    assert "".join(one.text for one in pieces if one.sign != "-") == after
    assert all(count <= texts.MOST_PAIRS for count in seen)


def test_sentences_that_are_too_much_alike_are_for_people_to_settle():
    chance = random.Random(1)  # noqa: S311
    one, two, three = (" ".join(f"w{chance.randrange(60)}." for _ in range(7_000)) for _text in range(3))
    assert texts._pairs(*map(texts.sentences, (one, two))) > texts.MOST_PAIRS
    assert texts.merged(one, two, three) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One came. Two left!  Why?", ["One came.", " ", "Two left!", "  ", "Why?"]),
        ("About 3.5 of 4 came… and went", ["About 3.5 of 4 came…", " ", "and went"]),
        ("A heading\n\nwith words. And\nmore", ["A heading", "\n\n", "with words.", " ", "And", "\n", "more"]),
        (" room first", [" ", "room first"]),
        ("", []),
    ],
)
def test_sentences_and_the_room_between_them_are_the_text(text, parts):
    assert texts.sentences(text) == parts
    assert "".join(parts) == text
