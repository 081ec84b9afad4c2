"""What a submission may need and name."""

from dataclasses import dataclass

from arena.models import this_machine
from arena.models.machine import Machine
from arena.settings import Settings


@dataclass(frozen=True)
class SubmissionLimits:
    """Bounds on what is submitted."""

    machine: Machine
    """What models run on: a submitted one must fit."""
    file_bytes: int
    """Of the files that loading reads."""
    parameters: int | None = None
    """Most that a model may have; None for as many as fit."""
    endpoints: tuple[str, ...] = ()
    """Hosts, with their port where it is not the usual one, and Inference Providers whose models may be submitted."""
    seconds: float = 90
    """How long all checks of one submission may wait for the Hub."""


def limits_of(settings: Settings) -> SubmissionLimits:
    """The limits that the settings of an arena set, on this machine."""
    machine = this_machine()
    if settings.memory_gigabytes is not None:
        machine = machine.within(round(settings.memory_gigabytes * 2**30))
    files = machine.files() if settings.model_gigabytes is None else round(settings.model_gigabytes * 2**30)
    billions = settings.submission_billions
    return SubmissionLimits(
        machine,
        files,
        None if billions is None else round(billions * 1e9),
        settings.submission_endpoints,
        settings.submission_seconds,
    )
