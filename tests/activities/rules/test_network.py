"""Organizations and their ties."""

from activities.rules.network import Place, network


def test_who_is_tied_with_most_who_holds_others_and_who_is_alone():
    found = network(range(1, 8), [(1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (6, 9)])
    assert found.alone == (6, 7)
    assert found.groups == ((1, 2, 3, 4, 5),)
    assert found.places[3] == Place(3, 2)
    assert found.places[4] == Place(2, 1)
    assert found.places[1] == Place(2, 0)
    assert found.places[7] == Place(0, 0)


def test_nobody_makes_no_network():
    assert network([], []).places == {}
