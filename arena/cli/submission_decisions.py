"""`arena submissions pause`, `resume`, `retry`, `withdraw`, `block`, `unblock` and `forget`: what the operator decides."""

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from arena.cli.console import print_json, reason_of, say, settings_of_home
from arena.cli.takedowns import OPERATOR
from arena.errors import InputError

if TYPE_CHECKING:
    from arena.store import Store
    from arena.store.submission_records import SubmissionStanding

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

Named = Callable[["Store", str], "SubmissionStanding"]


def add_actions(actions: "argparse._SubParsersAction[argparse.ArgumentParser]", named: Named) -> None:
    """Make them known to the parser of `arena submissions`.

    Args:
        actions: of that parser.
        named: gives the submission that an id means.
    """
    for name, summary in (
        ("pause", "take no more from the line, or leave out one that waits"),
        ("resume", "go on with the line, or with one that was paused"),
    ):
        pause = _action(actions, name, summary, _pause(named, paused=name == "pause"))
        pause.add_argument("id", nargs="?", metavar="ID", help="of a submission, or its beginning (default: the whole line)")
    for name, summary in (
        ("retry", "let one that failed or was withdrawn wait for its turn again"),
        ("withdraw", "take one out of the line or off the ranks; it stays findable"),
        ("forget", "erase who submitted one, and how to reach them, for good"),
    ):
        decision = _action(actions, name, summary, _forget(named) if name == "forget" else _decide(named, name))
        decision.add_argument("id", metavar="ID", help="of a submission, or its beginning")
        if name == "forget":
            decision.add_argument("--yes", action="store_true", help="do not ask")
    for name, summary in (
        ("block", "let it be submitted no more; what is there stays"),
        ("unblock", "let it be submitted again"),
    ):
        block = _action(actions, name, summary, _block(blocked=name == "block"))
        block.add_argument("name", metavar="NAME", help="a repository, or an organisation for all of its models")


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=summary)
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why; everybody can read it")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)
    return parser


def _decide(named: Named, name: str) -> Callable[[argparse.Namespace], int]:
    def decided(options: argparse.Namespace) -> int:
        from arena.opening import open_store
        from arena.submissions import decisions

        reason = reason_of(options)
        with open_store(settings_of_home(options)) as store:
            standing = named(store, options.id)
            {"retry": decisions.retry, "withdraw": decisions.withdraw}[name](store, standing, reason=reason, by=OPERATOR)
            return _tell(options, store, standing.submission.id)

    return decided


def _forget(named: Named) -> Callable[[argparse.Namespace], int]:
    def forgotten(options: argparse.Namespace) -> int:
        from arena.opening import open_store
        from arena.submissions import decisions

        reason = reason_of(options)
        with open_store(settings_of_home(options)) as store:
            standing = named(store, options.id)
            if not options.yes:
                _confirm(standing)
            if not decisions.forget(store, standing, reason=reason, by=OPERATOR):
                raise InputError(f"{standing.submission.id}: nobody is known to have submitted it any more; nothing was erased")
            return _tell(
                options, store, standing.submission.id, "account and contact are erased; backups from before hold them"
            )

    return forgotten


def _confirm(standing: "SubmissionStanding") -> None:
    if not sys.stdin.isatty():
        raise InputError("forget: cannot be undone, and nobody is here to be asked; add --yes")
    sys.stderr.write(f"Erase who submitted {standing.submission.reference}, for good? Type yes: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise InputError("forget: nothing was erased; answer yes to erase it")


def _pause(named: Named, *, paused: bool) -> Callable[[argparse.Namespace], int]:
    def decided(options: argparse.Namespace) -> int:
        from arena.opening import open_store
        from arena.store.submission_records import LINE

        reason = reason_of(options)
        with open_store(settings_of_home(options)) as store:
            name = LINE if options.id is None else named(store, options.id).submission.id
            there = store.submissions.paused()
            if not paused and name not in there:
                also = f"; {', '.join(there)} is paused" if there else "; nothing is paused"
                raise InputError(f"{name}: is not paused{also}")
            store.submissions.pause(name, paused=paused, reason=reason, by=OPERATOR)
            if name != LINE:
                return _tell(options, store, name, "paused" if paused else "waits for its turn again")
        if options.json:
            print_json({"name": name, "paused": paused, "reason": reason})
        say("the line is paused; what is under way goes on" if paused else "the line goes on")
        return 0

    return decided


def _block(*, blocked: bool) -> Callable[[argparse.Namespace], int]:
    def decided(options: argparse.Namespace) -> int:
        from arena.opening import open_store

        reason, name = reason_of(options), options.name.strip()
        with open_store(settings_of_home(options)) as store:
            if not blocked and name not in (there := store.submissions.blocks()):
                raise InputError(f"{name}: is not blocked; blocked are {', '.join(there) or 'none'}")
            store.submissions.block(name, blocked=blocked, reason=reason, by=OPERATOR)
        if options.json:
            print_json({"name": name, "blocked": blocked, "reason": reason})
        say(f"{name}: {'may not be submitted any more; what is there stays' if blocked else 'may be submitted again'}")
        return 0

    return decided


def _tell(options: argparse.Namespace, store: "Store", identifier: str, said: str = "") -> int:
    """Where it stands now."""
    from arena.cli.json_records import submission_json

    standing = store.submissions.get(identifier)
    assert standing is not None
    if options.json:
        paused = store.submissions.paused().get(identifier)
        print_json(submission_json(standing, place=store.submissions.place(identifier), paused=paused))
    say(f"{identifier}: {said or standing.state}")
    return 0
