"""What a suite is: where its questions come from, how their answers become metrics, and what is known to be wrong with it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from arena.metrics import Derived, Estimate, Metric, Unit
from arena.probes import Probe
from arena.tasks import READERS, Reader

Audience = Literal["all", "writers", "scorers", "segmenters"]
"""Whom a question is put to: all but segmenters, models that write text, models that only compare images with captions, or
models that give each pixel a class."""


@dataclass(frozen=True)
class Question:
    """One probe of a suite, and where it belongs."""

    item: str
    """What metrics count: a pair, a prompt with its images, one image under one condition. Unique within the suite."""
    family: str
    """All items of a family descend from one source; statistics resample families."""
    probe: Probe
    slices: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By what metrics are split, such as `{"category": "kitchen", "side": "safe"}`."""
    gold: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What readers, judges and metrics need beside `probe.expected`, as JSON: the norm at stake, the classes in a scene."""
    audience: Audience = "all"

    @cached_property
    def id(self) -> str:
        """Names all of it but its audience, 16 hex digits."""
        asked = [self.item, self.family, self.probe.task, self.probe.cell, self.probe.key, self.probe.expected]
        known = json.dumps([*asked, dict(self.slices), dict(self.gold)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(known.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Loaded:
    """A suite, read."""

    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()
    """One line for each defect met and each count that is not as published."""
    code: str = ""
    """As that of the suite."""

    @cached_property
    def edition(self) -> str:
        """Names exactly these questions: other data makes another edition, whose numbers are kept apart.

        12 hex digits; before them and a hyphen those of the file, where the suite is one.
        """
        asked = sorted(
            json.dumps(
                [q.item, q.family, q.probe.task, q.probe.cell, q.probe.key, q.probe.expected, dict(q.slices), dict(q.gold)]
            )
            for q in self.questions
        )
        questions = hashlib.sha256("\n".join(asked).encode()).hexdigest()[:12]
        return f"{self.code}-{questions}" if self.code else questions


def code_of(edition: str) -> str:
    """Hash of the file that the suite of this edition was; empty where it was none."""
    return edition.rpartition("-")[0]


@dataclass(frozen=True)
class View:
    """A SQL view that turns answers into units of metrics.

    It selects from `arena.answers` and gives the columns `suite, edition, contestant_id, judge, metric, slice, item, family,
    hits, total`: one row for each item of each metric and slice. Suites of one kind share one view.
    """

    name: str
    sql: str


@dataclass(frozen=True)
class Suite:
    """A named set of questions with its metrics: a benchmark."""

    name: str
    title: str
    summary: str
    """One or two sentences: what it asks."""
    home: str
    """Where its files are published, for people: an address."""
    hub: str | None
    """`organisation/name@revision` of the Hub dataset that is read where no folder is given; None where there is none."""
    licence: str
    citation: str
    tasks: tuple[str, ...]
    counts: Mapping[str, int]
    """What the published files hold, such as `{"pairs": 240}`; another count is reported on load."""
    defects: tuple[str, ...]
    """Known defects of the published files: reported, never silently fixed."""
    load: Callable[[Path | None], Loaded]
    """Reads the suite from a folder; from where it ships or is downloaded to where none is given. Raises SuiteError."""
    view: View
    metrics: tuple[Metric, ...]
    derived: tuple[Derived, ...] = ()
    beyond_rates: Callable[[Sequence[Unit]], list[Estimate]] | None = None
    """Numbers that are no rates and no function of the rates of one slice, such as correlations over conditions."""
    drawn: bool = False
    """Whether it shows scenes as the arena draws them: where the verification thresholds of models that compare hold."""
    judged: Literal["never", "optional", "always"] = "never"
    """Whether answers are read by rules, by rules or a judge, or by a judge alone."""
    trainable: bool = True
    """Whether those who publish it let models be trained on it."""
    readers: Mapping[str, Reader] = field(default_factory=lambda: READERS)
    """Task -> how its replies are read; a suite from outside names those of its own tasks alone."""
    file: Path | None = None
    """The file that it is, where it has come as one."""
    code: str = ""
    """Hash of that file, 12 hex digits: every edition begins with it, as its metrics and readers may be others."""

    @property
    def reference(self) -> str:
        """What the command line calls it: its file, or its name."""
        return str(self.file or self.name)
