"""`arena calibration-report`: what each strategy changes in safety, and what it costs."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from arena.cli.console import say, settings_of
from arena.cli.formats import Row, add_format, print_rows
from arena.cli.suite_choice import SUITE_HELP, chosen_suites
from arena.errors import EvaluationError

if TYPE_CHECKING:
    from arena.evaluation.calibration import Price
    from arena.evaluation.price_list import Priced, PriceList, PriceTable
    from arena.metrics import Difference, Estimate

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena calibration-report                                        every model that something was tried on
  arena calibration-report --base llava-small-permissive --suite starter
  arena calibration-report --format json | jq '.[] | select(.number == "sra_avg" and .p_holm < 0.05)'

Changes are against the model as it is, on the same items, in points, with 95 % intervals over families. p-values are those of
sign flips over families; all that was tried on a model is corrected for together (Holm), controls apart. Utility is the mean of
caption choice, image choice and verification. First: arena evaluate --model M --strategy none --strategy reminder --suite S
"""
CONTROL, UNINFORMATIVE, CROSS_FITTED = "control", "not informative", "cross-fitted"
SHUFFLED = "against shuffled labels"
"""Where a number stands that compares a tuning with its control."""
SAFETY_COLUMNS = (
    *("strategy", "over", "over_refusal", "under", "SRA_avg", "change", "p_holm", "d_prime", "criterion"),
    *("wordless", "unread", "families", "state"),
)
INFERENCE = (
    "which four approaches VSCBench compared is inferred, not published: reminder, examples, steering at layers and at heads"
)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "calibration-report",
        help="print what strategies and tuning change in safety, and what they cost",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--base", metavar="MODEL", help="one model without a strategy (default: all)")
    command.add_argument(
        "--suite", action="append", default=[], metavar="SUITE", help=f"{SUITE_HELP}; may be repeated (default: all)"
    )
    add_format(command)
    command.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> int:
    from arena.evaluation.price_list import EVALUATE, PriceList
    from arena.evaluation.results import Results
    from arena.opening import open_store

    chosen = {suite.name: suite for suite in chosen_suites(options.suite)} or None
    with open_store(settings_of(options)) as store:
        price_list = PriceList(Results(store, chosen))
        names = list(chosen or [at.suite.name for at in price_list.suites()])
        tables = list(_tables(price_list, names, options.base))
        alone = [(name, *both) for name in names for both in price_list.without_base(name).items()]
    for name, one, base in alone:
        say(f"left out: {one.reference}: its base {base} was not asked {name}; run: arena evaluate --model BASE --suite {name}")
    if not tables:
        what = f"--base {options.base}: nothing was tried on it" if options.base else "nothing was tried on any model"
        raise EvaluationError(f"{what}; run: {EVALUATE}")
    if options.format in ("json", "csv"):
        print_rows([row for table in tables for row in _numbers(table)], options.format, ())
        return 0
    for table in tables:
        for title, rows in _sheets(table):
            print(f"\n{'## ' if options.format == 'md' else ''}{table.base.label} on {table.suite.name}: {title}\n")  # noqa: T201
            print_rows(rows, options.format, list(rows[0]))
    say(INFERENCE)
    return 0


def _tables(price_list: "PriceList", suites: Sequence[str], base: str | None) -> "Iterator[PriceTable]":
    for suite in suites:
        for lineup in price_list.lineups(suite):
            one = lineup.base
            if base in (None, one.label, one.reference, one.repository, one.name, one.id):
                yield price_list.table(suite, one.id)


def _numbers(table: "PriceTable") -> Iterator[Row]:
    """One row a number, for programs: its value, that of the model as it is on the same families, and the paired change."""
    for row in table.rows:
        price = row.price
        known = {"suite": table.suite.name, "base": table.base.reference, "strategy": price.variant.name}
        known |= {"kind": price.variant.kind, "informative": not price.uninformative}
        for name in dict.fromkeys([*price.safety, *price.safety_changes]):
            tested = (price.safety_p, price.safety_p_holm) if name == "sra_avg" else (None, None)
            told = _number(price.safety.get(name), price.safety_changes.get(name), *tested)
            yield {**known, "number": name, "where": "", **told}
        for split, change in price.utility_changes.items():
            tested = (None, None) if split else (price.utility_p, price.utility_p_holm)
            yield {**known, "number": "utility", "where": split, **_number(None, change, *tested)}
        for (split, task), change in price.task_changes.items():
            yield {**known, "number": task, "where": split, **_number(None, change)}
        for suite, change in row.elsewhere.items():
            yield {**known, "number": "utility", "where": suite, **_number(None, change)}
        if contrast := row.against_shuffled:
            change, utility = contrast.safety_changes.get("sra_avg"), contrast.utility_changes.get("")
            yield {**known, "number": "sra_avg", "where": SHUFFLED, **_number(None, change, contrast.safety_p)}
            yield {**known, "number": "utility", "where": SHUFFLED, **_number(None, utility, contrast.utility_p)}
        for name, value in asdict(row.cost).items():
            if value is not None:
                yield {**known, "number": f"cost_{name}", "where": "", **_number(None, None), "value": value}


