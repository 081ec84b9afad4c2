"""Who takes part: the models that ship, and those that the settings add."""

import logging
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from arena.contestants import Contestant
from arena.errors import ArenaError, RepositoryError, SettingsError
from arena.generators.scenes import FAMILIES, draw_pair
from arena.models import (
    Entry,
    Findings,
    LocalReference,
    ModelPool,
    RepositoryReport,
    RequestBudget,
    backend_entry,
    backends,
    battle_pacing,
    best_device,
    check_repository,
    check_room,
    contestant_of,
    endpoint_entry,
    is_endpoint,
    load,
    local_contestant,
    local_reference,
    this_machine,
    verification_threshold,
)
from arena.models.hub_access import HubAccess
from arena.pairs import MinimalPair
from arena.resources import resource
from arena.settings import Settings, make_home
from arena.strategies import constant_entry, entry_under, split, strategy_named

log = logging.getLogger(__name__)

STARTER_MODELS = resource("starter/models")
STREET_MODELS = resource("starter/street_models")
"""Models for the street scenes of the degradation suite: they can be evaluated, and play no battles."""
STARTER_CALIBRATION = STARTER_MODELS / "calibration.json"
"""Thresholds of the models that ship, so that a first start need not fit them; `python -m starter.calibrate` writes it."""
FINDINGS = "findings.json"
"""File of a home with what the guard found of generative models."""
CALIBRATION_SEEDS = range(800_000, 800_004)
"""Scenes on which verification thresholds are fitted: no training saw them, and no battle draws them."""
CALIBRATION = f"drawn scenes {CALIBRATION_SEEDS.start}-{CALIBRATION_SEEDS.stop - 1}"


