"""`arena submit`: whether a model of the Hub may be submitted, and what to change where it may not."""

import argparse
from typing import TYPE_CHECKING

from arena.cli.console import console, print_json, settings_of

if TYPE_CHECKING:
    from arena.hub.check_report import CheckReport, Facts

EXAMPLES = """examples:
  arena submit organisation/name --check                   the checks, without a download of weights
  arena submit organisation/name@v2 --check --json         the same for programs
  arena submit "organisation/name?dtype=bfloat16" --check  in that precision
  arena submit https://host/v1#model --check               an endpoint, where ARENA_SUBMISSION_ENDPOINTS allows its host
"""

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "submit",
        help="whether a model of the Hub may be submitted",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("reference", metavar="REPO[@REVISION]", help="a repository on the Hub, or an endpoint")
    command.add_argument(
        "--check", action="store_true", required=True, help="only check it, and print what each check has seen"
    )
    command.add_argument("--json", action="store_true", help="an object instead of lines")
    command.set_defaults(run=_submit)


def _submit(options: argparse.Namespace) -> int:
    from huggingface_hub import HfApi

    from arena.hub.checks import check_submission
    from arena.hub.listed_weights import listed_weights
    from arena.hub.submission_limits import limits_of

    settings = settings_of(options)
    report = check_submission(options.reference, limits_of(settings), HfApi(), listed=listed_weights(settings))
    if options.json:
        print_json(report.as_json())
    else:
        _print(report)
    return 0 if report.passed else 1


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
