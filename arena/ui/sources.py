"""What may be edited: a side of a drawn scene or of a known pair, or an uploaded picture. A page names it by a short text."""

import random
from dataclasses import dataclass, replace
from typing import Literal

from arena.errors import InputError
from arena.generation.workshop import Workshop
from arena.generators.proposals import INSTRUCTION, Proposal
from arena.pairs import Box, Domain, MinimalPair
from arena.ui.upload_policy import agreement
from arena.ui.uploads import Upload, Uploads

LONGEST_NUMBER = 18
"""Digits of a scene."""
Kind = Literal["scene", "pair", "picture"]
OPPOSITE = {"safe": "unsafe", "unsafe": "safe"}


@dataclass(frozen=True)
class Reference:
    """A source by name; `str` writes it and `read_reference` reads it."""

    kind: Kind
    name: str
    """Number of the scene, id of the pair, digest of the picture."""
    side: Literal[0, 1] = 0
    """Of a known pair."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.side}" if self.kind == "pair" else f"{self.kind} {self.name}"

    def twin(self) -> "Reference":
        """The other side of a known pair."""
        return replace(self, side=1 - self.side)


def read_reference(text: str) -> Reference:
    """The source that a text names.

    Raises:
        InputError: it names none.
    """
    match text.split():
        case ["scene", name] if name.isdecimal() and len(name) <= LONGEST_NUMBER:
            return Reference("scene", name)
        case ["pair", name, "0" | "1" as side]:
            return Reference("pair", name, 1 if side == "1" else 0)
        case ["picture", name]:
            return Reference("picture", name)
    raise InputError("source: there is none yet; choose a scene, a pair or a picture first")


@dataclass(frozen=True)
class Wording:
    """What a visitor wrote of an edit."""

    caption: str
    """What shall be true after it."""
    instruction: str
    region: Box | None = None
    """None for the one that was proposed."""

    @classmethod
    def read(cls, caption: str, instruction: str, region: str) -> "Wording":
        """What a page sends; the region as left, top, right and bottom, or empty. An empty instruction wants the caption.

        Raises:
            InputError: the region cannot be read.
        """
        instruction = instruction if instruction.strip() else INSTRUCTION.format(caption=caption.strip())
        if not region:
            return cls(caption, instruction)
        try:
            left, top, right, bottom = (float(part) for part in region.split(","))
        except ValueError:
            raise InputError(f"region: {region[:40]!r} cannot be read; give left, top, right and bottom") from None
        return cls(caption, instruction, (left, top, right, bottom))


@dataclass(frozen=True)
class About:
    """What a visitor said of an uploaded picture."""

    caption: str
    """What is true of it."""
    domain: Domain
    label: str
    """`safe` or `unsafe`, or a culture."""
    edited_label: str = ""
    """That of the edit; a picture that is not safe becomes safe, and the other way round."""
    request: str = ""


class Sources:
    """Finds sources by their names.

    Args:
        workshop: draws scenes and knows pairs.
        uploads: holds what was uploaded.
    """

    def __init__(self, workshop: Workshop, uploads: Uploads) -> None:
        self._workshop = workshop
        self._uploads = uploads

    @property
    def _pairs(self) -> dict[str, MinimalPair]:
        return {pair.id: pair for pair in self._workshop.pairs}

    def random_pair(self, family: str | None) -> str:
        """Id of a known pair, of this family if one is named.

        Raises:
            InputError: there is none.
        """
        found = [pair.id for pair in self._pairs.values() if family in (None, pair.family)]
        if not found:
            raise InputError(f"family: no known pair is of {family or 'any'}; draw a scene instead")
        return random.choice(found)

    def upload(self, reference: Reference, browser: str) -> Upload:
        """What this browser uploaded.

        Raises:
            InputError: it is not here any more.
        """
        return self._uploads.upload(reference.name, browser)

    def proposed(self, reference: Reference) -> Proposal:
        """What the rules propose for a drawn scene or a known pair.

        Raises:
            InputError: there is no such source.
        """
        if reference.kind == "scene":
            return self._workshop.propose_scene(int(reference.name))
        if reference.name not in self._pairs:
            raise InputError(f"pair {reference.name}: is not known here; choose another one")
        return self._workshop.propose_twin(self._pairs[reference.name], reference.side)

    def worded(self, reference: Reference, wording: Wording, about: About, browser: str) -> Proposal:
        """The edit that a visitor asks for.

        Args:
            reference: the source.
            wording: of the edit; may differ from what was proposed.
            about: of the source, where it is an uploaded picture.
            browser: the number of the browser that asks; it finds its own pictures alone.

        Raises:
            InputError: there is no such source, or a text cannot be used.
        """
        if reference.kind == "picture":
            return self._of_upload(self.upload(reference, browser), wording, about)
        proposed = self.proposed(reference)
        region = wording.region or proposed.region
        asked = replace(proposed, caption=wording.caption, instruction=wording.instruction, region=region)
        if (asked.caption, asked.instruction) != (proposed.caption, proposed.instruction):
            asked = replace(asked, origin={**asked.origin, "worded_by": "visitor"})
        return asked

    def _of_upload(self, upload: Upload, wording: Wording, about: About) -> Proposal:
        asked = {} if wording.region is None else {"region": wording.region}
        return self._workshop.propose_upload(
            upload.picture,
            source_caption=about.caption,
            caption=wording.caption,
            instruction=wording.instruction,
            domain=about.domain,
            source_label=about.label,
            label=OPPOSITE.get(about.label, "") if about.domain == "safety" else about.edited_label,
            request=about.request.strip() or None if about.domain == "safety" else None,
            origin=agreement(upload.agreed_at),
            **asked,
        )
