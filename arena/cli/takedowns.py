"""`arena pairs hide`, `restore`, `erase`, `takedowns` and `reports`: what nobody is shown any more, and what visitors report.

All of them work beside a running arena.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from arena.cli.console import console, print_json, print_table, printable, reason_of, say, settings_of_home, table
from arena.cli.ids import IdParser, an_id
from arena.errors import InputError

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

OPERATOR = "operator"
"""Stands as who decided what is done by a command."""
EXAMPLES = {
    "hide": """examples:
  arena pairs hide 1f0c9a7e52b64d38 --reason "may be private"
  arena pairs hide BATTLE DIGEST --reason "reported twice"

It settles what was reported of them. `arena pairs takedowns` lists what is hidden, until it is restored or erased.
""",
    "restore": """examples:
  arena pairs restore 1f0c9a7e52b64d38 --reason "it is a drawing"
""",
    "erase": """examples:
  arena pairs erase 1f0c9a7e52b64d38 --reason "shows a person who did not agree"
  arena pairs erase BATTLE --reason "a court order" --yes

Gone are its pictures, captions, provenance and the replies to it; what stays is when, why and by whom. Battles and ratings
count as before. Backups still hold it: make a new one, and delete those from before.
""",
    "takedowns": """examples:
  arena pairs takedowns
  arena pairs takedowns --json | jq '.[] | select(.state == "hidden")'
""",
    "reports": """examples:
  arena pairs reports
  arena pairs reports --all --json
""",
}


def add_actions(actions: "argparse._SubParsersAction[IdParser]") -> None:
    """Make them known to the parser of `arena pairs`."""
    hide = _action(actions, "hide", "show one to nobody any more, and let no battle draw it", _decide("hide", "hidden"))
    restore = _action(actions, "restore", "show again what was hidden, or settle reports", _decide("restore", "shown"))
    erase = _action(actions, "erase", "delete one for good: pictures, captions, replies; its battles count as before", _erase)
    erase.add_argument("--yes", action="store_true", help="do not ask")
    named = "of a pair, its generation or a battle; or digest of a picture"
    for action in (hide, restore, erase):
        action.add_argument("names", nargs="+", type=an_id, metavar="ID", help=named)
        action.add_argument("--reason", required=True, metavar="TEXT", help="why, for those who wonder later")
    takedowns = _action(actions, "takedowns", "what was decided last: hidden, restored, erased; when, why, by whom", _takedowns)
    reports = _action(actions, "reports", "what visitors reported, and you have not decided yet", _reports)
    reports.add_argument("--all", action="store_true", help="those that were decided, too")
    for action in (takedowns, reports):
        action.add_argument("--json", action="store_true", help="a list of objects instead of a table")


def _action(
    actions: "argparse._SubParsersAction[IdParser]",
    name: str,
    summary: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=summary, epilog=EXAMPLES[name], formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.set_defaults(run=run)
    return parser


def _decide(decide: str, state: str) -> Callable[[argparse.Namespace], int]:
    def decided(options: argparse.Namespace) -> int:
        from arena.opening import open_store

        reason = reason_of(options)
        with open_store(settings_of_home(options)) as store:
            decision = {"hide": store.takedowns.hide, "restore": store.takedowns.restore}[decide]
            subjects = decision(options.names, by=OPERATOR, reason=reason)
        say(f"{', '.join(subjects)}: {state}")
        return 0

    return decided


def _erase(options: argparse.Namespace) -> int:
    from arena.opening import open_store

    reason = reason_of(options)
    with open_store(settings_of_home(options)) as store:
        if not options.yes:
            _confirm(store.takedowns.subjects(options.names))
        erased = store.takedowns.erase(options.names, by=OPERATOR, reason=reason)
    say(f"{', '.join(erased.subjects)}: erased, {erased.pictures} pictures; backups made before still hold them")
    for digest, others in erased.shared.items():
        say(f"picture {digest} stays, since {', '.join(others)} shows it; to erase it there, too, give its digest")
    return 0


def _confirm(subjects: Sequence[str]) -> None:
    if not sys.stdin.isatty():
        raise InputError("erase: cannot be undone, and nobody is here to be asked; add --yes")
    if input(f"Erase {', '.join(subjects)} for good? Type yes: ").strip().lower() != "yes":
        raise InputError("erase: nothing was erased; answer yes, or hide it")


def _takedowns(options: argparse.Namespace) -> int:
    from arena.cli.json_records import takedown_json
    from arena.opening import open_store

    with open_store(settings_of_home(options)) as store:
        found = [takedown_json(takedown) for takedown in store.takedowns.all()]
    titles = {"subject": "Id", "state": "State", "decided_at": "When", "decided_by": "By", "reason": "Reason"}
    return _listed(found, titles, options, "Nothing was taken down.")


def _reports(options: argparse.Namespace) -> int:
    from arena.cli.json_records import report_json
    from arena.opening import open_store

    with open_store(settings_of_home(options)) as store:
        told = [report_json(store, one) for one in store.takedowns.reports(open_only=not options.all)]
    titles = {"subject": "Id", "state": "State", "reported_at": "When", "reason": "Reason", "words": "Words"}
    none = "Nothing was reported." if options.all else "No report waits for a decision."
    return _listed(told, titles, options, none)


def _listed(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str], options: argparse.Namespace, none: str) -> int:
    """Print rows, for people or for programs; where there are none, people get a line."""
    if options.json:
        print_json(rows)
        return 0
    if not rows:
        console().print(none, highlight=False)
        return 0
    from rich.text import Text

    listed = table(*titles.values())
    for row in rows:
        listed.add_row(*(Text(printable(row[name])) for name in titles))
    print_table(listed)
    return 0
