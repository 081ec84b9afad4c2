"""A map of the world, a character for each 3 degrees: land is a dot, and the countries that CROSS asks about have letters.

It was drawn by hand for this arena, to show which way things lie and no more. A map of squares has room for small countries,
takes no side on a border, and needs no file from another host.
"""

from functools import cache

from arena.resources import resource

FILE = resource("ui/look/world.txt")
DEGREES = 3
NORTH, WEST = 81, -180
"""Latitude and longitude of the upper left corner."""
LAND = "."
COUNTRIES = {
    "a": "Argentina",
    "b": "Brazil",
    "c": "China",
    "d": "India",
    "e": "Egypt",
    "f": "France",
    "h": "Thailand",
    "i": "Iran",
    "j": "Japan",
    "k": "Indonesia",
    "m": "Mexico",
    "n": "Nigeria",
    "o": "Morocco",
    "r": "Russia",
    "s": "Saudi Arabia",
    "t": "Ethiopia",
}
"""Letter -> country."""


@cache
def squares() -> tuple[str, ...]:
    """The rows of the map from north to south, all of one length: a space is sea."""
    rows = FILE.read_text(encoding="utf-8").splitlines()
    return tuple(row.ljust(max(map(len, rows))) for row in rows)


def longitudes() -> list[float]:
    """Of the middles of the columns, in degrees."""
    return [WEST + DEGREES * (index + 0.5) for index in range(len(squares()[0]))]


def latitudes() -> list[float]:
    """Of the middles of the rows, in degrees."""
    return [NORTH - DEGREES * (index + 0.5) for index in range(len(squares()))]
