"""`arena submit`: a model of the Hub is checked, and enters the queue of this arena."""

import argparse
import sys
from textwrap import fill
from typing import TYPE_CHECKING

from arena.cli.console import console, print_json, say, settings_of
from arena.errors import InputError, SettingsError
from arena.submissions.terms import TERMS

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from arena.settings import Settings
    from arena.store import Store
    from arena.submissions.accounts import Account
    from arena.submissions.check_report import CheckReport, Facts
    from arena.submissions.entry import Statement
    from arena.submissions.estimate import Estimate

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
EXAMPLES += fill(f"The terms: {TERMS}", 124)

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

    settings, api = settings_of(options), HfApi()
    return _check(options, settings, api) if options.check else _enter(options, settings, api)


def _check(options: argparse.Namespace, settings: "Settings", api: "HfApi") -> int:
    from arena.submissions.checks import check_submission
    from arena.submissions.listed_weights import listed_weights
    from arena.submissions.submission_limits import limits_of

    report = check_submission(options.reference, limits_of(settings), api, listed=listed_weights(settings))
    if options.json:
        print_json(report.as_json())
    else:
        _print(report)
    return 0 if report.passed else 1


def _enter(options: argparse.Namespace, settings: "Settings", api: "HfApi") -> int:
    from arena.opening import open_store
    from arena.submissions.accounts import account_of_token
    from arena.submissions.checks import check_submission
    from arena.submissions.entry import check_statement, check_words, enter
    from arena.submissions.estimate import estimate
    from arena.submissions.listed_weights import weights_to_compare
    from arena.submissions.submission_limits import limits_of

    if settings.submissions == "off":
        raise SettingsError("ARENA_SUBMISSIONS: is off, so that nobody would evaluate it; set it to here or elsewhere")
    if not (options.yes and options.accept_terms) and not sys.stdin.isatty():
        raise InputError("submit: nobody is here to be asked; add --accept-terms and --yes (the terms: arena submit --help)")
    account = account_of_token(api)
    statement = _statement(options, account)
    check_words(statement, account)
    with open_store(settings) as store:
        listed = weights_to_compare(settings, store, options.reference)
        report = check_submission(options.reference, limits_of(settings), api, listed=listed)
        if not options.json:
            _print(report)
        if not report.passed:
            if options.json:
                print_json({"id": None, "check": report.as_json()})
            return 1
        check_statement(statement, report, account)
        estimated = estimate(report, settings, store)
        _confirm(options, statement, estimated)
        known = {one.submission.id for one in store.submissions.standings()}
        entered = enter(store, statement, report, account, settings, estimated)
        _tell(options, settings, store, entered, is_new=entered not in known)
    return 0


def _statement(options: argparse.Namespace, account: "Account") -> "Statement":
    """What the command line says; whether the terms are accepted is asked before it counts."""
    from arena.submissions.accounts import may_submit_for
    from arena.submissions.entry import Statement

    owner = options.reference.partition("/")[0]
    organisation = options.organisation or (owner if may_submit_for(account, owner) else account.name)
    return Statement(options.reference, organisation, options.licence, options.contact, options.fine_tune_of, terms=True)


def _confirm(options: argparse.Namespace, statement: "Statement", estimated: "Estimate") -> None:
    """Say what it will take, and ask for what the command line leaves open."""
    say(f"evaluation: {estimated.in_words()}")
    if not options.accept_terms:
        say(f"terms: {TERMS}")
    if options.accept_terms and options.yes:
        return
    accepting = "Submit" if options.accept_terms else "Accept the terms, and submit"
    sys.stderr.write(f"{accepting} {statement.reference} for {statement.organisation}? Type yes: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise InputError("submit: nothing was submitted; answer yes to submit it")


def _tell(options: argparse.Namespace, settings: "Settings", store: "Store", entered: str, *, is_new: bool) -> None:
    """What became of it, and where it can be watched."""
    from arena.submissions.addresses import submission_address

    standing = store.submissions.get(entered)
    assert standing is not None
    address = submission_address(settings, entered)
    if options.json:
        told = {"id": entered, "address": address, "new": is_new, "state": standing.state}
        told |= {"reference": standing.submission.reference, "organisation": standing.submission.organisation}
        print_json(told | {"estimate": standing.submission.facts.get("estimate")})
        return
    was = "is in the queue" if is_new else f"was submitted before, and is {standing.state}"
    _print_line(f"{standing.submission.reference} {was}: {address or entered}")
    say(f"see how far it is: arena submissions show {entered}")


def _print(report: "CheckReport") -> None:
    for check in report.checks:
        _print_line(f"{'passed' if check.passed else 'FAILED'}  {check.name}: {check.seen}")
        if check.remedy:
            _print_line(f"        to do: {check.remedy}")
    for name, value in _in_words(report.facts).items():
        _print_line(f"{name}: {value}")
    failed = sum(not check.passed for check in report.checks)
    said = (
        "may be submitted" if report.passed else f"may not be submitted: {failed} {'check' if failed == 1 else 'checks'} failed"
    )
    _print_line(f"{report.reference} {said}")


def _in_words(facts: "Facts") -> dict[str, str]:
    """What is known of the model; nothing is said of what is not."""
    from arena.models.weights import amount

    words = {
        "commit": facts.revision,
        "licence": facts.licence or "",
        "made from": ", ".join(facts.base_models),
        "gated": facts.gated or "",
        "download": "" if facts.download_bytes is None else amount(facts.download_bytes),
    }
    return {name: value for name, value in words.items() if value}


def _print_line(line: str) -> None:
    console().print(line, highlight=False, markup=False, soft_wrap=True)
