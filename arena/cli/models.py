"""`arena models`: who takes part, and who could."""

import argparse
import math
import time
from typing import TYPE_CHECKING

from arena.cli.console import amount, console, positive, print_json, print_table, say, settings_of, table, tell

if TYPE_CHECKING:
    from arena.models import Entry, RequestBudget
    from arena.models.trial import Trial

EXAMPLES = """examples:
  arena models check ./my-model                            without loading it: configuration, names of weights, processor
  arena models check --try organisation/name@commit        also loads it, in a process of its own, and asks it
  arena models check "organisation/name?thinking=2048"     with so many tokens for thoughts before each answer
"""

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the commands known to the parser."""
    models = commands.add_parser("models", help="list or check models").add_subparsers(required=True, metavar="ACTION")
    listing = models.add_parser("list", help="the contestants of this arena")
    listing.add_argument("--json", action="store_true", help="a list of objects instead of a table")
    listing.set_defaults(run=_models_list)
    check = models.add_parser(
        "check",
        help="whether a model may enter, and why not",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument(
        "reference", metavar="MODEL", help="a folder, organisation/name@commit on the Hub, mybackend:NAME or an endpoint"
    )
    check.add_argument("--try", action="store_true", dest="trial", help="also load it, in a process of its own, and ask it")
    check.add_argument("--seconds", type=positive, default=600, metavar="N", help="that it may take with --try (default: 600)")
    check.add_argument("--gigabytes", type=amount, metavar="N", help="of memory that it may take (default: all that are free)")
    check.set_defaults(run=_models_check)


def _models_list(options: argparse.Namespace) -> int:
    from arena.models import RequestBudget
    from arena.opening import allowances
    from arena.roster import gather

    settings = settings_of(options)
    roster = gather(settings)
    tell(roster.problems)
    if options.json:
        budget = RequestBudget(settings.home, settings.endpoint_requests_a_day)
        print_json([{**entry.as_json(), **_requests(entry, budget)} for entry in roster.entries])
        return 0
    listed = table("Model", "Commit", "Kind", "Architecture", "Parameters", "Thoughts")
    for entry in roster.entries:
        size = "" if entry.parameters is None else f"{entry.parameters / 1e6:.1f} M"
        contestant = entry.contestant
        commit = "" if contestant.is_endpoint else contestant.revision[:12]
        thinking = str(contestant.settings.get("thinking", ""))
        listed.add_row(contestant.reference, commit, entry.kind, entry.architecture, size, thinking)
    print_table(listed)
    for line in allowances(settings, [entry.contestant for entry in roster.entries]):
        _tell(line)
    return 0


def _requests(entry: "Entry", budget: "RequestBudget") -> dict[str, int]:
    """What battles may send to an endpoint; nothing of what runs here."""
    if not entry.contestant.is_endpoint:
        return {}
    return {"requests_left": budget.rest(entry.contestant), "requests_a_day": budget.a_day}


def _models_check(options: argparse.Namespace) -> int:
    from arena.models import backend_entry, is_endpoint

    if entry := backend_entry(options.reference):
        _tell(f"{options.reference} may enter: {entry.contestant.reference} ({entry.kind}), as its backend says")
    elif is_endpoint(options.reference):
        _check_endpoint(options)
    else:
        _check_repository(options)
    return 0


def _check_endpoint(options: argparse.Namespace) -> None:
    from arena.battles.requests import small_question
    from arena.errors import RepositoryError
    from arena.models import battle_pacing, endpoint_entry
    from arena.models.endpoint_reference import read_reference
    from arena.suites.starter import starter_pairs

    endpoint = read_reference(options.reference)
    name = f"{endpoint.model} at {endpoint.place}"
    entry = endpoint_entry(options.reference, battle_pacing(options.seconds))
    if not options.trial:
        _tell(f"{name} is an endpoint and may enter; it shows no files, and nothing was asked")
        return
    began = time.monotonic()
    (reply,) = entry.load().answer([small_question(starter_pairs())])
    if reply.error is not None:
        raise RepositoryError(f"{name}: does not answer: {reply.error}")
    if reply.not_applicable:
        raise RepositoryError(f"{name}: takes no pictures; name a model that does")
    _tell(f"{name} is an endpoint, may enter, and answers after {time.monotonic() - began:.1f} s")


def _check_repository(options: argparse.Namespace) -> None:
    from arena.models import best_device, check_repository, local_reference
    from arena.models.dry_run import dry_run
    from arena.models.loading import fetch, local_contestant, thoughts_of
    from arena.models.machine import this_machine
    from arena.models.room import check_room
    from arena.models.trial import try_repository

    machine = this_machine().within(int(options.gigabytes * 2**30)) if options.gigabytes else this_machine()
    local, size = local_reference(options.reference), settings_of(options).image_size
    report = check_repository(local.repository)
    contestant = local_contestant(report, local, device=best_device(), image_size=size)
    needs = check_room(report, contestant, machine)
    dry_run(report)
    trial = None
    if options.trial:
        fetch(report)
        pinned = local.repository if report.local else f"{report.repository}@{report.revision}"
        memory = machine.room(str(contestant.settings.get("device", "cpu")))
        trial = try_repository(local.of(pinned), seconds=options.seconds, memory=memory, image_size=size)
    base = f" on {report.base.repository}@{report.base.revision}" if report.base else ""
    _tell(
        f"{report.repository} may enter: {report.architecture} ({report.kind}){base}, {report.parameters / 1e6:.1f} M "
        f"parameters, {math.ceil(needs.weights / 2**20)} MB of memory, revision {report.revision}"
    )
    if thinking := contestant.settings.get("thinking"):
        _tell(f"{report.repository} has {thinking} tokens for thoughts before each answer")
    elif report.kind == "generative" and thoughts_of(report).known:
        _tell(f"{report.repository} is asked without thoughts; add ?thinking=2048 to its name to give them room")
    if trial:
        _tell_trial(report.repository, trial, local.turns)
    else:
        say(f"{report.repository} was not loaded; --try loads it and asks it test questions")


def _tell_trial(name: str, trial: "Trial", turns: int) -> None:
    _tell(f"{name} answers after {trial.seconds:.1f} s, within {trial.peak_bytes / 2**30:.1f} GB of memory")
    if finding := trial.finding:
        _tell(
            f"path: {finding.path}; {finding.images} {'image' if finding.images == 1 else 'images'} a prompt; "
            f"{finding.difference:.1g} nats from stock transformers at most, {finding.batch_difference:.1g} in a batch; "
            f"{'a' if finding.second_turn and turns > 1 else 'no'} second turn"
        )


def _tell(line: str) -> None:
    console().print(line, highlight=False, markup=False, soft_wrap=True)
