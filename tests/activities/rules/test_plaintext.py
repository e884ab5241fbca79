"""Words out of marked-up text."""

from __future__ import annotations

import pytest

from activities.rules.plaintext import line, words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Plain  words   ", "Plain words"),
        ("Helps families.<br /><br />Home visits", "Helps families.\n\nHome visits"),
        ("<p>One</p><ul><li>two</li><li>three</li></ul>", "One\n\ntwo\n\nthree"),
        ("Meals &amp; rides &#39;daily&#39; &nbsp; now", "Meals & rides 'daily' now"),
        ("a < b and c > d", "a < b and c > d"),
        ("<script>alert(1)</script>Seen<style>p{}</style>", "Seen"),
        ("ages 5 <18", "ages 5 <18"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("<b>Unclosed <i>marks", "Unclosed marks"),
        ("At all levels.<br /><br ", "At all levels."),
        ("In the <b>community</b>.<br /><", "In the community."),
        ("Seen<!-- <b>not</b> seen --> as well<!-- never closed", "Seen as well"),
        ("<a title=\"a > b\" href='x'>Here</a> it is", "Here it is"),
        ("Tom &amp;amp; Ana", "Tom & Ana"),
        ("Call &#" + "9" * 5000 + "; now", "Call \ufffd now"),
        ("", ""),
    ],
)
def test_tags_are_taken_out_and_words_stay(text, said):
    assert words(text) == said


def test_a_name_stands_on_one_line():
    assert line(" Café <b>Nova</b><br>\n East ") == "Café Nova East"


@pytest.mark.parametrize("again", ["<a", "<!--", "<a href='", '<a "', "</", "<![CDATA[", "<script", "<b '\"'"])
def test_a_field_full_of_brackets_is_read_in_no_more_steps_than_it_has_signs(again):
    text = again * 50_000
    assert len(words(text)) <= len(text)  # one that is looked at anew from every bracket takes minutes
