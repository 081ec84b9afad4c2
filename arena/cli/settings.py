"""`arena settings`: what each setting is at present, where that comes from, and what it means."""

import argparse
import ast
import inspect
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields

from arena.cli.console import console, print_json, say, settings_of, table
from arena.settings import ELSEWHERE, PLACES, SHARE, Settings, from_environment, unknown_names

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena settings                              all of them; secrets are not shown
  arena settings --json | jq '.[] | select(.source != "default")'

Sources: command line, environment, Space (what is different where a Space runs it), system, default.
"""
SECRETS = (
    "ARENA_REVIEW_TOKEN",
    "ARENA_METRICS_TOKEN",
    "ARENA_DATABASE",
    "ARENA_ENDPOINT_KEY",
    "HF_TOKEN",
    "OAUTH_CLIENT_SECRET",
    "OPENAI_API_KEY",
)
SET = "set, and not shown"
DOCSTRING = re.compile(r"(?P<variable>ARENA_[A-Z_]+)[:.] ?(?P<meaning>.*)", re.DOTALL)


@dataclass(frozen=True)
class SettingRow:
    """One setting, in words."""

    setting: str
    value: str
    """Empty where it has none."""
    source: str
    meaning: str


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    command = commands.add_parser(
        "settings",
        help="what each setting is, where that comes from, and what it means",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="a list of objects instead of a table")
    command.set_defaults(run=_settings)


def _settings(options: argparse.Namespace) -> int:
    rows = setting_rows(settings_of(options))
    for line in unknown_names():
        say(line)
    if options.json:
        print_json([asdict(row) for row in rows])
        return 0
    listed = table("Setting", "Value", "Source", "Meaning")
    for column in listed.columns:
        column.justify, column.no_wrap, column.overflow = "left", column.header in ("Setting", "Source"), "fold"
    for row in rows:
        listed.add_row(row.setting, row.value, row.source, row.meaning)
    console().print(listed, highlight=False, markup=False)
    return 0


def setting_rows(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[SettingRow]:
    """All settings in the order of their names.

    Args:
        settings: as they are in force.
        environment: what they were read from.
    """
    given = from_environment(environment)
    rows = [*_elsewhere(environment), *_of_visitors(settings, environment), _network()]
    for name, variable, meaning in _documented():
        value = getattr(settings, name)
        if value != getattr(given, name):
            source = "command line"
        elif environment.get(variable):
            source = "environment"
        else:
            source = "default" if value == _default(name) else "Space"
        rows.append(SettingRow(variable, _shown(variable, _text(value)), source, meaning))
    return sorted(rows, key=lambda row: row.setting)


def _elsewhere(environment: Mapping[str, str]) -> Iterator[SettingRow]:
    for variable, meaning in ELSEWHERE.items():
        value = environment.get(variable, "")
        yield SettingRow(variable, _shown(variable, value), "environment" if value else "default", meaning)


def _of_visitors(settings: Settings, environment: Mapping[str, str]) -> Iterator[SettingRow]:
    """Shares and places: a variable for each kind of request."""
    from arena.ui.shares import places_of, shares_of

    for kind, share in shares_of(settings).items():
        name = f"{SHARE}{kind.upper()}"
        meaning = f"{kind} of one client: at once after a rest, and that come back in a minute"
        yield SettingRow(name, f"{share.burst} {share.per_minute}", _source(name, environment), meaning)
    for kind, places in places_of(settings).items():
        name = f"{PLACES}{kind.upper()}"
        meaning = f"{kind} under way at once: of one client, and of all"
        yield SettingRow(name, f"{places.of_client} {places.of_all}", _source(name, environment), meaning)


def _network() -> SettingRow:
    """No setting: what the system allows."""
    from arena.submissions.limited_process import network_closed

    value = "closed" if network_closed() else "network not closed"
    meaning = "whether processes in which models of others are loaded and evaluated reach nobody; needs namespaces of Linux"
    return SettingRow("network of submitted models", value, "system", meaning)


def _source(variable: str, environment: Mapping[str, str]) -> str:
    return "environment" if environment.get(variable) else "default"


def _shown(variable: str, value: str) -> str:
    return SET if value and variable in SECRETS else value


def _default(name: str) -> object:
    (found,) = (field for field in fields(Settings) if field.name == name)
    return None if found.default is MISSING else found.default


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _documented() -> Iterator[tuple[str, str, str]]:
    """Each setting with its variable and its meaning, as the docstrings of `Settings` say."""
    (settings,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(settings, ast.ClassDef)
    for setting, docstring in zip(settings.body, settings.body[1:], strict=False):
        if not (
            isinstance(setting, ast.AnnAssign) and isinstance(setting.target, ast.Name) and isinstance(docstring, ast.Expr)
        ):
            continue
        words = DOCSTRING.fullmatch(" ".join(ast.literal_eval(docstring.value).split()))
        if words and not words["variable"].endswith("_KIND"):  # those are many variables
            yield setting.target.id, words["variable"], words["meaning"].rstrip(".")
