"""Lines in people's inboxes."""

import pytest
from django.utils.translation import gettext

from comms.models import Note
from comms.services.notes import tell, tell_all

pytestmark = pytest.mark.django_db


def test_a_thing_is_told_once(in_riverside):
    ben = in_riverside.people.ben
    for _again in range(2):
        tell(member=ben, kind="action", key="action:1:done", text="It is done.", url="/x/")
    tell(member=ben, kind="action", key="action:1:open", text="It is open again.")
    assert sorted(Note.objects.values_list("key", flat=True)) == ["action:1:done", "action:1:open"]


def test_each_is_told_in_their_own_language_and_nobody_who_left(in_riverside, django_assert_num_queries):
    ana, ben, fay = in_riverside.people.ana, in_riverside.people.ben, in_riverside.people.fay
    ben.locale, fay.is_active = "es", False
    with django_assert_num_queries(1):
        tell_all(members=[ana, ben, ben, fay], kind="x", key="x:1", text=lambda: gettext("Save"))
    said = dict(Note.objects.values_list("member__name", "text"))
    assert said["Ana"] == "Save"
    assert said["Ben"] not in ("", "Save")
    assert len(said) == 2
