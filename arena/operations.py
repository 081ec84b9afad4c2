"""What operators may do to a home, in the process that holds it or without one."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from arena.control import Answer, Handler
from arena.store import Reported, Store, Takedown

Operation = Callable[[Store, Mapping[str, Any]], Answer]
"""Does it to the store: its arguments, then what is told. Both must be JSON; what goes wrong is an ArenaError."""
OPERATOR = "operator"
"""Stands as who decided what is done by a command."""
MOST_TOLD = 2_000
"""Reports in one answer: so many fit in, however long they are."""


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
    return {"reports": [report_json(one) for one in told], "left_out": len(found) - len(told)}


def takedown_json(takedown: Takedown) -> dict[str, str]:
    """A decision for programs."""
    return {**asdict(takedown), "decided_at": f"{takedown.decided_at:%Y-%m-%d %H:%M}"}


def report_json(reported: Reported) -> dict[str, str]:
    """A report for programs, with what was decided of its subject; empty where nothing was."""
    report, takedown = reported.report, reported.takedown
    said = {**asdict(report), "reported_at": f"{report.reported_at:%Y-%m-%d %H:%M}"}
    return {**said, "state": takedown.state if takedown else ""}


OPERATIONS: Mapping[str, Operation] = {
    "backup": _backup,
    "subjects": _subjects,
    "hide": _hide,
    "restore": _restore,
    "erase": _erase,
    "takedowns": _takedowns,
    "reports": _reports,
}
"""command -> what it does."""


def handlers(store: Store) -> Mapping[str, Handler]:
    """The operations on this store, for `Control`."""
    return {command: partial(operation, store) for command, operation in OPERATIONS.items()}
