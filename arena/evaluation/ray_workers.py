"""Workers that are actors of a Ray cluster: each has the cores, the GPUs and the memory that its model needs.

Models are loaded from where this machine has them: a folder has to be there under the same path, and a model of the Hub is
downloaded where it is missing. Actors write nothing: their replies come back here.
"""

import logging
import math
import os
import platform
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from arena import __version__
from arena.errors import RepositoryError, SettingsError, one_line
from arena.evaluation.workers import ModelHost, Order, RemoteModel, Returned, WorkerEnded
from arena.models import Model, this_machine
from arena.models.machine import GPU
from arena.probes import Probe, Reply

GIGABYTE = 2**30
LIBRARIES = ("tokenizers", "torch", "torchvision", "transformers")
"""Whose versions may change answers: a contestant is asked by those that it is named after, and by no others."""

log = logging.getLogger(__name__)


class RayWorkers:
    """Actors of the cluster that RAY_ADDRESS names, or that runs here; where none does, one is begun for this process."""

    def __init__(self, count: int | None = None) -> None:
        """Connect to the cluster.

        Args:
            count: how many actors there may be; by default one for each GPU, or for each machine where there are none.

        Raises:
            SettingsError: Ray is not installed, or the cluster cannot be reached.
        """
        self._ray = connected()
        machines = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        self.count = count or max(1, round(sum(one.get("GPU", 0) for one in machines)) or len(machines))
        cpus = [int(one.get("CPU", 0)) for one in machines]
        self._cpus = max(1, min(sum(cpus) // self.count, max(cpus, default=1)))

    @property
    def memory_bytes(self) -> float:
        """No bound: Ray itself places each actor where its memory is."""
        return math.inf

    def begin(self, number: int) -> "RayWorker":
        """A place for an actor, which is begun with its model."""
        del number  # Ray decides where it is
        return RayWorker(self._ray, self._cpus)

    def close(self) -> None:
        """Leave the cluster; one that was begun for this process ends."""
        self._ray.shutdown()


class RayWorker:
    """One actor, and another one for the next model, which needs other resources."""

    def __init__(self, ray: Any, cpus: int) -> None:
        """Begin nothing yet.

        Args:
            ray: the package, connected.
            cpus: what each actor may compute with.
        """
        self._ray = ray
        self._cpus = cpus
        self._actor: Any = None

    def load(self, order: Order) -> Model:
        """Load a model in an actor of its own; waits until the cluster has room.

        Raises:
            RepositoryError: no machine of the cluster is large enough, or has what this one has installed.
        """
        self.end()
        needs = resources(order, self._cpus, [gpu.usable_bytes for gpu in this_machine().gpus])
        self._check(order, needs)
        more = {"num_cpus": needs["CPU"], "num_gpus": needs["GPU"], "memory": needs["memory"]}
        # Ray itself sees to it that an actor computes with as many threads as it has CPUs.
        self._actor = self._ray.remote(RayHost).options(**more).remote(str(Path.cwd()))
        return RemoteModel(order.contestant, self._call("load_alike", order, installed()), self._answer)

    def end(self) -> None:
        """End the actor at once."""
        if self._actor is not None:
            self._ray.kill(self._actor)

    def _answer(self, probes: Sequence[Probe]) -> list[Reply]:
        return self._call("answer", probes)

    def _call(self, method: str, *arguments: Any) -> Any:
        try:
            returned: Returned = self._ray.get(getattr(self._actor, method).remote(*arguments))
        except self._ray.exceptions.RayTaskError as error:  # of Ray itself: what our code raises is returned
            why = one_line(error.cause)
            raise RepositoryError(f"a worker cannot read what it is sent ({why}); install the same on all machines") from error
        except self._ray.exceptions.RayError as error:
            raise WorkerEnded(f"on a machine of the cluster ({one_line(error)})") from error
        return returned.result()

    def _check(self, order: Order, needs: Mapping[str, float]) -> None:
        machines = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        if not any(all(one.get(name, 0) >= amount for name, amount in needs.items()) for one in machines):
            wanted = f"{needs['CPU']:g} CPUs, {needs['GPU']:g} GPUs and {needs['memory'] / GIGABYTE:.1f} GB"
            raise RepositoryError(
                f"{order.contestant.reference}: no machine of the Ray cluster has {wanted} for it; add one, or begin more "
                "--workers, which have fewer CPUs each"
            )


class RayHost(ModelHost):
    """What an actor does."""

    def __init__(self, folder: str) -> None:
        """Take relative paths from a folder, where this machine has it."""
        super().__init__()
        with suppress(OSError):
            os.chdir(folder)

    def load_alike(self, order: Order, theirs: Mapping[str, str]) -> Returned:
        """As `load`, where what is installed here is what whoever asks has installed."""
        ours = installed()
        differing = [f"{name} {ours[name]}, not {theirs[name]}" for name in theirs if ours[name] != theirs[name]]
        if not differing:
            return self.load(order)
        line = f"{socket.gethostname()}: a worker there has {', '.join(differing)}; install the same on all machines"
        return Returned(error=RepositoryError(line))


def connected() -> Any:
    """The package of Ray, connected to a cluster.

    Raises:
        SettingsError: it is not installed, or the cluster cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read on import; nothing is told to anybody
    try:
        import ray  # noqa: PLC0415 - an extra
    except ImportError:
        raise SettingsError("--engine ray: needs ray; install minimal-pair-arena[ray]") from None
    try:
        ray.init(ignore_reinit_error=True, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        address = os.environ.get("RAY_ADDRESS", "")
        raise SettingsError(
            f"RAY_ADDRESS: {address or 'a cluster'} cannot be used ({one_line(error)}); start it, or unset it"
        ) from error
    return ray


def resources(order: Order, cpus: int, gpus: Sequence[int]) -> dict[str, float]:
    """What an actor needs of a machine for a model, by the names that Ray gives.

    Args:
        order: the model.
        cpus: what it computes with.
        gpus: usable bytes of each GPU, as this machine has them.
    """
    on_gpu = str(order.contestant.settings.get("device", "")).startswith(GPU) and bool(gpus)
    count = math.ceil(order.memory_bytes / max(gpus)) if on_gpu else 0
    return {"CPU": cpus, "GPU": count, "memory": order.memory_bytes}


def installed() -> dict[str, str]:
    """What answers depend on beside model and device."""
    return {"arena": __version__, "processor": platform.machine(), **{name: version(name) for name in LIBRARIES}}
