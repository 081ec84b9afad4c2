"""What one process of a home takes down, as the others know it at once."""

import pytest
from store_world import RULE, make_pair

from arena.store import Store, remote_database

BY = {"by": "operator", "reason": "a test"}
UPLOADED, ANOTHER = make_pair(50, source="fresh"), make_pair(51, source="fresh")


@pytest.fixture
def other(store, home):
    """Another store on the home of `store`, which holds the file."""
    with Store.open(home, RULE) as opened:
        store.add_pairs([UPLOADED, ANOTHER])
        yield opened


def test_who_asks_for_nothing_else_hears_of_it(store, other, monkeypatch):
    monkeypatch.setattr(remote_database, "NEWS", 0)
    picture = UPLOADED.sides[0].picture.digest
    assert other.takedowns.shows(picture)
    store.takedowns.hide([UPLOADED.id], **BY)
    assert not other.takedowns.shows(picture)
    store.takedowns.restore([UPLOADED.id], **BY)
    assert not other.takedowns.is_down(UPLOADED.id)


def test_a_picture_that_is_erased_while_another_process_puts_it_in_its_place_is_gone(store, other):
    picture = UPLOADED.sides[0].picture
    store.takedowns.erase([UPLOADED.id], **BY)
    other._pictures.write([picture])
    assert other.takedowns.picture_file(picture.digest).exists(), "it had not heard of it"
    other.add_pairs([UPLOADED])
    assert not store.takedowns.picture_file(picture.digest).exists()


def test_whoever_is_told_of_one_may_hear_of_the_next(store, other, monkeypatch):
    monkeypatch.setattr(remote_database, "NEWS", 0)
    told: list[bool] = []

    def listen() -> None:
        told.append(True)
        if len(told) == 1:
            store.takedowns.hide([ANOTHER.id], **BY)
            assert other.takedowns.is_down(ANOTHER.id)

    other.takedowns.on_change(listen)
    store.takedowns.hide([UPLOADED.id], **BY)
    assert other.takedowns.is_down(UPLOADED.id)
    assert len(told) == 2
