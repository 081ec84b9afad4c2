"""A model tried in a process of its own, which can take no more time and memory than it is given, whatever it does."""

import json
import resource
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image

from arena.errors import ArenaError, RepositoryError, one_line
from arena.images import picture_from_pixels
from arena.models.base import Model
from arena.models.findings import Finding
from arena.models.loading import IMAGE_SIZE, load, local_contestant
from arena.models.machine import GPU
from arena.models.pretrained import out_of_memory
from arena.models.reference_options import local_reference
from arena.models.repository import check_repository
from arena.models.runtime import best_device
from arena.models.weights import amount
from arena.probes import Probe


@dataclass(frozen=True)
class Trial:
    """What a model did when it was loaded and asked."""

    seconds: float
    """From the first byte of weights to the last answer."""
    peak_bytes: int
    """Most memory that the process ever held."""
    finding: Finding | None
    """How it is asked, where it writes; None where it only compares."""


def try_repository(reference: str, *, seconds: int, memory: int, image_size: int = IMAGE_SIZE) -> Trial:
    """Load a model and ask it, in another process.

    Args:
        reference: as for `local_reference`; what lies on the Hub should be downloaded before.
        seconds: after which the process is ended.
        memory: bytes of data that it may hold.
        image_size: as for `contestant_of`.

    Raises:
        RepositoryError: one line that says why it cannot be loaded or asked within these limits, or how the process ended.
    """
    command = [sys.executable, "-m", "arena.models.trial", reference, str(memory), str(image_size)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise RepositoryError(f"{reference}: has not answered within {seconds} s; give it more with --seconds") from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise RepositoryError(f"{reference}: {_end(done, memory)}") from None
    if "error" in answer:
        raise RepositoryError(answer["error"])
    return Trial(answer["seconds"], answer["peak_bytes"], Finding(**answer["finding"]) if answer["finding"] else None)


def _end(done: "subprocess.CompletedProcess[str]", memory: int) -> str:
    """How a process ended that could not say so itself."""
    if done.returncode == -signal.SIGKILL:
        return f"its process was killed, as it is where memory runs out; it may take {amount(memory)} (--gigabytes)"
    if done.returncode < 0:
        return f"its process crashed ({signal.Signals(-done.returncode).name}); try it with from_pretrained"
    last = (done.stderr.strip().splitlines() or ["without a word"])[-1]
    return f"its process ended with {done.returncode} ({last[:200]}); try it with from_pretrained"


def _try(reference: str, memory: int, image_size: int) -> dict[str, Any]:
    """In the process of its own: what a trial gives, or the error."""
    try:
        local = local_reference(reference)
        device = local.device or best_device()
        _bound(memory, device)
        report = check_repository(local.repository)
        contestant = local_contestant(report, local, device=device, image_size=image_size)
        start = time.monotonic()
        model = load(report, contestant)
        finding = getattr(model, "finding", None)
        if finding is None:
            _compare(model)
        return asdict(Trial(time.monotonic() - start, _peak(device), finding))
    except ArenaError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - what is told to the other process must be one line
        if out_of_memory(error):
            return {"error": f"{reference}: takes more than {amount(memory)} of memory; give it more with --gigabytes"}
        return {"error": f"{reference}: cannot be asked ({one_line(error)}); try it with generate"}


def _bound(memory: int, device: str) -> None:
    """Let this process hold no more of main memory, or of each GPU where it runs on them."""
    if device.partition(":")[0] != GPU:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        return
    import torch  # noqa: PLC0415  takes seconds

    for number in range(torch.cuda.device_count()):
        total = torch.cuda.mem_get_info(number)[1]
        torch.cuda.set_per_process_memory_fraction(min(1.0, memory / total), number)


def _peak(device: str) -> int:
    """Most bytes that this process ever held, of the memory that is bounded."""
    if device.partition(":")[0] != GPU:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    import torch  # noqa: PLC0415  takes seconds

    return sum(torch.cuda.max_memory_allocated(number) for number in range(torch.cuda.device_count()))


def _compare(model: Model) -> None:
    """Ask a model that only compares which of two captions is true of a picture."""
    picture = picture_from_pixels(Image.new("RGB", (64, 48), "teal"))
    captions = ("A lamp is on the table.", "A lamp is under the table.")
    (reply,) = model.answer([Probe("trial", "", "", (picture,), "", captions, ("A", "B"))])
    if reply.error:
        raise RepositoryError(f"{model.contestant.repository}: cannot answer a test question ({reply.error})")


if __name__ == "__main__":
    print(json.dumps(_try(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201 - read by the process that started this one
