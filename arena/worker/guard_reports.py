"""What was found of models of others when they were first loaded, in a process with limits; kept in the home."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from arena.contestants import Contestant
from arena.errors import RepositoryError
from arena.models import Findings, LocalReference, RepositoryReport
from arena.models.findings import VERSION, Finding
from arena.models.loading import stock_engine
from arena.roster import CALIBRATION, FINDINGS
from arena.settings import Settings
from arena.shared_files import alone_in, replace_text

FILE = "first_loads.json"
"""In a home."""


@dataclass(frozen=True)
class GuardReport:
    """A model that was loaded and answered."""

    contestant: Contestant
    """Who it is: what its chat template knows of thoughts is part of that, and a threshold."""
    finding: Finding | None
    """How it is asked; None where it only compares."""
    memory_bytes: int | None
    """That its weights took."""
    seconds: float
    peak_bytes: int
    """Most memory that its process held."""

    def keep(self, settings: Settings) -> None:
        """Have the pool of this home load it without another look."""
        findings = Findings(settings.home / FINDINGS)
        if self.finding is not None:
            findings.keep(self.contestant, self.finding)
        if self.memory_bytes is not None:
            findings.keep_memory(self.contestant, self.memory_bytes)

    @classmethod
    def read(cls, told: Mapping[str, Any], report: RepositoryReport) -> "GuardReport":
        """What a process told, in JSON, which may be anything.

        Raises:
            ValueError: it is no report on that repository.
        """
        try:
            who = told["contestant"]
            settings = {str(name): value for name, value in who["settings"].items() if type(value) in (str, int, float)}
            contestant = Contestant(str(who["repository"]), str(who["revision"]), str(who["engine"]), settings)
            finding = None if told["finding"] is None else Finding(**told["finding"])
            memory = None if told["memory_bytes"] is None else int(told["memory_bytes"])
            read = cls(contestant, finding, memory, float(told["seconds"]), int(told["peak_bytes"]))
        except (TypeError, KeyError, AttributeError, OverflowError) as error:
            raise ValueError("no report") from error
        if (contestant.repository, contestant.revision) != (report.repository, report.revision):
            raise ValueError("a report on another model")
        return read


class GuardReports:
    """A JSON file of reports, by what was loaded and what loaded it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = settings.home / FILE

    def get(self, report: RepositoryReport, local: LocalReference, device: str) -> GuardReport | None:
        """What was found of a repository with these options; None where it was never loaded so."""
        told = self._content().get(_key(report, local, device, self._settings))
        try:
            return None if told is None else GuardReport.read(told, report)
        except ValueError:
            return None

    def keep(self, report: RepositoryReport, local: LocalReference, device: str, found: GuardReport) -> None:
        """Add a report; all others stay."""
        with alone_in(self._settings.home):
            kept = {**self._content(), _key(report, local, device, self._settings): asdict(found)}
            replace_text(self._file, json.dumps(kept, indent=1, sort_keys=True) + "\n")
        found.keep(self._settings)

    def _content(self) -> dict[str, Any]:
        """Nothing where the file is not there or broken, as all of it can be found again."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def _key(report: RepositoryReport, local: LocalReference, device: str, settings: Settings) -> str:
    """Other files, another machine, or other versions of what loads them are looked at anew."""
    if report.kind not in ("generative", "contrastive"):
        raise RepositoryError(f"{report.repository}: is a {report.kind} model, and takes no part; name one of images and text")
    base = f"{report.base.repository}@{report.base.revision}" if report.base else ""
    files = [report.repository, report.revision, base, local.options]
    by = [stock_engine(report.kind), local.device or device, settings.image_size, VERSION, CALIBRATION]
    return hashlib.sha256(json.dumps([files, by]).encode()).hexdigest()[:16]
