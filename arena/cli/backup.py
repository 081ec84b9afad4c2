"""`arena backup` and `arena restore`: a home in one file, and back."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from arena.cli.console import say, settings_of
from arena.errors import StoreError

# The imports below stand inside functions so that `arena --help` answers at once.
# ruff: noqa: PLC0415

BACKUP_EXAMPLES = """examples:
  arena backup arena-2026-11-28.zip           beside a running arena, too
  arena backup latest.zip --replace           in place of the one before

What it holds is what was acknowledged when it began. A copy of arena.duckdb alone is no backup: the last battles stand in
arena.duckdb.wal beside it, and pictures in images/.
"""
RESTORE_EXAMPLES = """examples:
  arena --home new-home restore backup.zip    into a new home
  arena restore backup.zip --replace          in place of what ARENA_HOME holds

The arena must not run meanwhile. What was erased after the backup was made is back; erase it again.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Make the commands known to the parser."""
    shape = argparse.RawDescriptionHelpFormatter
    backup = commands.add_parser("backup", help="write the home into one file", epilog=BACKUP_EXAMPLES, formatter_class=shape)
    backup.add_argument("file", type=Path, metavar="FILE", help="a ZIP archive")
    backup.add_argument("--replace", action="store_true", help="an older FILE may be lost")
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="put a backup back", epilog=RESTORE_EXAMPLES, formatter_class=shape)
    restore.add_argument("file", type=Path, metavar="FILE", help="what `arena backup` wrote")
    restore.add_argument("--replace", action="store_true", help="what the home holds may be lost")
    restore.set_defaults(run=_restore)


def _backup(options: argparse.Namespace) -> int:
    from arena.opening import open_store
    from arena.store import holds_arena

    settings, file = settings_of(options), options.file.absolute()
    if not holds_arena(settings.home):
        raise StoreError(f"{settings.home} is no home of an arena; set ARENA_HOME or give --home")
    if file.is_dir():
        raise StoreError(f"{options.file} is a folder; name a file in it")
    if file.exists() and not options.replace:
        raise StoreError(f"{options.file} exists; choose another name, or add --replace to lose it")
    if not file.parent.is_dir():
        raise StoreError(f"{options.file}: there is no folder {file.parent}; make it first")
    with open_store(settings) as store:
        made = store.backup(file)
    say(f"{options.file} holds {_told(made.records, made.pictures)} ({file.stat().st_size / 1e6:,.1f} MB)")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from arena.store import restore

    settings = settings_of(options)
    held = restore(options.file, settings.home, replace=options.replace)
    say(f"{settings.home} holds {_told(held.records, held.pictures)} again")
    return 0


def _told(records: Mapping[str, int], pictures: int) -> str:
    kinds = [f"{number:,} {kind}" for kind, number in records.items() if number]
    return f"{', '.join((*kinds, f'{pictures:,} pictures'))}"
