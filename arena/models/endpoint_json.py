"""JSON and text of strangers: any field may be missing or of another type, and text may hold what no page should show."""

import re
from typing import Any

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but for tabs and ends of lines, and those that turn the direction of what follows."""
_HALVES = re.compile("[\ud800-\udfff]")
"""Halves of a character, which JSON can hold and UTF-8 cannot."""


def field_of(value: Any, name: str, otherwise: Any = None) -> Any:
    """What an object of JSON holds under `name`; `otherwise` where it is no object, or holds nothing there."""
    found = value.get(name) if isinstance(value, dict) else None
    return otherwise if found is None else found


def plain(text: str) -> str:
    """The text without characters that are not seen but change what is."""
    return _HALVES.sub("\ufffd", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
