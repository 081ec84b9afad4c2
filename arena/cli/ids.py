"""Ids of older battles, which may begin with a dash, beside options, which all do."""

import argparse
import re
from collections.abc import Iterable
from typing import Any

OLDER_BATTLE = re.compile(r"-[\w-]{15}", re.ASCII)
"""How `secrets.token_urlsafe(12)` spelt one in 64 of them; no option is as long."""


class IdParser(argparse.ArgumentParser):
    """Parser of a command that takes ids: give those the type `an_id`."""

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] - argparse spells it as overloads
        self, args: Iterable[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """As of any parser, but that ids of older battles are no options: what holds a blank is none."""
        given = None if args is None else [f"{one} " if OLDER_BATTLE.fullmatch(one) else one for one in args]
        return super().parse_known_args(given, namespace)


def an_id(text: str) -> str:
    """An argument that names a pair, a battle or a picture."""
    return text.strip()
