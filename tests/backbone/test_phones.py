"""Telephone numbers as people write them, and what a telephone dials."""

import pytest

from backbone.rules.phones import dialled, is_phone


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+1 503 555 0142", "+15035550142"),
        ("(503) 555-0142 ext. 12", "5035550142;ext=12"),
        ("503.555.0142 x7", "5035550142;ext=7"),
        ("020 7946 0958", "02079460958"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+1 (503) 555-0142", "+15035550142"),
        ("112", "112"),
    ],
)
def test_what_somebody_can_dial_is_kept_as_written(written, number):
    assert is_phone(written)
    assert dialled(written) == number


@pytest.mark.parametrize(
    "written",
    ["", "12", "call me", "+", "(---)", "javascript:1234", "555-0142;ext=1", "1" * 21, "٠١٢٣٤٥", "555 0142 ext"],
)
def test_what_nobody_can_dial_is_no_number(written):
    assert not is_phone(written)
    assert dialled(written) == ""
