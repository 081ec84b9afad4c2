"""`arena strategies` and `arena calibrate`: ways to calibrate a model without another weight."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from arena.cli.console import print_json, print_table, say, settings_of, table
from arena.cli.suite_choice import SUITE_HELP, chosen_suites
from arena.errors import StrategyError

if TYPE_CHECKING:
    from arena.strategies import Strategy

EXAMPLES = """examples:
  arena calibrate --model llava-small --strategy examples:2                    says which examples which items are shown
  arena calibrate --model llava-small --strategy examples:2@./my-pairs --suite starter
                                                                               also looks whether the suite leaks into them

Families fall into four folds by a hash. What is used for an item comes from families of the other folds alone, whatever suite
the item is of: from the pairs that ship, or from those of the folder behind the @, in the layout of --suite imagefolder.
Then: arena evaluate --model llava-small --strategy none --strategy examples:2 --suite starter
"""

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the commands known to the parser."""
    listing = commands.add_parser("strategies", help="ways to calibrate a model, and controls beside them")
    listing.add_argument("--json", action="store_true", help="a list of objects instead of a table")
    listing.set_defaults(run=_list)
    command = commands.add_parser(
        "calibrate",
        help="fit a strategy to a model",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--model", required=True, metavar="MODEL", help="a contestant, a folder, organisation/name@commit, or an endpoint"
    )
    command.add_argument("--strategy", required=True, metavar="STRATEGY", help="one of arena strategies")
    command.add_argument("--suite", metavar="SUITE", help=f"refuse if what is tested here would be learnt from: {SUITE_HELP}")
    command.add_argument("--data", metavar="SOURCE", help="folder or Hub dataset with the files of the suite")
    command.set_defaults(run=_calibrate)


def _list(options: argparse.Namespace) -> int:
    from arena.strategies import STRATEGIES
    from arena.strategies.constants import SUMMARIES

    rows = [(one.form, f"--strategy {one.form}", one.kind, one.fitted, one.summary) for one in STRATEGIES.values()]
    rows += [(name, f"--model {name}", "control", False, summary) for name, summary in SUMMARIES.items()]
    if options.json:
        print_json([dict(zip(("name", "option", "kind", "fitted", "summary"), row, strict=True)) for row in rows])
        return 0
    listed = table("Strategy", "Kind", "Fit", "Summary")
    for _, option, kind, fitted, summary in rows:
        listed.add_row(option, kind, "arena calibrate" if fitted else "none", summary)
    print_table(listed)
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    from arena.evaluation.entrants import entry_named
    from arena.strategies import FittedStrategy, strategy_named

    settings = settings_of(options)
    strategy = strategy_named(options.strategy, settings.home)
    entry = entry_named(options.model, settings)
    if isinstance(strategy, FittedStrategy):
        strategy.check(entry)
    else:
        strategy.settings(entry)
    if options.suite:
        _refuse_leaks(strategy, options.suite, options.data)
    _tell_folds(strategy)
    if isinstance(strategy, FittedStrategy):
        strategy.fit(entry, say)
    else:
        say(f"{strategy.name}: has nothing to fit to {entry.contestant.reference}, and can be used as it is")
    return 0


def _refuse_leaks(strategy: "Strategy", name: str, data: str | None) -> None:
    """Raises StrategyError: the suite shows a picture that its items would be calibrated on."""
    (suite,) = chosen_suites([name])
    for question in suite.load(Path(data) if data else None).questions:
        if strategy.training:
            try:
                strategy.training.check(replace(question.probe, family=question.family))
            except StrategyError as error:
                raise StrategyError(f"{strategy.name}: suite {suite.name}, item {question.item}: {error}") from error


def _tell_folds(strategy: "Strategy") -> None:
    """Say which families teach for which."""
    from arena.strategies.folds import FOLDS, fold_of

    if strategy.training is None:
        return
    families = sorted({pair.family for pair in strategy.training.pairs})
    for fold in range(FOLDS):
        own = [family for family in families if fold_of(family) == fold]
        learnt = f"{len(families) - len(own)} of the {len(families)} families of {strategy.training.name}"
        say(f"fold {fold + 1} of {FOLDS}: learns from {learnt}, without {', '.join(own) or 'any that it could be tested on'}")