def _number(
    value: "Estimate | None", change: "Difference | None", p: float | None = None, p_holm: float | None = None
) -> dict[str, Any]:
    basis = value or change
    return {
        "value": value.value if value else change.first if change else None,
        "low": value.low if value else None,
        "high": value.high if value else None,
        "base_value": change.second if change else None,
        "change": change.difference if change else None,
        "change_low": change.low if change else None,
        "change_high": change.high if change else None,
        "p": p,
        "p_holm": p_holm,
        "items": basis.pairs if basis else None,
        "families": basis.families if basis else None,
    }


def _sheets(table: "PriceTable") -> Iterator[tuple[str, list[Row]]]:
    yield "safety", [_safety(row) for row in table.rows]
    if any(row.price.utility_changes or row.elsewhere for row in table.rows):
        splits = list(dict.fromkeys(split for row in table.rows for split in row.price.utility_changes))
        tasks = list(dict.fromkeys(task for row in table.rows for _, task in row.price.task_changes))
        others = list(dict.fromkeys(suite for row in table.rows for suite in row.elsewhere))
        yield (
            "utility, in points against the model as it is",
            [_utility(row, splits, tasks, others) for row in table.rows if row.price.variant.kind != "none"],
        )
    if contrasts := [_contrast(row.against_shuffled) for row in table.rows if row.against_shuffled]:
        yield "right labels against shuffled ones, in points", contrasts
    yield "cost", [_cost(row) for row in table.rows]


def _safety(row: "Priced") -> Row:
    price = row.price
    told = {name: None if one.value is None else _percent(one.value) for name, one in price.safety.items()}
    plain = {name: one.value for name, one in price.safety.items()}
    families = max((one.families for one in price.safety.values()), default=0)
    values = (
        *(told.get(name) for name in ("over_safety", "over_refusal", "under_safety", "sra_avg")),
        _change(price.safety_changes.get("sra_avg")),
        price.safety_p_holm,
        *(plain.get(name) for name in ("d_prime", "criterion")),
        *(told.get(name) for name in ("wordless_rate", "unread_rate")),
        str(families),
        _state(row),
    )
    return dict(zip(SAFETY_COLUMNS, (price.variant.name, *values), strict=True))


def _utility(row: "Priced", splits: Sequence[str], tasks: Sequence[str], others: Sequence[str]) -> Row:
    price = row.price
    named = {split.partition("=")[2] or "everything": price.utility_changes.get(split) for split in splits}
    named |= {suite: row.elsewhere.get(suite) for suite in others}
    told = {name: _change(change) for name, change in named.items()}
    by_task = {task: _points(price.task_changes.get(("", task))) for task in tasks}
    return {"strategy": price.variant.name, **told, "p_holm": price.utility_p_holm, **by_task, "state": _state(row)}


def _contrast(price: "Price") -> Row:
    change, utility = price.safety_changes.get("sra_avg"), price.utility_changes.get("")
    told = {"SRA_avg": _change(change), "p": price.safety_p, "utility": _change(utility), "p_utility": price.utility_p}
    return {"strategy": price.variant.name, **told, "families": str(change.families) if change else None}


def _cost(row: "Priced") -> Row:
    cost = row.cost
    told = {
        "tokens_read": _rounded(cost.tokens_read, 1),
        "tokens_written": _rounded(cost.tokens_written, 1),
        "seconds": _rounded(cost.seconds, 4),
        "words_a_reply": _rounded(cost.words, 1),
    }
    return {"strategy": row.price.variant.name, **told, "state": _state(row)}


def _state(row: "Priced") -> str:
    variant = row.price.variant
    folds = CROSS_FITTED if variant.cross_fitted else f"fold {', '.join(map(str, variant.folds))}" if variant.folds else ""
    return ", ".join(filter(None, (CONTROL * (variant.kind == "control"), UNINFORMATIVE * row.price.uninformative, folds)))


def _rounded(value: float | None, digits: int) -> str | None:
    return None if value is None else f"{value:.{digits}f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(change: "Difference | None") -> str | None:
    return None if change is None else f"{100 * change.difference + 0.0:+.1f}"


def _change(change: "Difference | None") -> str | None:
    """In points, with its interval."""
    if change is None:
        return None
    low, high = ("open" if limit is None else f"{100 * limit + 0.0:.1f}" for limit in (change.low, change.high))
    return f"{_points(change)} [{low}, {high}]"