@dataclass(frozen=True)
class Roster:
    """Everybody who takes part, and why others do not."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    """One line for each model that was named but cannot enter."""


def references(settings: Settings) -> list[str]:
    """Folders, Hub names and endpoints of all models that the settings ask for."""
    starters = sorted(str(path.parent) for path in STARTER_MODELS.glob("*/*/config.json")) if settings.starter_models else []
    return [*starters, *settings.models]


def shipped(reference: str) -> str:
    """The folder of a model that ships for street scenes, where the reference is its name; else the reference as it is."""
    folder = STREET_MODELS / reference
    return str(folder) if (folder / "config.json").exists() else reference


def starter_folder(reference: str) -> str:
    """The folder of a starter model, where the reference is its name, with or without the organisation; else the reference.

    A folder of that very name wins.
    """
    if Path(reference).expanduser().exists():
        return reference
    named = (folder / reference for folder in (STARTER_MODELS, *STARTER_MODELS.iterdir()))
    return next((str(folder) for folder in named if (folder / "config.json").exists()), reference)


def gather(settings: Settings, budget: RequestBudget | None = None) -> Roster:
    """Check every model; one that cannot enter is a problem, and the others still take part.

    Args:
        settings: of the arena.
        budget: for battles, in which endpoints are asked within it, and for no longer than a visitor waits.

    Raises:
        SettingsError: the home, where thresholds are kept, cannot be made.
    """
    try:
        make_home(settings.home)
    except OSError as error:
        raise SettingsError(f"ARENA_HOME: {settings.home} cannot be used ({error.strerror}); choose another folder") from error
    entries: list[Entry] = []
    problems = list(backends().problems)
    device = best_device()
    for reference in references(settings):
        try:
            entries.append(entry_of(reference, settings, device, budget))
        except ArenaError as error:
            problems.append(str(error))
            log.exception("a model cannot take part")  # its reference may hold a secret; the error says who it is, without
    return Roster(tuple(entries), tuple(problems))


def entry_of(reference: str, settings: Settings, device: str, budget: RequestBudget | None = None) -> Entry:
    """The contestant that a reference means.

    Args:
        reference: the name of a starter model, a local folder, `organisation/name` or `organisation/name@commit` on the Hub,
            with options as `arena.models.reference_options` tells, `mybackend:NAME`, or an endpoint as
            `arena.models.endpoint_reference` tells, each with a strategy after a `+`; or a constant.
        settings: of the arena; what is found out about a model once is kept in its home.
        device: torch device that it runs on.
        budget: as for `gather`.

    Raises:
        RepositoryError: it cannot enter, and why.
        SettingsError: an option is unknown, or does not apply to it; or the key of an endpoint is missing.
        PluginError: its backend cannot be used, or makes no model of it.
        StrategyError: its strategy is unknown, or is not for it.
    """
    model, strategy = split(reference)
    entry = _model_entry(model, settings, device, budget)
    return entry_under(entry, strategy_named(strategy, settings.home)) if strategy else entry


def _model_entry(reference: str, settings: Settings, device: str, budget: RequestBudget | None) -> Entry:
    """A contestant without a strategy; for the arguments see `entry_of`."""
    if entry := constant_entry(reference) or backend_entry(reference):
        return entry
    if is_endpoint(reference):
        return endpoint_entry(reference, battle_pacing(settings.endpoint_seconds) if budget else None, budget)
    report = report_of(reference, settings)
    return local_entry(report, contestant_for(report, local_reference(reference), settings, device), settings)


def report_of(reference: str, settings: Settings, access: HubAccess | None = None) -> RepositoryReport:
    """What a folder or a Hub repository holds that a reference means.

    Args:
        reference: a folder or a Hub repository, with options.
        settings: of the arena.
        access: how the Hub is asked.

    Raises:
        RepositoryError: it cannot enter.
        SettingsError: an option is unknown.
    """
    local = local_reference(reference)
    repository = starter_folder(local.repository)
    return check_repository(repository, max_bytes=largest_files(settings), unpacks=local.engine is None, access=access)


def largest_files(settings: Settings) -> int | None:
    """Bytes of files that one model may have; None for what this machine bears."""
    return None if settings.model_gigabytes is None else round(settings.model_gigabytes * 2**30)


def is_foreign(reference: str) -> bool:
    """Whether a reference means files of others: no model that ships, and nothing that runs elsewhere."""
    try:
        model = split(reference)[0]
        if constant_entry(model) or backend_entry(model) or is_endpoint(model):
            return False
        return not _is_shipped(Path(starter_folder(local_reference(model).repository)).expanduser())
    except ArenaError:
        return False  # whoever makes an entry of it says what is wrong


def local_entry(report: RepositoryReport, contestant: Contestant, settings: Settings) -> Entry:
    """How a checked repository is loaded as a contestant.

    Raises:
        RepositoryError: there is no room for it.
        SettingsError: its device is not there.
    """
    findings = Findings(settings.home / FINDINGS)
    needs = check_room(report, contestant, this_machine(), findings.memory(contestant))
    loading = partial(load, report, contestant, findings, second_turn=not _ships(report))
    return Entry(contestant, report.kind, needs.total, loading, report.architecture, report.parameters)


def register(roster: Roster, pool: ModelPool) -> dict[str, Contestant]:
    """Make the pool able to load everybody who runs here. Gives id -> contestant, of all."""
    for entry in roster.entries:
        if not entry.contestant.is_endpoint:
            pool.register(entry.contestant, entry.memory_bytes, entry.load)
    return {entry.contestant.id: entry.contestant for entry in roster.entries}


@cache
def calibration_pairs() -> tuple[MinimalPair, ...]:
    """The pairs of the split `CALIBRATION`, drawn once."""
    return tuple(draw_pair(family, seed, source="calibration", quick=True) for family in FAMILIES for seed in CALIBRATION_SEEDS)


def _ships(report: RepositoryReport) -> bool:
    """Whether a model is one of those here: they were trained on single questions, and have never seen a second turn."""
    return _is_shipped(report.folder)


def _is_shipped(folder: Path) -> bool:
    parents = folder.resolve().parents
    return any(shipped.resolve() in parents for shipped in (STARTER_MODELS, STREET_MODELS))


def contestant_for(report: RepositoryReport, local: LocalReference, settings: Settings, device: str) -> Contestant:
    """Who a checked repository is in an arena. A contrastive model says yes or no by a threshold, which is part of that.

    Args:
        report: what the check found.
        local: the reference, with options.
        settings: of the arena.
        device: where it runs, where the reference names none.

    Raises:
        RepositoryError, SettingsError: as `entry_of`.
    """
    match report.kind:
        case "generative":
            return local_contestant(report, local, device=device, image_size=settings.image_size)
        case "contrastive":
            if local.options:
                raise SettingsError(f"{local.repository}: only compares, and has no options; leave out ?{local.options}")
            kept = settings.home / "calibration.json"
            threshold = verification_threshold(
                report, CALIBRATION, calibration_pairs, kept, shipped=[STARTER_CALIBRATION], device=device
            )
            return contestant_of(report, device=device, threshold=threshold, calibration=CALIBRATION)
        case "segmentation" | "classification":
            raise RepositoryError(
                f"{report.repository}: is a {report.kind} model, and takes no part; name one of images and text"
            )
