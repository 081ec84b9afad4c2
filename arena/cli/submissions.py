"""`arena submissions`: what was submitted, how far it is, and what it came to.

All of it works beside a running arena.
"""

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from arena.cli import submission_decisions
from arena.cli.console import console, print_json, print_table, printable, say, settings_of_home, table
from arena.errors import InputError

if TYPE_CHECKING:
    from arena.store import Store
    from arena.store.submission_records import SubmissionStanding
    from arena.submissions.eval_results import ModelResults

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena submissions list --state PENDING --state RUNNING
  arena submissions show 6b0c337b13                        the beginning of an id suffices
  arena submissions pause --reason "a new disk"            no more is taken from the line; what is under way goes on
  arena submissions pause 6b0c337b13 --reason "to be looked at"
  arena submissions resume --reason "the disk is there"
  arena submissions retry 6b0c337b13 --reason "the disk was full"
  arena submissions withdraw 6b0c337b13 --reason "its licence forbids it"
  arena submissions block an-organisation --reason "spam"
  arena submissions forget 6b0c337b13 --reason "they asked"
  arena submissions results 6b0c337b13 --open              as a pull request, with the token of this machine

Everybody can read reasons. `arena submit` enters a model, `arena worker` evaluates what waits.
"""
STATES = ("PENDING", "CHECKING", "RUNNING", "LISTED", "FAILED", "WITHDRAWN")
SHORTEST = 10
"""Characters of an id that a table shows where they suffice: eight tell the time, and two more."""
COLUMNS = {
    "short": "Id",
    "state": "State",
    "model": "Model",
    "organisation": "For",
    "submitted_at": "Submitted",
    "told": "Summary",
}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the commands known to the parser."""
    parser = commands.add_parser(
        "submissions",
        help="list and show what was submitted, and decide about it",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all of them, the oldest first")
    listing.add_argument("--state", action="append", choices=STATES, help="only those in this state; may be repeated")
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help="one of them, with each step that it took")
    show.set_defaults(run=_show)
    results = actions.add_parser("results", help="what a listed model came to, as a file for its repository")
    results.add_argument("--open", action="store_true", help="bring it there as a pull request, with the token of this machine")
    results.set_defaults(run=_results)
    for action in (show, results):
        action.add_argument("id", metavar="ID", help="of a submission, or its beginning")
    for action in (listing, show, results):
        action.add_argument("--json", action="store_true", help="for programs")
    submission_decisions.add_actions(actions, named)


def named(store: "Store", text: str) -> "SubmissionStanding":
    """The submission of this id, or the only one whose id begins so.

    Raises:
        InputError: there is none, or there are several.
    """
    standings = {one.submission.id: one for one in store.submissions.standings()}
    wanted = text.strip().lower()
    found = [name for name in standings if name == wanted] or [name for name in standings if wanted and name.startswith(wanted)]
    if len(found) == 1:
        return standings[found[0]]
    if found:
        raise InputError(f"submission {text}: {len(found)} begin so; give more of {' or '.join(found[:3])}")
    nearest = get_close_matches(wanted, standings, 1, 0.0)
    raise InputError(
        f"submission {text}: is unknown; " + (f"the nearest is {nearest[0]}" if nearest else "nothing was submitted")
    )


def told_of(store: "Store", standings: "Iterable[SubmissionStanding]") -> list[dict[str, Any]]:
    """Submissions for programs."""
    from arena.cli.json_records import submission_json
    from arena.store.submission_records import LINE, OPEN

    paused = store.submissions.paused()
    return [
        submission_json(
            one,
            place=store.submissions.place(one.submission.id) if one.state in OPEN else None,
            paused=paused.get(one.submission.id, paused.get(LINE)) if one.state == "PENDING" else None,
        )
        for one in standings
    ]


def _list(options: argparse.Namespace) -> int:
    from arena.opening import open_store

    with open_store(settings_of_home(options)) as store:
        told = told_of(store, store.submissions.standings(options.state))
        every = [one.submission.id for one in store.submissions.standings()]
    if options.json:
        print_json(told)
    elif not told:
        console().print("Nothing was submitted." if options.state is None else "Nothing is in that state.", highlight=False)
    else:
        _print_table([{**one, "short": _short(one["id"], every), "model": _model(one), "told": _summary(one)} for one in told])
    return 0


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.text import Text

    listed = table(*COLUMNS.values())
    for row in rows:
        listed.add_row(*(Text(printable(str(row[name]))) for name in COLUMNS))
    print_table(listed)


