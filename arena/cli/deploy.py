"""`arena deploy space`: the arena as a Space on the Hub."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from arena.cli.console import amount, console, positive, say
from arena.errors import SettingsError
from arena.settings import unknown_names

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from arena.hub.space import SpaceOrder
    from arena.hub.space_files import SpaceFiles

# The imports below stand inside functions so that `arena --help` answers at once, without huggingface_hub.
# ruff: noqa: PLC0415

EXAMPLES = """examples:
  arena deploy space me/arena                                          make it, or bring it up to date
  arena deploy space me/arena --dry-run                                only say what would be done
  arena deploy space me/arena --secret HF_TOKEN --variable ARENA_OUTBOX=buckets/me/arena-state
  arena deploy space me/arena --hardware t4-small --sleep 3600 --models HuggingFaceTB/SmolVLM-256M-Instruct
  arena deploy space me/arena --volume models/me/my-model:/models:ro --models /models

It asks the Hub with HF_TOKEN, or as `hf auth login` has signed in. What is not given stays as it is on a Space that is there.
Said twice, it changes nothing. See docs/space.md.
"""
MODELS, OUTBOX = "ARENA_MODELS", "ARENA_OUTBOX"
STOPPED = "stopped; the Space keeps what was done so far, and the same command goes on"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the command known to the parser."""
    shape = argparse.RawDescriptionHelpFormatter
    deploy = commands.add_parser("deploy", help="put the arena on the Hub", epilog=EXAMPLES, formatter_class=shape)
    places = deploy.add_subparsers(required=True, metavar="PLACE")
    space = places.add_parser("space", help="as a Space", epilog=EXAMPLES, formatter_class=shape)
    space.add_argument("name", metavar="ORG/NAME", help="the Space, which is made where there is none")
    space.add_argument("--private", action="store_true", help="a new Space is for members of ORG alone")
    space.add_argument("--sdk", choices=("gradio", "docker"), default="gradio", help="what builds it (default: %(default)s)")
    space.add_argument("--hardware", metavar="NAME", help="such as cpu-basic (what a new Space has), cpu-upgrade or t4-small")
    space.add_argument(
        "--sleep", type=positive, metavar="SECONDS", help="without visitors, after which it sleeps; not on cpu-basic"
    )
    space.add_argument("--variable", action="append", default=[], metavar="NAME=VALUE", help="a setting; may be repeated")
    space.add_argument(
        "--secret",
        action="append",
        default=[],
        metavar="NAME",
        help="a setting that nobody can read; its value is that of the variable NAME here, or follows as NAME=VALUE, which "
        "other users of this machine may see; may be repeated",
    )
    space.add_argument(
        "--volume", action="append", default=[], metavar="SOURCE:FOLDER", help="such as buckets/ORG/NAME:/data; may be repeated"
    )
    space.add_argument("--models", nargs="+", default=[], metavar="MODEL", help=f"contestants, as {MODELS} names them")
    space.add_argument("--wait", type=amount, default=1800.0, metavar="SECONDS", help="until it runs (default: 1800)")
    space.add_argument("--no-wait", action="store_true", help="come back once everything is on the Hub")
    space.add_argument("--dry-run", action="store_true", help="say what would be done, and ask the Hub for nothing")
    space.set_defaults(run=_space, stopped=STOPPED)


def _space(options: argparse.Namespace) -> int:
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars

    from arena.hub.space import addresses, deploy, variables
    from arena.hub.space_files import space_files
    from arena.hub_client import limit_time

    order = _order(options)
    order.check()
    for line in unknown_names({**order.variables, **dict.fromkeys(order.secrets, "")}):
        say(line)
    files = space_files(order.sdk, _back_links(order, options.models))
    if files.missing:
        say(f"this is an {files.origin}: without {' and '.join(files.missing)}, which a clone of the repository has")
    if options.dry_run:
        _print_plan(order, files)
        return 0
    if not sys.stderr.isatty():
        disable_progress_bars()
    limit_time()
    api = HfApi()
    say(f"{order.name}: {len(files.files)} files, {files.size / 1e6:.0f} MB")
    done = deploy(api, order, files)
    became = "made" if done.made else f"changed: {', '.join(done.changes) or 'no settings'}"
    say(f"{order.name}: {became}; commit {done.commit[:7]}")
    if OUTBOX not in variables(api, order.name):
        way_out = f"add --variable {OUTBOX}=buckets/{order.name}-state --secret HF_TOKEN"
        say(f"{order.name}: keeps nothing when it restarts; {way_out}")
    if not options.no_wait:
        _await(api, order, done.commit, options.wait)
    for address in addresses(api, order.name):
        _print_line(address)
    return 0


