"""Calibrates two starter models in every way there is, and writes the figures of docs/calibration.md.

    python benchmarks/calibration.py [--home ./calibration-home] [--minutes 240] [--page docs/calibration.md]

`llava-small-permissive` and `llava-small-cautious` are asked the starter suite as they are, under every strategy, and tuned by
SFT and DPO on four folds, the first with three seeds, with controls beside them. Each step is a command of the arena, printed
as it runs. After the minutes given, or after Ctrl-C, what is done is kept, and the same command goes on from there; the page
names what nobody got to. Tuning needs `pip install -e ".[tune]"`, and is left out without it. All of it takes two hours on two
cores.
"""

import argparse
import io
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from pathlib import Path

from calibration_figures import write_figures

from arena.cli import main as arena
from arena.strategies.folds import FOLDS

ROOT = Path(__file__).parents[1]
BASES = ("llava-small-permissive", "llava-small-cautious")
WRITERS = (*BASES, "llava-small", "llava-mini")
"""Whose replies are learnt from: some help, some refuse, some tell safe from unsafe."""
FITTED = ("steer-layer", "steer-head")
STRATEGIES = (
    "none",
    "reminder",
    "examples:1",
    *FITTED,
    "steer-random:0",
    "steer-random:1",
    "steer-random:2",
    "blind",
    "caption-only",
)
CONSTANTS = ("always-refuse", "always-answer")
SUITE = "starter"
SEEDS = (0, 1, 2)
METHODS = {"sft": ("sft", "2e-4"), "dpo": ("preferences", "1e-4")}
"""Method -> what it learns from, and its learning rate: the best of those that `docs/tuning.md` tells of."""
EPOCHS = "3"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
"""Between these lines, the page is written by this script."""


@dataclass(frozen=True)
class Step:
    """One command, and what it leaves behind."""

    subject: str
    """What it belongs to, as the page names it."""
    command: tuple[str, ...]
    """Without the name of the program."""
    made: Path | None = None
    """A file or folder that is there whole once it is done; None for a command that itself sees what is left to do."""

    @property
    def is_made(self) -> bool:
        """Whether nothing is left to do."""
        return self.made is not None and self.made.exists()


def steps(home: Path, *, tuning: bool) -> Iterator[Step]:
    """Everything, the most telling first.

    Args:
        home: of the arena; data sets and tuned models lie in it.
        tuning: whether models are tuned as well.
    """
    models = [part for model in (*WRITERS, *CONSTANTS) for part in ("--model", model)]
    yield Step("models as they are", ("evaluate", *models, "--suite", SUITE))
    for base in BASES:
        for strategy in FITTED:
            vectors = home / "steering" / f"drawn-world--{base}+{strategy}.safetensors"
            yield Step(f"{strategy} of {base}", ("calibrate", "--model", base, "--strategy", strategy), vectors)
        tried = [part for strategy in STRATEGIES for part in ("--strategy", strategy)]
        yield Step(f"strategies on {base}", ("evaluate", "--model", base, *tried, "--suite", SUITE))
    if tuning:
        for kind, fold in product([kind for kind, _ in METHODS.values()], range(FOLDS)):
            yield _export(home, kind, fold)
        permissive, cautious = BASES
        yield from _tunings(home, permissive, SEEDS[0])
        yield from _tunings(home, permissive, SEEDS[0], shuffled=True)
        for seed in SEEDS[1:]:
            yield from _tunings(home, permissive, seed)
        yield from _tunings(home, cautious, SEEDS[0])
        yield from _tunings(home, cautious, SEEDS[0], shuffled=True)


def run_all(plan: Iterable[Step], home: Path, seconds: float) -> list[Step]:
    """Run what is left of the steps, and give back those that failed, or that nobody looked at before the time was up.

    Args:
        plan: the steps in order.
        home: of the arena.
        seconds: after which no step goes on.
    """
    last = time.monotonic() + seconds
    undone: list[Step] = []
    is_stopped = False
    for step in plan:
        code = run(step, home, 0 if is_stopped else last - time.monotonic())
        is_stopped |= code is None
        if code != 0:
            undone.append(step)
    return undone