def _short(identifier: str, every: Sequence[str]) -> str:
    """As much of an id as tells it from all others."""
    others = [other for other in every if other != identifier]
    lengths = range(SHORTEST, len(identifier))
    enough = next((length for length in lengths if not any(other.startswith(identifier[:length]) for other in others)), None)
    return identifier[:enough]


def _model(told: Mapping[str, Any]) -> str:
    """Its reference with the beginning of its commit, as git shortens them."""
    return re.sub(r"@([0-9a-f]{8})[0-9a-f]{32}", r"@\1", told["reference"])


def _summary(told: Mapping[str, Any]) -> str:
    """What a table says beside the state."""
    if told["paused"] is not None:
        return f"paused: {told['paused']}"
    return _place(told) or (_share(told["detail"]) if told["state"] == "RUNNING" else "") or told["words"]


def _place(told: Mapping[str, Any]) -> str:
    """How many are before one that waits; empty for all others."""
    if told["state"] != "PENDING":
        return ""
    return f"{told['place']} before it" if told["place"] else "the next"


def _share(detail: Mapping[str, Any]) -> str:
    """How far an evaluation is; empty where a step does not say."""
    return f"{detail['suite']}, {100 * detail['done']:.0f} % done" if {"suite", "done"} <= detail.keys() else ""


def _show(options: argparse.Namespace) -> int:
    from arena.cli.json_records import step_json
    from arena.opening import open_store
    from arena.submissions.addresses import submission_address

    settings = settings_of_home(options)
    with open_store(settings) as store:
        standing = named(store, options.id)
        (told,) = told_of(store, [standing])
        steps = [step_json(event) for event in store.submissions.events(standing.submission.id)]
    submitter = standing.submission.submitter
    told |= {"contact": submitter.contact if submitter else None, "address": submission_address(settings, told["id"])}
    if options.json:
        print_json({**told, "facts": dict(standing.submission.facts), "steps": steps})
        return 0
    told["place"] = _place(told)
    for name in (
        "id",
        "reference",
        "organisation",
        "account",
        "contact",
        "licence",
        "base_model",
        "address",
        "paused",
        "place",
    ):
        if told[name] is not None and told[name] != "":
            _print_line(f"{name.replace('_', ' ')}: {told[name]}")
    for before, step in zip([None, *steps], steps, strict=False):
        _print_line(f"{step['at']}  {step['state']:<9}  {_words(step, before)} ({step['by']})")
    for line in str(standing.event.detail.get("log", "")).splitlines():
        _print_line(f"  {line}")
    return 0


def _words(step: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    """What a step says; one that stays where it was may tell what was erased."""
    from arena.submissions.decisions import ERASED

    erased = step["detail"].get(ERASED)
    if erased is not None and before is not None and ERASED not in before["detail"]:
        return f"account and contact were erased: {erased}"
    share = _share(step["detail"])
    return f"{step['words']}: {share}" if share else step["words"]


def _results(options: argparse.Namespace) -> int:
    from huggingface_hub import HfApi

    from arena.evaluation.results import Results
    from arena.opening import open_store
    from arena.submissions.accounts import account_of_token
    from arena.submissions.eval_results import results_of
    from arena.submissions.result_requests import note_pull_request, open_pull_request
    from arena.suites import starter

    settings = settings_of_home(options)
    with open_store(settings) as store:
        standing = named(store, options.id)
        results = results_of(store, Results(store, {starter.NAME: starter.SUITE}), standing, settings)
        opened = None
        if options.open:
            api = HfApi()
            opened = open_pull_request(api, standing, results)
            note_pull_request(store, standing, opened, account_of_token(api).name)
    if settings.address is None:
        say("ARENA_ADDRESS: is not set, so that no number links to its page here; set it to the address that visitors open")
    _print_results(results, opened.address if opened else None, as_json=options.json)
    if opened:
        say(f"{opened.address}: {'is open now' if opened.is_new else 'was open already, and nothing was changed'}")
    return 0


def _print_results(results: "ModelResults", address: str | None, *, as_json: bool) -> None:
    from huggingface_hub import eval_result_entries_to_yaml

    if as_json:
        entries = eval_result_entries_to_yaml(list(results.entries))
        print_json({"repository": results.repository, "file": results.file, "entries": entries, "pull_request": address})
        return
    say(f"for {results.file} of {results.repository}")
    print(results.yaml, end="")  # noqa: T201 - the file as it is


def _print_line(line: str) -> None:
    console().print(printable(line), highlight=False, markup=False, soft_wrap=True)
