"""A model of others, loaded and asked for the first time: what the process with limits does; see `arena.worker.first_load`.

`python -m arena.worker.model_trial` reads what to load from one file of its folder, and writes what it found into another. It
says on its output where it is, so that whoever ends it knows that.
"""

import json
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from PIL import Image

from arena.errors import ArenaError, RepositoryError, one_line
from arena.images import picture_from_pixels
from arena.models import Findings, Model, RepositoryReport, local_reference
from arena.models.hub_access import HubAccess
from arena.models.repository import processor_folder
from arena.models.thoughts import TEMPLATES
from arena.probes import Probe
from arena.roster import FINDINGS, contestant_for, local_entry, report_of
from arena.settings import Settings
from arena.worker.first_load import ANSWERED, ASKED, PLACE
from arena.worker.guard_reports import GuardReport
from arena.worker.weight_numbers import check_weight_numbers

READING_SECONDS = 8.0
"""Of the processor, for configuration and for a chat template: they take one or two."""


class _Exhausted(BaseException):
    """A step took too much of the processor. No `except Exception` on the way stops it."""


def main() -> int:
    """Load the model that the folder asks for, and leave there what was found, or what is wrong."""
    asked = json.loads(Path(ASKED).read_text(encoding="utf-8"))
    Path(ANSWERED).write_text(json.dumps(_found(asked)), encoding="utf-8")
    return 0


def _found(asked: dict[str, Any]) -> dict[str, Any]:
    place = ["config.json: reading it"]
    try:
        return asdict(_load(asked, place))
    except _Exhausted:
        return {"error": f"{place[0]} took more than {READING_SECONDS:.0f} s of the processor; make it simpler"}
    except ArenaError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - files of others can make libraries raise anything
        # Imported here because that takes seconds, and a model may be refused before it is loaded.
        from arena.models.pretrained import out_of_memory  # noqa: PLC0415

        if out_of_memory(error):
            return {"error": f"{place[0]} took more memory than there is; submit a smaller model"}
        return {"error": f"{place[0]} failed ({one_line(error)}); try it with from_pretrained and generate"}


def _load(asked: dict[str, Any], place: list[str]) -> GuardReport:
    began = time.monotonic()
    home = Path.cwd() / "home"
    home.mkdir()
    settings = Settings(home=home, image_size=asked["image_size"], model_gigabytes=asked["model_gigabytes"])
    local, device = local_reference(asked["reference"]), asked["device"]

    def goes_to(step: str) -> None:
        place[0] = step
        print(f"{PLACE}{step}", flush=True)  # noqa: T201 - whoever began this process reads it

    goes_to("config.json: reading the configuration")
    with _bounded(READING_SECONDS):
        cache = Path(asked["cache"]) if asked["cache"] else None
        report = report_of(asked["reference"], settings, HubAccess(cache=cache, offline=True))
    goes_to(f"{report.weights[0]}: reading the weights")
    check_weight_numbers(report)
    goes_to(f"{_template_file(report)}: rendering the chat template")
    if report.kind == "generative":
        with _bounded(READING_SECONDS):
            contestant = contestant_for(report, local, settings, device)
    else:
        goes_to("config.json and weights: loading the model and fitting its threshold")
        contestant = contestant_for(report, local, settings, device)
    entry = local_entry(report, contestant, settings)
    goes_to("processor, tokenizer.json and weights: loading the model and asking it")
    model = entry.load()
    goes_to("processor and weights: asking a test question")
    _ask(model)
    findings = Findings(home / FINDINGS)
    finding, memory = findings.get(contestant), findings.memory(contestant)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return GuardReport(contestant, finding, memory, time.monotonic() - began, peak)


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Let the block take no more of the processor."""

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise _Exhausted

    signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _template_file(report: RepositoryReport) -> str:
    folder = processor_folder(report)
    return next((name for name in TEMPLATES if (folder / name).exists()), "config.json")


def _ask(model: Model) -> None:
    """Ask which of two captions is true of a picture."""
    picture = picture_from_pixels(Image.new("RGB", (64, 48), "teal"))
    captions = ("A lamp is on the table.", "A lamp is under the table.")
    prompt = "Which caption is true? Answer with A or B."
    (reply,) = model.answer([Probe("trial", "", "", (picture,), prompt, captions, ("A", "B"))])
    if reply.error:
        raise RepositoryError(f"{model.contestant.repository}: cannot answer a test question ({reply.error})")


if __name__ == "__main__":
    raise SystemExit(main())
