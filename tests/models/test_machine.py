"""What a machine bears, decided on machines that nobody has here."""

import os

import pytest

from arena.errors import SettingsError
from arena.models.machine import Gpu, Machine, available_memory, this_machine

GB = 2**30
CARD = Gpu(24 * GB, (8, 9))
OLD_CARD = Gpu(16 * GB, (7, 5))


def test_available_memory_is_less_than_the_machine_has_and_more_than_nothing():
    assert 0 < available_memory() <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert this_machine().memory_bytes > 0


def test_what_a_gpu_computes_with_follows_its_capability():
    assert [(gpu.has_bfloat16, gpu.has_float8) for gpu in (CARD, OLD_CARD, Gpu(1, (8, 0)))] == [
        (True, True),
        (False, False),
        (True, False),
    ]


def test_each_device_has_the_room_of_what_it_means():
    machine = Machine(100 * GB, (CARD, OLD_CARD))
    assert machine.room("cpu") == 100 * GB
    assert machine.room("cuda:1") == OLD_CARD.usable_bytes < 16 * GB
    assert machine.room("cuda") == CARD.usable_bytes + OLD_CARD.usable_bytes
    assert machine.room("offload") == machine.room("cuda") + 100 * GB
    assert Machine(100 * GB).room("offload") == 100 * GB


@pytest.mark.parametrize(
    ("machine", "device", "there"),
    [(Machine(GB), "cuda", "only a CPU"), (Machine(GB, (CARD,)), "cuda:1", "cuda:0"), (Machine(GB), "cuda:0", "only a CPU")],
)
def test_a_gpu_that_is_not_there_is_told_with_those_that_are(machine, device, there):
    with pytest.raises(SettingsError, match=f"^device={device}: there is no such GPU; this machine has {there}$"):
        machine.room(device)


def test_budget_workers_and_files_follow_the_machine():
    assert Machine(16 * GB).budget() == 8 * GB
    assert Machine(16 * GB, (CARD,)).budget() == CARD.usable_bytes
    assert [Machine(GB, (CARD,) * count).workers() for count in range(4)] == [2, 1, 2, 2]
    assert Machine(4 * GB).files() == 20 * GB
    assert Machine(100 * GB, (CARD,)).files() == 2 * (100 * GB + CARD.usable_bytes)


def test_a_bound_is_one_on_each_part_of_the_memory():
    machine = Machine(100 * GB, (CARD, OLD_CARD)).within(20 * GB)
    assert (machine.memory_bytes, [gpu.memory_bytes for gpu in machine.gpus]) == (20 * GB, [20 * GB, 16 * GB])
    assert Machine(GB).within(20 * GB) == Machine(GB)
