"""What counts of an outbox, whoever has written into it."""

from dataclasses import replace

import pytest

from arena.errors import SettingsError
from arena.outbox.address import outbox_address
from arena.outbox.manifest import Manifest, history, manifest_name, read_manifest
from arena.store.outbox_rows import Place


def place(number: int, who: str = "a") -> Place:
    return Place(number, f"{who}{number}")


ALL = Manifest(0, 1, "all", "arena", None, place(0), {}, "m017_outbox", "2026-01-01", "all")


def commits(number: int, after: Place, last: Place, epoch: int = 1, name: str = "") -> Manifest:
    return replace(ALL, number=number, epoch=epoch, kind="commits", after=after, last=last, name=name or f"{number}-{epoch}")


def test_parts_follow_each_other_in_whatever_order_they_are_listed():
    parts = [ALL, commits(1, place(0), place(3)), commits(2, place(3), place(4))]
    assert history(reversed(parts)) == parts
    assert history([]) == []
    assert history(parts[1:]) == [], "commits alone make no home"


def test_a_part_after_a_gap_does_not_count():
    assert history([ALL, commits(2, place(3), place(4))]) == [ALL]


def test_of_two_writers_the_later_lease_counts():
    lost = commits(1, place(0), place(9, "b"), epoch=1)
    kept = commits(1, place(0), place(2), epoch=2)
    assert history([ALL, lost, kept]) == [ALL, kept]
    late = replace(ALL, number=2, last=place(9, "b"), name="late")  # all facts, by the one that had lost the lease
    assert history([ALL, lost, kept, late]) == [ALL, kept]


def test_of_one_writer_what_reaches_furthest_counts():
    again = commits(2, place(0), place(5))
    rest = commits(3, place(5), place(6))
    assert history([ALL, commits(1, place(0), place(2)), again, rest]) == [ALL, again, rest]


def test_all_facts_anew_take_the_place_of_what_came_before():
    newer = replace(ALL, number=2, last=place(3), name="newer")
    assert history([ALL, commits(1, place(0), place(3)), newer]) == [newer]


def test_a_manifest_is_read_as_it_was_written():
    name = manifest_name(7, 3)
    given = replace(ALL, number=7, epoch=3, files={"all/x/pairs.parquet": "00"}, name=name)
    assert read_manifest(name, given.text()) == given
    outside = replace(given, files={"all/../../etc/passwd.parquet": "00"})
    for spoilt in (given.text()[:-9], b"[]", b"{}", replace(given, number=8).text(), outside.text()):
        with pytest.raises(ValueError, match=r".*"):
            read_manifest(name, spoilt)


@pytest.mark.parametrize(
    "outbox", ["facts", "buckets/facts", "models/org/facts", "buckets/org/facts/more", "buckets/o g/x", "datasets/../x"]
)
def test_what_is_no_place_of_the_hub_is_refused(outbox: str):
    with pytest.raises(SettingsError, match="ARENA_OUTBOX"):
        outbox_address(outbox, None)


def test_the_lease_lies_beside_the_outbox():
    found = outbox_address("buckets/org/facts", None)
    assert found is not None
    assert (found.lease, found.usual_seconds, str(found)) == ("org/facts-lease", 10, "buckets/org/facts")
    found = outbox_address("datasets/org/facts", "datasets/org/other")
    assert found is not None
    assert (found.lease, found.usual_seconds) == ("org/other", 60)
    for outbox, lease in ((None, "org/lease"), ("datasets/org/facts", "org/facts")):
        with pytest.raises(SettingsError, match="ARENA_LEASE"):
            outbox_address(outbox, lease)
    assert outbox_address(None, None) is None