def run(step: Step, home: Path, seconds: float) -> int | None:
    """Run a step, unless it is done: its exit code; None where it was stopped, or the time is up."""
    if step.is_made:
        return 0
    if seconds <= 0:
        return None
    print(f"arena {' '.join(step.command)}", flush=True)
    process = subprocess.Popen([sys.executable, "-m", "arena", "--home", str(home), *step.command])
    try:
        code = process.wait(seconds)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.send_signal(signal.SIGINT)
        process.wait()
        return None
    if code:
        print(f"that step failed with code {code}, and is left out", flush=True)
    return code


def with_figures(page: str, figures: str) -> str:
    """The page with other figures between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{figures.strip()}\n\n{END}{after}"


def figures(home: Path, images: Path, undone: Iterable[Step] = ()) -> str:
    """The tables of `arena calibration-report` as Markdown, each model after its two figures, and what was not made."""
    with redirect_stdout(io.StringIO()) as printed:
        arena(["--home", str(home), "calibration-report", "--suite", SUITE, "--format", "md"])
    pictures = write_figures(home, SUITE, images)
    lines: list[str] = []
    for line in printed.getvalue().splitlines():
        base = line.removeprefix("## ").partition(" on ")[0]
        if line.startswith("## ") and (paths := pictures.pop(base, None)):
            lines += [
                f"## {base}",
                "",
                *(f"![{title}]({path.relative_to(images.parent)})" for title, path in paths.items()),
                "",
            ]
        lines.append(f"### {line.rpartition(': ')[2].capitalize()}" if line.startswith("## ") else line)
    missing = "; ".join(dict.fromkeys(step.subject for step in undone))
    told = ["", f"Failed, or not looked at before the time was up: {missing}."] if missing else []
    return "\n".join(["\n".join(lines).strip(), *told])


def _export(home: Path, kind: str, fold: int) -> Step:
    out = _data(home, kind, fold)
    writers = [part for model in WRITERS for part in ("--model", model)]
    command = ("export", kind, "--suite", SUITE, "--test-fold", str(fold), *writers, "--out", str(out))
    return Step(f"data for {kind}", command, out)


def _tunings(home: Path, base: str, seed: int, *, shuffled: bool = False) -> Iterator[Step]:
    for (method, (kind, rate)), fold in product(METHODS.items(), range(FOLDS)):
        subject = f"{method} of {base}, seed {seed}{', shuffled labels' if shuffled else ''}"
        out = home / "tuned" / f"{base}-{method}{'-shuffled' if shuffled else ''}-seed{seed}-fold{fold}"
        recipe = ("--rate", rate, "--epochs", EPOCHS, "--seed", str(seed), *(["--shuffle-labels"] if shuffled else []))
        data = ("--data", str(_data(home, kind, fold)))
        yield Step(subject, ("tune", "--method", method, "--model", base, *data, "--out", str(out), *recipe), out)
        yield Step(subject, ("evaluate", "--model", str(out), "--suite", SUITE))


def _data(home: Path, kind: str, fold: int) -> Path:
    return home / "exports" / f"{kind}-{fold}"


def main() -> None:
    """Run what is left, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path("calibration-home"), help="default: %(default)s")
    parser.add_argument("--minutes", type=float, default=240, help="after which no step goes on (default: %(default)s)")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "calibration.md", help="default: %(default)s")
    options = parser.parse_args()
    plan = list(steps(options.home, tuning=find_spec("trl") is not None))
    undone = run_all(plan, options.home, 60 * options.minutes)
    print(f"{len(plan) - len(undone)} of {len(plan)} steps are done", flush=True)
    if undone:
        print("the same command goes on with the others", flush=True)
    page = options.page.read_text("utf-8")
    options.page.write_text(with_figures(page, figures(options.home, options.page.parent / "images", undone)), "utf-8")


if __name__ == "__main__":
    main()
