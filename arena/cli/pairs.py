"""`arena pairs`: the generated pairs, how each came to be, and taking one out of play, or down."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arena.cli import drawings, takedowns
from arena.cli.console import console, print_json, print_table, say, settings_of, table
from arena.cli.ids import IdParser, an_id
from arena.errors import GenerationError

if TYPE_CHECKING:
    from arena.images import Picture
    from arena.settings import Settings

# The imports below stand inside functions so that `arena --help` answers at once, without loading torch.
# ruff: noqa: PLC0415

STATES = ("pending", "in-play", "rejected", "retired", "failed", "hidden", "erased")
EXAMPLES = """examples:
  arena pairs list --state pending            what waits for review
  arena pairs list --json | jq length         how many were generated, failures included
  arena pairs show 1f0c9a7e52b64d38           how a pair came to be, its scores and its reviews
  arena pairs remake 1f0c9a7e52b64d38         make it again, and compare every pixel
  arena pairs retire 1f0c9a7e52b64d38 --reason "the caption is wrong"
  arena pairs reports                         what visitors reported
  arena pairs hide 1f0c9a7e52b64d38 --reason "may be private"
  arena pairs drop --days 30                  old pictures that can be drawn again

A pair goes by the id of its generation, or by its own. All of it works beside a running arena.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the commands known to the parser."""
    parser = commands.add_parser(
        "pairs",
        help="list, show or retire generated pairs; take any pair down",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION", parser_class=IdParser)
    listing = actions.add_parser("list", help="the generated pairs, the oldest first")
    listing.add_argument("--state", choices=STATES, help="default: any")
    listing.add_argument("--json", action="store_true", help="a list of objects instead of a table")
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help="how one came to be, its scores and its reviews")
    show.add_argument("id", type=an_id, metavar="ID")
    show.add_argument("--json", action="store_true", help="an object instead of lines")
    show.set_defaults(run=_show)
    remake = actions.add_parser("remake", help="make one again, and compare every pixel")
    remake.add_argument("id", type=an_id, metavar="ID")
    remake.add_argument("--editor", metavar="EDITOR", help="where the editor is now (default: where its name leads)")
    remake.set_defaults(run=_remake)
    retire = actions.add_parser("retire", help="take one out of play; its battles stay")
    retire.add_argument("id", type=an_id, metavar="ID")
    retire.add_argument("--reason", required=True, metavar="TEXT", help="why, for those who wonder later")
    retire.set_defaults(run=_retire)
    drawings.add_action(actions)
    takedowns.add_actions(actions)


def _list(options: argparse.Namespace) -> int:
    rows = [row for row in _generations(settings_of(options)) if options.state in (None, row["state"])]
    if options.json:
        print_json(rows)
        return 0
    if not rows:
        console().print("No such pairs yet; make some with `arena generate --source starter --count 50`.", highlight=False)
        return 0
    columns = ("id", "state", "domain", "category", "family", "accepts", "rejects", "made", "editor")
    listed = table(*(name.capitalize() for name in columns))
    for row in rows:
        listed.add_row(*(str(row[name]) for name in columns))
    print_table(listed)
    return 0


def _generations(settings: "Settings") -> list[Mapping[str, Any]]:
    """All of them, the oldest first."""
    from arena.cli.json_records import standing_json
    from arena.opening import open_store

    with open_store(settings) as store:
        return [standing_json(one, settings.accepts) for one in store.generations.standings()]


def _show(options: argparse.Namespace) -> int:
    shown = _generation(options)
    if options.json:
        print_json(shown)
        return 0
    for name, value in shown.items():
        for number, line in enumerate(_lines(name, value)):
            title = "" if number else name.replace("_", " ")
            console().print(f"{title:<16}{line}", highlight=False, markup=False, soft_wrap=True)
    return 0


def _generation(options: argparse.Namespace) -> Mapping[str, Any]:
    from arena.cli.json_records import history_json
    from arena.generation.history import history
    from arena.opening import open_store

    settings = settings_of(options)
    with open_store(settings) as store:
        return history_json(store, history(store, options.id), settings.accepts)


def _lines(name: str, value: Any) -> list[str]:
    """One part of what is told, as lines for people; what is empty takes none."""
    if name == "gate":
        scores = [f"{'passed' if score['passed'] else 'failed'}: {score['words']}" for score in value.get("scores", ())]
        return [*([f"version {value['version']}"] if value else []), *scores]
    if name == "reviews":
        return [f"{one['reviewer']}: {one['verdict']} {one['reason'] or ''} {one['at']}" for one in value]
    if isinstance(value, dict):
        return [f"{key}: {one if isinstance(one, str) else json.dumps(one)}" for key, one in value.items() if one is not None]
    if isinstance(value, list):
        return [str(one) for one in value]
    return [] if value is None else [str(value)]


def _remake(options: argparse.Namespace) -> int:
    from arena.generation.history import remake
    from arena.generation.opening import maker_of
    from arena.generation.orders import order_from_json

    known = _generation(options)
    order = order_from_json({**known["asked"], "tool": known["tool"]}, _picture(known["source_image"]))
    again = remake(order, maker_of(order.tool, options.editor))
    if "images" not in known:
        console().print(f"{options.id}: failed before ({known['error']}), and can be made now", highlight=False)
        return 0
    same = [side.picture.digest for side in again.sides] == [Path(image).stem for image in known["images"]]
    words = "came out the same, pixel by pixel" if same else "came out differently; another machine, or other libraries"
    console().print(f"{options.id}: {words}", highlight=False)
    return 0 if same else 1


def _picture(image: str) -> "Picture":
    """What lies in a file of the home, which is named by the digest of what it shows."""
    from arena.images import Picture

    file = Path(image)
    try:
        return Picture(file.stem, file.read_bytes())
    except OSError as error:
        raise GenerationError(f"image {file}: cannot be read ({error.strerror}); put back a copy of it") from error


def _retire(options: argparse.Namespace) -> int:
    from arena.generation.history import history
    from arena.opening import open_store

    if not options.reason.strip():
        raise GenerationError("--reason: is empty; say in a few words why the pair is retired")
    with open_store(settings_of(options)) as store:
        standing = history(store, options.id).standing
        if standing.retired is not None:
            raise GenerationError(f"{options.id}: was retired before ({standing.retired}); once is enough")
        store.generations.retire(standing.record.id, options.reason.strip())
    say(f"{options.id} is retired; its battles stay")
    return 0
