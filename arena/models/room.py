"""Whether there is memory for a model where it is to run, and what would fit where there is not."""

import math

from arena.contestants import Contestant
from arena.errors import RepositoryError
from arena.models.demand import Demand, demand
from arena.models.machine import GPU, OFFLOAD, Machine
from arena.models.repository import RepositoryReport
from arena.models.weights import amount

FOUR_BITS = 0.6
"""Bytes of a parameter in a checkpoint of four bits, with the scales beside them and the layers that stay wider."""


def check_room(report: RepositoryReport, contestant: Contestant, machine: Machine, measured: int | None = None) -> Demand:
    """What a checked repository takes as a contestant, if there is room for that.

    What is offloaded has room always: what main memory does not hold is read from the files of the weights.

    Args:
        report: what the check found.
        contestant: how it will be run.
        machine: what is free.
        measured: bytes of its weights, where it was loaded so before.

    Raises:
        RepositoryError: there is none; the line says what would fit.
        SettingsError: the device is not there.
    """
    device, dtype = str(contestant.settings.get("device", "cpu")), str(contestant.settings["dtype"])
    needs = demand(report, dtype, device=device, machine=machine, measured=measured)
    room = machine.room(device)
    if device == OFFLOAD or needs.total <= room:
        return needs
    size = f"its {report.parameters / 1e6:.0f} M parameters take {amount(needs.weights)} of memory as {dtype}"
    working = f", with {amount(needs.working)} for caches and pictures" if needs.working else ""
    fits = ways_in(report, dtype, needs, device, machine)
    raise RepositoryError(f"{report.repository}: {size}{working}, and {amount(room)} are there; what fits: {', '.join(fits)}")


def ways_in(report: RepositoryReport, dtype: str, needs: Demand, device: str, machine: Machine) -> list[str]:
    """What would fit in place of a model that does not, the best first.

    Args:
        report: what the check found.
        dtype: in which it does not fit.
        needs: what it takes so.
        device: on which it does not fit.
        machine: what is free.
    """
    room, gpus = machine.room(device), machine.gpus_of(device)
    ways: list[str] = []
    if dtype == "float32" and not report.packed_bytes and demand(report, "bfloat16").total <= room:
        ways.append("?dtype=bfloat16")
    if not report.packed_bytes and report.parameters * FOUR_BITS + needs.working <= room:
        ways.append("the model in 4 bits")
    if device.startswith(f"{GPU}:") and needs.total <= machine.room(GPU):
        ways.append(f"?device={GPU} (all GPUs)")
    elif most := max((gpu.usable_bytes for gpu in gpus), default=0):
        ways.append(f"{math.ceil(needs.total / most)} GPUs with {amount(most)} free")
    if device != OFFLOAD and not report.base:
        lies = "in main memory, slow" if needs.total <= machine.room(OFFLOAD) else "on disk, very slow"
        ways.append(f"?device={OFFLOAD} (part of it {lies})")
    return [*ways, "a smaller model", "an endpoint that serves it"]
