"""A mail as bytes: whatever it says, another program reads it back."""

from __future__ import annotations

import email
from email import policy

import pytest
from django.core.mail import BadHeaderError
from hypothesis import given
from hypothesis import strategies as st

from comms.models import Mail
from comms.services.wire import LONGEST, written

SENDER = "Backbone <no-reply@backbone.example>"
DOT = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3


def mail(**more) -> Mail:
    fields = {"subject": "Your week", "text": "Words.\n", "to_email": "ana@riverside.example", "message_id": "<1@x>"}
    return Mail(**fields | {"headers": {}, "images": []} | more)


def read(one: Mail, pictures=None):
    content = written(one, SENDER, pictures or {})
    assert b"\n" not in content.replace(b"\r\n", b""), "every line ends as the line wants it"
    assert all(len(line) <= LONGEST for line in content.split(b"\r\n"))
    return email.message_from_bytes(content, policy=policy.default)


def lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=3000)


@given(TEXT, TEXT.filter(bool))
def test_whatever_is_said_comes_back(text, html):
    found = read(mail(text=text, html=html))
    assert found.get_content_type() == "multipart/alternative"
    plain, rich = found.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    for part, said in ((plain, text), (rich, html)):
        raw = part.get_payload(decode=True).decode()
        assert lines(raw) == lines(said)


@pytest.mark.parametrize("words", ["x" * 5000, "é " * 2000, "a\n" + "—" * 999, ".\n..\nFrom here"])
def test_a_line_that_is_too_long_is_quoted_and_whole(words):
    assert lines(read(mail(text=words)).get_payload(decode=True).decode()) == lines(words)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=120))
def test_whatever_a_subject_says_stays_one_header(subject):
    found = read(mail(subject=subject.strip() or "x"))
    assert set(found.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    }  # fmt: skip
    assert found["Subject"].split() == subject.split() or not subject.strip()


@pytest.mark.parametrize("name", ["Reply-To", "X-Other"])
@pytest.mark.parametrize("value", ["a@example.org\nBcc: eve@example.org", "a\r\n\r\nwords"])
def test_a_header_that_breaks_out_is_refused(name, value):
    with pytest.raises(BadHeaderError):
        written(mail(headers={name: value}), SENDER, {})


def test_a_digest_with_everything():
    one = mail(
        html="<p>Words <img src='cid:a@chart'></p>",
        headers={
            "From": "=?utf-8?q?Hogares_del_R=C3=ADo?= <no-reply@backbone.example>", "Reply-To": "dana@riverside.example",
            "List-Unsubscribe": f"<https://x.example/u/{'t' * 150}/>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        images=[["a@chart", "sha"]],
    )  # fmt: skip
    found = read(one, {"sha": DOT})
    assert found.get_content_type() == "multipart/related"
    words, picture = found.iter_parts()
    assert [part.get_content_type() for part in words.iter_parts()] == ["text/plain", "text/html"]
    assert (picture["Content-ID"], picture.get_content_disposition()) == ("<a@chart>", "inline")
    assert picture.get_content() == DOT
    assert found["From"].addresses[0].display_name == "Hogares del Río"
    assert found["List-Unsubscribe"] == f"<https://x.example/u/{'t' * 150}/>"
    assert [found[name] for name in ("To", "Reply-To", "Message-ID")] == [
        "ana@riverside.example", "dana@riverside.example", "<1@x>",
    ]  # fmt: skip


def test_a_picture_that_is_not_there_is_missed():
    with pytest.raises(KeyError):
        written(mail(html="<p></p>", images=[["a@chart", "gone"]]), SENDER, {})
