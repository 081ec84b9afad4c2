"""Values from environment variables, each refused in one line that names the variable where it cannot be read."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from arena.errors import SettingsError

ON = ("1", "on", "true", "yes")
OFF = ("", "0", "off", "false", "no")
FOLDER = re.compile(r"(/[\w~-][\w.~-]*)+", re.ASCII)
"""A path of an address in which nothing has to be quoted, and nothing leads up."""
SITE = re.compile(r"(https?://)?(\*\.)?[a-z\d-]+(\.[a-z\d-]+)*(:(\d{1,5}|\*))?", re.ASCII)
"""One host, or all below it, as a Content-Security-Policy names them."""
NOBODY = "none"
MIN_IMAGE_SIZE = 32
MAX_IMAGE_SIZE = 8192
MAX_AMOUNT = 10**9
MIN_TOKEN = 16
TOKEN = re.compile(r"[\w-]+", re.ASCII)
"""What an address holds as it is."""
ADDRESS = re.compile(r"https?://[\w.-]+(:\d{1,5})?(/[\w./-]+)?|https?://\[[\da-f:]+\](:\d{1,5})?", re.ASCII | re.IGNORECASE)
"""Host, with a port and the path of a proxy."""
DATASET = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*(@[0-9a-f]{40})?", re.ASCII)
"""A repository of the Hub, perhaps at one commit."""


class Variables:
    """Reads values from an environment; an error says which variable is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str | None:
        """What stands in a variable, without blanks around it; None where nothing does."""
        return self._environment.get(name, "").strip() or None

    def names(self, name: str) -> tuple[str, ...]:
        """What stands between commas, without blanks."""
        return tuple(part.strip() for part in self._environment.get(name, "").split(",") if part.strip())

    def beginning_with(self, prefix: str) -> dict[str, str]:
        """What follows the prefix, in lower case -> the variable's text."""
        return {name.removeprefix(prefix).lower(): text for name, text in self._environment.items() if name.startswith(prefix)}

    def token(self, name: str) -> str | None:
        """A secret that is long enough, and fits into an address; None where there is none."""
        text = self._environment.get(name, "").strip()
        if text and (len(text) < MIN_TOKEN or not TOKEN.fullmatch(text)):
            raise SettingsError(f"{name}: is too easy to guess or to mangle; use {MIN_TOKEN} or more of A-Z, a-z, 0-9, - and _")
        return text or None

    def folder(self, name: str) -> str | None:
        """The path of a folder of a site, without a slash at its end; None where that is the site's root.

        Of a whole address its path alone counts.
        """
        text = self._environment.get(name, "").strip()
        path = (urlsplit(text).path if text.startswith(("http://", "https://")) else text).rstrip("/")
        if path and not FOLDER.fullmatch(path):
            raise SettingsError(f"{name}: {text!r} is no folder of a site; write one such as /arena")
        return path or None

    def sites(self, name: str) -> tuple[str, ...]:
        """Sites as a Content-Security-Policy names them, or `none`; empty for all, which `*` says, too."""
        if self.names(name) == ("*",):
            return ()
        sites = tuple(site.lower().rstrip("/") for site in self.names(name))
        for site in sites:
            if not SITE.fullmatch(site):
                raise SettingsError(f"{name}: {site!r} is no site; write one such as https://lab.example or *.lab.example")
        if NOBODY in sites and len(sites) > 1:
            raise SettingsError(f"{name}: names sites beside {NOBODY}; keep one of the two")
        return sites

    def switch(self, name: str, *, default: bool) -> bool:
        """Whether something is on."""
        text = self._environment.get(name)
        if text is None:
            return default
        if text.strip().lower() in ON:
            return True
        if text.strip().lower() in OFF:
            return False
        raise SettingsError(f"{name}: {text!r} is neither on nor off; use 1 or 0")

    def count(self, name: str, default: int, least: int = 1) -> int:
        """A whole number, from `least` up."""
        text = self._environment.get(name)
        if text is None:
            return default
        if not _is_number(text) or int(text) < least:
            raise SettingsError(f"{name}: {text!r} is no count; use a number from {least} up")
        return int(text)

    def share(self, name: str, default: float) -> float:
        """A number from 0 to 1."""
        text = self._environment.get(name)
        if text is None:
            return default
        try:
            share = float(text)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            raise SettingsError(f"{name}: {text!r} is no share; give a number from 0 to 1")
        return share

    def pixels(self, name: str, default: int) -> int:
        """An edge in pixels; 0 for `own`."""
        text = self._environment.get(name, "").strip().lower()
        if not text:
            return default
        if text in ("own", "0"):
            return 0
        if not _is_number(text) or not MIN_IMAGE_SIZE <= int(text) <= MAX_IMAGE_SIZE:
            raise SettingsError(f"{name}: {text!r} is no size; give pixels from {MIN_IMAGE_SIZE} to {MAX_IMAGE_SIZE}, or own")
        return int(text)

    def amount(self, name: str, unit: str) -> float | None:
        """A number above 0; None where there is none."""
        text = self._environment.get(name)
        if text is None:
            return None
        try:
            amount = float(text)
        except ValueError:
            amount = 0.0
        if not 0 < amount <= MAX_AMOUNT:
            raise SettingsError(f"{name}: {text!r} is no amount of {unit}; give a number, for example 8")
        return amount

    def address(self, name: str) -> str | None:
        """An address of the web, without a slash at its end; None where there is none."""
        text = self._environment.get(name, "").strip().rstrip("/")
        if text and not ADDRESS.fullmatch(text):
            raise SettingsError(f"{name}: {text!r} is no address; write one such as https://arena.example.org")
        return text or None

    def repository(self, name: str) -> str | None:
        """A repository of the Hub, by its name alone; None where there is none."""
        text = self.dataset(name)
        if text and "@" in text:
            raise SettingsError(f"{name}: {text!r} names a commit; write organisation/name")
        return text

    def dataset(self, name: str) -> str | None:
        """A dataset of the Hub, perhaps with a commit; None where there is none."""
        text = self._environment.get(name, "").strip()
        if text and not DATASET.fullmatch(text):
            raise SettingsError(f"{name}: {text!r} is no dataset; write organisation/name, or organisation/name@commit")
        return text or None

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of these words; the first where there is none."""
        text = self._environment.get(name, "").strip().lower() or choices[0]
        if text not in choices:
            raise SettingsError(f"{name}: {text!r} is unknown; use {', '.join(choices[:-1])} or {choices[-1]}")
        return text


def read_port(text: str, name: str) -> int:
    """A TCP port from 1 to 65535; `name` leads the error."""
    if not _is_number(text) or not 1 <= int(text) <= 65535:
        raise SettingsError(f"{name}: {text!r} is no port; use a number from 1 to 65535")
    return int(text)


def _is_number(text: str) -> bool:
    """Whether these are digits of ASCII; the others mean numbers, too, and nobody types them on purpose."""
    return text.isascii() and text.isdecimal()