def _await(api: "HfApi", order: "SpaceOrder", commit: str, seconds: float) -> None:
    """Come back once the Space runs; where it does not, show why."""
    from arena.hub.space import follow, last_lines

    end = follow(api, order.name, commit, seconds, tell=lambda stage: say(f"{order.name}: {stage}"))
    if end.which_log:
        for line in last_lines(api, order.name, end.which_log, list(order.secrets.values())):
            _print_line(line)
    if not end.runs:
        raise SettingsError(f"{order.name}: is {end.stage}; {_way_out(end.which_log)}")


def _order(options: argparse.Namespace) -> "SpaceOrder":
    from arena.hub.space import SpaceOrder, read_volume

    variables = dict(_variable(text) for text in options.variable)
    if options.models:
        if MODELS in variables:
            raise SettingsError(f"--models: {MODELS} is given as a variable, too; give one of them")
        variables[MODELS] = ",".join(options.models)
    return SpaceOrder(
        options.name,
        options.sdk,
        options.private,
        options.hardware,
        options.sleep,
        variables,
        dict(_secret(text) for text in options.secret),
        [read_volume(text) for text in options.volume],
    )


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"--variable: {text!r} has no value; write NAME=VALUE")
    return name, value


def _secret(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    value = value if equals else os.environ.get(name, "")
    if not value:
        raise SettingsError(f"--secret: {name}: has no value here; set the variable {name} first")
    return name, value


def _back_links(order: "SpaceOrder", models: Sequence[str]) -> dict[str, Sequence[str] | str]:
    """What the front matter says of this Space alone: a picture for links to it, and the repositories that it uses."""
    from huggingface_hub import constants

    from arena.hub.space_files import THUMBNAIL
    from arena.hub_client import is_repository_name

    repositories = [model.partition("+")[0].partition("?")[0].partition("@")[0] for model in models]
    return {
        "thumbnail": f"{constants.ENDPOINT}/spaces/{order.name}/resolve/main/{THUMBNAIL}",
        "models": [name for name in repositories if is_repository_name(name)],
        "datasets": [name for name in [order.variables.get("ARENA_PUBLISH", "")] if is_repository_name(name)],
    }


def _print_plan(order: "SpaceOrder", files: "SpaceFiles") -> None:
    from arena.hub.space_files import front_matter

    _print_line(
        f"Space {order.name} ({order.sdk}{', private' if order.private else ''}): made where there is none, else changed"
    )
    _print_line(f"files: {len(files.files)} of this {files.origin}, {files.size / 1e6:.1f} MB")
    told = {
        "hardware": order.hardware or "",
        "sleeps after": f"{order.sleep_seconds} s" if order.sleep_seconds else "",
        "variables": ", ".join(f"{name}={value}" for name, value in order.variables.items()),
        "secrets": ", ".join(order.secrets),
        "volumes": ", ".join(f"{one.type} {one.source} at {one.mount_path}" for one in order.volumes),
    }
    for what, value in told.items():
        if value:
            _print_line(f"{what}: {value}")
    _print_line(f"front matter:\n{front_matter(files)}".rstrip())
    _print_line("nothing was done")


def _way_out(which_log: str | None) -> str:
    if which_log:
        return f"the lines above are the end of its {which_log} log; mend what they name, and run the same command again"
    return "start it on its page, under Settings"


def _print_line(line: str) -> None:
    console().print(line, highlight=False, markup=False, soft_wrap=True)
