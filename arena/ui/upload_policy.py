"""Whether visitors may upload pictures, and what they have to agree to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from arena.errors import ImageError
from arena.settings import Settings
from arena.ui.loopback import is_from_here, is_loopback

TERMS: Mapping[str, str] = {
    "rights": "I made this picture, or I hold the rights to publish it.",
    "people": "Everybody who can be recognised in it has agreed.",
    "adults": "It shows no minors.",
    "public": "I know that it becomes public once reviewers accept it, with the captions that I write.",
}
"""What has to be agreed to with each picture."""


@dataclass(frozen=True)
class UploadPolicy:
    """Whose pictures are taken, and on which terms."""

    for_everybody: bool = False
    """Whether strangers may upload."""
    for_this_machine: bool = True
    """Whether who uses this machine may, where only this machine reaches the arena."""
    notice: str | None = None
    """One line for the operator where nobody may upload; None where somebody may."""

    @classmethod
    def of(cls, settings: Settings) -> "UploadPolicy":
        """The policy that settings give: strangers may upload where the operator wants them to, and names a contact."""
        if settings.uploads is False:
            return cls(for_this_machine=False, notice="uploads: off by ARENA_UPLOADS")
        loopback = is_loopback(settings.host)
        if settings.uploads and settings.contact:
            return cls(for_everybody=True)
        if loopback:
            return cls()
        if settings.uploads:
            return cls(for_this_machine=False, notice="uploads: off until ARENA_CONTACT says whom to tell of a picture")
        return cls(
            for_this_machine=False,
            notice="uploads: off, since strangers reach this arena; ARENA_UPLOADS=1 with ARENA_CONTACT switches them on",
        )

    @property
    def somebody(self) -> bool:
        """Whether anybody at all may upload."""
        return self.for_everybody or self.for_this_machine

    def allows(self, headers: Mapping[str, str], peer: str) -> bool:
        """Whether whoever sends this may upload.

        Args:
            headers: of the request.
            peer: the address that it comes from.
        """
        return self.for_everybody or (self.for_this_machine and is_from_here(headers, peer))


THIS_MACHINE = UploadPolicy()
"""That of an arena which only this machine reaches."""


def agreement(agreed_at: datetime) -> dict[str, str]:
    """What the provenance of a picture tells of the terms: their words, and when somebody agreed to them all."""
    terms = "; ".join(f"{name}: {words}" for name, words in TERMS.items())
    return {"agreed_to": terms, "agreed_at": f"{agreed_at:%Y-%m-%d %H:%M} UTC"}


def check_terms(agreed: str) -> None:
    """Refuse a picture of which not all was agreed to.

    Args:
        agreed: names of `TERMS`, between commas.

    Raises:
        ImageError: one is missing; the first is named.
    """
    given = {name.strip() for name in agreed.split(",")}
    for name, words in TERMS.items():
        if name not in given:
            raise ImageError(f"picture: agree to all {len(TERMS)} points first; this one is missing: {words}")
