"""What operators may do to a home, in the process that holds it or without one."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from arena.battles.drawings import drop_drawings
from arena.control import Answer, Handler
from arena.errors import GenerationError
from arena.generation.history import History, history
from arena.store import Reported, Standing, Store, Takedown, now

Operation = Callable[[Store, Mapping[str, Any]], Answer]
"""Does it to the store: its arguments, then what is told. Both must be JSON; what goes wrong is an ArenaError."""
OPERATOR = "operator"
"""Stands as who decided what is done by a command."""
MOST_TOLD = 2_000
"""Reports or generations in one answer: so many fit in, however long they are."""


def _backup(store: Store, arguments: Mapping[str, Any]) -> Answer:
    return asdict(store.backup(Path(arguments["file"])))


def _subjects(store: Store, arguments: Mapping[str, Any]) -> Answer:
    return {"subjects": store.takedowns.subjects(arguments["names"])}


def _hide(store: Store, arguments: Mapping[str, Any]) -> Answer:
    return {"subjects": store.takedowns.hide(arguments["names"], by=OPERATOR, reason=arguments["reason"])}


def _restore(store: Store, arguments: Mapping[str, Any]) -> Answer:
    return {"subjects": store.takedowns.restore(arguments["names"], by=OPERATOR, reason=arguments["reason"])}


def _erase(store: Store, arguments: Mapping[str, Any]) -> Answer:
    return asdict(store.takedowns.erase(arguments["names"], by=OPERATOR, reason=arguments["reason"]))


def _takedowns(store: Store, _: Mapping[str, Any]) -> Answer:
    return {"takedowns": [takedown_json(takedown) for takedown in store.takedowns.all()]}


def _reports(store: Store, arguments: Mapping[str, Any]) -> Answer:
    found = store.takedowns.reports(open_only=arguments["open_only"])
    told = found[-MOST_TOLD:]
    return {"reports": [report_json(store, one) for one in told], "left_out": len(found) - len(told)}


def _generations(store: Store, arguments: Mapping[str, Any]) -> Answer:
    found, after = store.generations.standings(), arguments["after"]
    told = [standing_json(one, arguments["accepts"]) for one in found[after : after + MOST_TOLD]]
    return {"generations": told, "total": len(found)}


def _generation(store: Store, arguments: Mapping[str, Any]) -> Answer:
    return history_json(store, history(store, arguments["name"]), arguments["accepts"])


def _retire(store: Store, arguments: Mapping[str, Any]) -> Answer:
    name, standing = arguments["name"], history(store, arguments["name"]).standing
    if standing.retired is not None:
        raise GenerationError(f"{name}: was retired before ({standing.retired}); once is enough")
    store.generations.retire(standing.record.id, arguments["reason"])
    return {}


def standing_json(standing: Standing, accepts: int) -> dict[str, Any]:
    """A generation for programs.

    Args:
        standing: where it stands.
        accepts: distinct reviewers that a verdict needs.
    """
    record = standing.record
    return {
        "id": record.id,
        "pair": record.pair_id,
        "state": standing.state(accepts),
        "domain": record.domain,
        "category": record.category,
        "family": record.family,
        "accepts": standing.accepts,
        "rejects": standing.rejects,
        "made": f"{record.made_at:%Y-%m-%d %H:%M}",
        "editor": record.asked["tool"]["repository"] or record.asked["tool"]["method"],
        "passed_gate": record.passed,
        "retired": standing.retired,
        "error": record.error,
    }


def history_json(store: Store, known: History, accepts: int) -> dict[str, Any]:
    """How a pair came to be, for programs: with this and the file of its source it can be made again.

    Args:
        store: knows where pictures lie.
        known: what is told.
        accepts: as for `standing_json`.
    """
    record, pair = known.standing.record, known.pair
    told = standing_json(known.standing, accepts) | {"proposer": record.proposer}
    if pair is not None:
        told |= {"captions": [side.caption for side in pair.sides], "labels": [side.label for side in pair.sides]}
        told["images"] = [_file(store, side.picture.digest) for side in pair.sides]
    told["source_image"] = _file(store, record.source)
    told["asked"] = {name: value for name, value in record.asked.items() if name not in ("tool", "source")}
    told["tool"] = record.asked["tool"]
    told["gate"] = dict(record.gate)
    told["not_ranked"] = list(record.models)
    told["reviews"] = [
        {"reviewer": one.reviewer, "verdict": one.verdict, "reason": one.reason, "at": f"{one.reviewed_at:%Y-%m-%d %H:%M}"}
        for one in known.reviews
    ]
    return told


def _file(store: Store, digest: str) -> str:
    """Where a picture lies, also for a process that works in another folder."""
    return str(store.generations.image_file(digest).resolve())


def takedown_json(takedown: Takedown) -> dict[str, str]:
    """A decision for programs."""
    return {**asdict(takedown), "decided_at": f"{takedown.decided_at:%Y-%m-%d %H:%M}"}


def report_json(store: Store, reported: Reported) -> dict[str, str]:
    """A report for programs: where its picture lies, and what was decided of its subject; empty where that is not known."""
    report, takedown = reported.report, reported.takedown
    said = {**asdict(report), "reported_at": f"{report.reported_at:%Y-%m-%d %H:%M}"}
    file = str(store.takedowns.picture_file(report.picture).resolve()) if report.picture else ""
    return {**said, "file": file, "state": takedown.state if takedown else ""}


def _drop(store: Store, arguments: Mapping[str, Any]) -> Answer:
    before = now() - timedelta(days=arguments["days"])
    return drop_drawings(store, before, arguments["after"])._asdict()


OPERATIONS: Mapping[str, Operation] = {
    "backup": _backup,
    "subjects": _subjects,
    "hide": _hide,
    "restore": _restore,
    "erase": _erase,
    "takedowns": _takedowns,
    "reports": _reports,
    "generations": _generations,
    "generation": _generation,
    "retire": _retire,
    "drop": _drop,
}
"""command -> what it does."""


def handlers(store: Store) -> Mapping[str, Handler]:
    """The operations on this store, for `Control`."""
    return {command: partial(operation, store) for command, operation in OPERATIONS.items()}
