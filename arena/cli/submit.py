"""`arena submit`: a model of the Hub is checked, and enters the queue of this arena."""

import argparse
from typing import TYPE_CHECKING

from arena.cli.console import print_json, settings_of
from arena.errors import SettingsError

if TYPE_CHECKING:
    from arena.settings import Settings

EXAMPLES = """examples:
  arena submit organisation/name --check                   the checks, without a download of weights
  arena submit organisation/name@v2 --check --json         the same for programs
  arena submit "organisation/name?dtype=bfloat16" --check  in that precision
  arena submit https://host/v1#model --check               an endpoint, where ARENA_SUBMISSION_ENDPOINTS allows its host
  arena submit organisation/name --contact us@example.org  checked, confirmed by you, and put into the queue
  arena submit organisation/name --organisation team --contact us@example.org --accept-terms --yes

It goes in the name of the account whose token is on this machine (`hf auth login`, or HF_TOKEN). Where ARENA_SUBMISSIONS is
here or elsewhere, `arena worker` evaluates it; `arena submissions show` tells how far it is.
"""

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "submit",
        help="enter a model of the Hub, or only check whether it may",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("reference", metavar="REPO[@REVISION]", help="a repository on the Hub, or an endpoint")
    command.add_argument("--check", action="store_true", help="only check it, and print what each check has seen")
    command.add_argument(
        "--organisation", metavar="ORG", help="on whose behalf (default: the owner of the repository, where you may; else you)"
    )
    command.add_argument("--licence", default="", metavar="NAME", help="its licence (default: what its card says)")
    command.add_argument("--contact", default="", metavar="CONTACT", help="mail or web address; only the operator sees it")
    command.add_argument(
        "--fine-tune-of", default="", metavar="REPO", help="the model that it was made from (default: what its card says)"
    )
    command.add_argument("--accept-terms", action="store_true", help="you have read the terms, and accept them")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument("--json", action="store_true", help="an object instead of lines")
    command.set_defaults(run=_submit, stopped="stopped; nothing was submitted")


def _submit(options: argparse.Namespace) -> int:
    from huggingface_hub import HfApi

    settings = settings_of(options)
    return _check(options, settings) if options.check else _enter(options, settings, HfApi())


def _check(options: argparse.Namespace, settings: "Settings") -> int:
    from huggingface_hub import HfApi

    from arena.hub.checks import check_submission
    from arena.hub.listed_weights import listed_weights
    from arena.hub.submission_limits import limits_of

    report = check_submission(options.reference, limits_of(settings), HfApi(), listed=listed_weights(settings))
    if options.json:
        print_json(report.as_json())
    else:
        _print(report)
    return 0 if report.passed else 1


def _enter(options: argparse.Namespace, settings: "Settings", api: "HfApi") -> int:
    from arena.hub.accounts import account_of_token
    from arena.hub.checks import check_submission
    from arena.hub.entry import check_statement, enter
    from arena.hub.estimate import estimate
    from arena.hub.listed_weights import weights_to_compare
    from arena.hub.submission_limits import limits_of
    from arena.opening import open_store

    if settings.submissions == "off":
        raise SettingsError("ARENA_SUBMISSIONS: is off, so that nobody would evaluate it; set it to here or elsewhere")
    _check_can_ask(options)
    account = account_of_token(api)
    with open_store(settings) as store:
        listed = weights_to_compare(settings, store, options.reference)
        report = check_submission(options.reference, limits_of(settings), api, listed=listed)
        if not report.passed:
            print_json({"id": None, "check": report.as_json()}) if options.json else _print(report)
            return 1
        estimated = estimate(report, settings, store)
        if not options.json:
            _print(report)
            _print_line(f"evaluation: {estimated.in_words()}")
        statement = _statement(options, account)
        check_statement(statement, report, account)
        if not options.yes:
            _confirm(statement)
        known = {one.submission.id for one in store.submissions.standings()}
        entered = enter(store, statement, report, account, settings, estimated)
        _tell(options, settings, store, entered, is_new=entered not in known)
    return 0
