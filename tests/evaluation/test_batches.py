"""The size of batches, and replies that come back whatever the model does."""

from evaluation_world import FunctionModel, choice, number_of
from hypothesis import given
from hypothesis import strategies as st

from arena.evaluation.batches import FIRST, LARGEST, LONGEST_SECONDS, BatchSize, answers
from arena.probes import Reply

PROBES = [choice(number).probe for number in range(100)]


def grown(seconds):
    """The size that is settled on where a batch of n takes seconds(n)."""
    size = BatchSize()
    for _ in range(20):
        size.took(size.probes, seconds(size.probes))
    return size.probes


def test_batches_grow_as_long_as_a_probe_gets_cheaper():
    assert grown(lambda count: 0.5 + 0.0001 * count) == LARGEST
    assert grown(lambda count: 0.01 * count) == FIRST
    assert grown(lambda count: 0.4 + 0.001 * count + 0.00001 * count**2) == 256


def test_one_batch_that_meets_a_busy_machine_ends_no_growth():
    assert grown(lambda count: (3 if count == 64 else 1) * (0.5 + 0.0001 * count)) == LARGEST


def test_a_batch_that_takes_long_grows_no_further_and_one_that_takes_too_long_shrinks():
    assert grown(lambda count: LONGEST_SECONDS - 5 + 0.01 * count) == FIRST
    assert grown(lambda count: LONGEST_SECONDS / 4 * count) == 4
    assert grown(lambda count: 2 * LONGEST_SECONDS * count) == 1


def test_the_last_batch_of_a_suite_says_nothing_about_the_next():
    size = BatchSize()
    size.took(3, 10.0)
    assert size.probes == FIRST


def test_how_long_a_probe_takes_is_told_by_the_last_batch_but_not_by_a_quick_first_one():
    quick, slow = BatchSize(), BatchSize()
    quick.took(16, 1.0)
    assert quick.seconds_per_probe is None
    quick.took(32, 0.8)
    assert quick.seconds_per_probe == 0.025
    slow.took(16, 8.0)
    assert slow.seconds_per_probe == 0.5


class Crashing(FunctionModel):
    def __init__(self, error, breaks):
        super().__init__(respond=lambda probe: Reply(probe.prompt))
        self.error, self.breaks = error, breaks

    def answer(self, probes):
        self.batches.append([probe.key for probe in probes])
        if self.breaks(probes):
            raise self.error
        return [self.respond(probe) for probe in probes]


def test_memory_that_does_not_suffice_halves_the_batch_from_then_on():
    model, size = Crashing(MemoryError("no memory"), lambda probes: len(probes) > 10), BatchSize()
    assert answers(model, PROBES, size) == [Reply(probe.prompt) for probe in PROBES]
    assert size.probes <= 10


@given(st.sets(st.integers(0, 99), max_size=5))
def test_a_probe_that_crashes_the_model_costs_no_other_its_reply_and_no_other_batch_its_size(broken):
    model = Crashing(ValueError("odd pixels"), lambda probes: any(number_of(probe) in broken for probe in probes))
    size = BatchSize()
    replies = answers(model, PROBES, size)
    failed = {number for number, reply in enumerate(replies) if reply.error == "ValueError: odd pixels"}
    assert failed == broken
    assert all(replies[number].text == PROBES[number].prompt for number in set(range(100)) - broken)
    assert size.probes >= FIRST


def test_replies_that_are_too_few_are_none():
    class Silent(FunctionModel):
        def answer(self, probes):
            return []

    assert answers(Silent(), PROBES[:2], BatchSize()) == [Reply(error="ValueError: 0 replies to 1 probes")] * 2
