"""Where and how an arena stands on the web: in which folder of a site, behind which proxies, in whose frames."""

from dataclasses import dataclass

from arena.environment import NOBODY
from arena.errors import SettingsError
from arena.settings import Settings
from arena.ui.clients import Clients
from arena.ui.navigation import HOME, OTHERS, PAGES

OWN = {"assets", "config", "gradio_api", "healthz", "login", "logout", "look", "metrics", "picture", "static", "svelte"} | {
    address for address in (*PAGES.values(), *OTHERS.values()) if address != HOME
}
"""What addresses of the arena itself begin with."""


@dataclass(frozen=True)
class Site:
    """What the operator has said of it."""

    clients: Clients = Clients()  # noqa: RUF009 - nobody changes it
    """Which proxies are trusted."""
    folder: str | None = None
    """Such as `/arena`; None where the arena has a site of its own."""
    embed_sites: tuple[str, ...] = ()
    """Who may show it in a frame; empty for everybody."""

    @classmethod
    def of(cls, settings: Settings) -> "Site":
        """As the settings of an arena want it.

        Raises:
            SettingsError: an address in the folder could not be told from one of the arena, or a trusted proxy is no network.
        """
        if settings.root_path and settings.root_path.split("/")[1] in OWN:
            raise SettingsError(
                f"ARENA_ROOT_PATH: {settings.root_path} is an address of the arena itself; choose another folder"
            )
        return cls(Clients.of(settings), settings.root_path, settings.embed_sites)

    @property
    def is_embedded(self) -> bool:
        """Whether other sites may show it in a frame."""
        return self.embed_sites != (NOBODY,)

    @property
    def frame_ancestors(self) -> str:
        """The same for browsers, as a Content-Security-Policy says it."""
        if not self.embed_sites:
            return "*"
        return " ".join(["'self'", *self.embed_sites]) if self.is_embedded else "'none'"
