"""What waits to be asked, and how it is handed out."""

from contextlib import ExitStack

from evaluation_world import choice

from arena.evaluation.backlog import Backlog, Shard
from arena.evaluation.batches import FIRST
from arena.evaluation.choosing import Inquiry


def backlog(count):
    return Backlog(Inquiry(f"item{number}", (choice(number).probe,), lambda _: []) for number in range(count))


def items(shard: Shard | None) -> set[str]:
    assert shard
    return {inquiry.item for inquiry in shard.inquiries}


def test_everything_is_handed_out_once():
    waiting, taken = backlog(100), []
    while shard := waiting.take(30):
        taken += [inquiry.item for inquiry in shard.inquiries]
    assert sorted(taken) == sorted(f"item{number}" for number in range(100))
    assert waiting.probes == 0


def test_one_who_takes_alone_gets_all_that_is_asked_for_and_one_of_many_its_part():
    alone = backlog(400)
    with alone.taker():
        shard = alone.take(300)
    assert shard
    assert shard.probes == 300
    shared = backlog(400)
    with ExitStack() as takers:
        for _ in range(4):
            takers.enter_context(shared.taker())
        sizes = [shard.probes for _ in range(4) if (shard := shared.take(300))]
        assert sizes == [100, 75, 57, 42]
        rest = [shard.probes for _ in range(9) if (shard := shared.take(300))]
    assert min(rest[:-1]) == FIRST, "no part is so small that asking together pays no more"


def test_what_is_given_back_comes_first_in_halves_and_later_shards_are_smaller():
    waiting = backlog(300)
    lost = waiting.take(100)
    assert lost
    waiting.give_back(lost)
    assert waiting.probes == 300
    first, second = waiting.take(100), waiting.take(100)
    assert items(first) | items(second) == items(lost)
    assert not items(first) & items(second)
    assert (first and first.losses, second and second.losses) == (1, 1)
    later = waiting.take(100)
    assert later
    assert (later.probes, later.losses) == (50, 0)


def test_one_inquiry_that_is_given_back_stays_whole():
    waiting = backlog(1)
    lost = waiting.take(1)
    assert lost
    waiting.give_back(lost)
    again = waiting.take(1)
    assert again == Shard(lost.inquiries, 1)
    assert waiting.take(1) is None


def test_after_a_failure_nothing_is_handed_out_and_the_first_reason_stays():
    waiting = backlog(50)
    lost = waiting.take(10)
    assert lost
    first = ValueError("first")
    waiting.fail(first)
    waiting.fail(ValueError("second"))
    waiting.give_back(lost)
    assert waiting.take(10) is None
    assert waiting.probes == 0
    assert waiting.error is first


def test_the_time_left_is_that_of_all_who_take():
    waiting = backlog(100)
    assert waiting.seconds_left is None
    waiting.went(0.5)
    waiting.went(None)
    with waiting.taker(), waiting.taker():
        assert waiting.seconds_left == 25
