"""Pairs of which it is known whether the gate should let them pass: good ones, and broken twins of them.

All images go the way that edits go: through the editor's autoencoder inside a region, and laid over the source there. So
coding tells nothing, and neither do the pixels outside the region.
"""

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops

from arena.generators.edits import Edit, Editor, EditRequest
from arena.generators.framing import pixels_of
from arena.generators.gate.duplicates import perceptual_hash
from arena.generators.gate.report import Candidate
from arena.images import Picture, picture_from_pixels
from arena.pairs import Box, MinimalPair, Side, minimal_pair
from arena.starter.gate.scenes import BROKEN, Scene

DRAWN, EDITED, FAILED, SWAPPED, DUPLICATE = "drawn", "edited", "failed edit", "captions swapped", "seen before"
GOOD = (DRAWN, EDITED)
"""Kinds that should pass: the true other side, and an edit that comes close to it."""
TRUE_ENOUGH = 0.4
"""Difference of a good edit to the true other side inside the region, as a share of the source's difference to it."""
FALSE_ENOUGH = 0.8
"""The same of a failed edit. What lies between is neither good nor broken."""
INSTRUCTION = "make it show {caption}"
BATCH = 16


@dataclass(frozen=True)
class Twin:
    """A pair for the gate, and what was done to it."""

    kind: str
    """One of `GOOD` or of `arena.starter.gate.scenes.BROKEN`, `SWAPPED`, `DUPLICATE` or `FAILED`."""
    candidate: Candidate

    @property
    def good(self) -> bool:
        """Whether the gate should let it pass."""
        return self.kind in GOOD


def twins(scenes: Sequence[Scene], editor: Editor) -> Iterator[Twin]:
    """Of each scene the true pair, its broken twins, and the editor's edit where it is clearly good or clearly failed.

    Each is judged beside the images of all scenes that have no part in it.
    """
    hashes = {scene.pair.id: {perceptual_hash(side.picture.pixels()) for side in scene.pair.sides} for scene in scenes}
    for start in range(0, len(scenes), BATCH):
        batch = scenes[start : start + BATCH]
        edits = editor.edit([_request(scene) for scene in batch])
        for scene, edit in zip(batch, edits, strict=True):
            own = {scene.pair.id, scene.stranger.id, scene.foreigner.id}
            known = set[str]().union(*(found for pair, found in hashes.items() if pair not in own))
            yield from _twins(scene, edit, editor, known)


def _twins(scene: Scene, edit: Edit, editor: Editor, known: Collection[str]) -> Iterator[Twin]:
    true = Edit(edit.source, editor.coded(scene.pair.sides[scene.edited].picture, scene.region, over=scene.source))
    good = _candidate(scene, true, scene.region, known)
    yield Twin(DRAWN, good)
    yield Twin(SWAPPED, replace(good, pair=_swapped(good.pair)))
    yield Twin(DUPLICATE, replace(good, known_hashes={*known, perceptual_hash(_moved(true.result.pixels()))}))
    for kind, breaking in BROKEN.items():
        painted, region = breaking(scene)
        # What was not edited is coded once more than the source, as both would be one image otherwise.
        painting = edit.source if painted is scene.source.pixels() else picture_from_pixels(painted, quick=True)
        source = edit.source if region == scene.region else editor.coded(scene.source, region)
        broken = Edit(source, editor.coded(painting, region, over=scene.source))
        yield Twin(kind, _candidate(scene, broken, region, known))
    left = difference(edit.result, true.result, scene.region) / difference(edit.source, true.result, scene.region)
    if not TRUE_ENOUGH < left < FALSE_ENOUGH:
        yield Twin(EDITED if left <= TRUE_ENOUGH else FAILED, _candidate(scene, edit, scene.region, known))


def _request(scene: Scene) -> EditRequest:
    caption = scene.pair.sides[scene.edited].caption
    return EditRequest(
        scene.source, INSTRUCTION.format(caption=caption), caption, scene.pair.provenance.seed or 0, scene.region
    )


def _candidate(scene: Scene, edit: Edit, region: Box, known: Collection[str]) -> Candidate:
    pictures = (edit.result, edit.source) if scene.edited == 0 else (edit.source, edit.result)
    return Candidate(_pair(scene.pair, pictures, scene.pair.sides, region), region, known, 0 if scene.edited == 0 else 1)


def _swapped(pair: MinimalPair) -> MinimalPair:
    """Each image with the other's caption."""
    first, second = pair.sides
    assert pair.region
    return _pair(pair, (first.picture, second.picture), (second, first), pair.region)


def _pair(pair: MinimalPair, pictures: tuple[Picture, Picture], sides: tuple[Side, Side], region: Box) -> MinimalPair:
    """The pair with other images, and what these sides say of them."""
    first, second = (replace(side, picture=picture) for side, picture in zip(sides, pictures, strict=True))
    return minimal_pair(
        family=pair.family,
        domain=pair.domain,
        category=pair.category,
        source=pair.source,
        sides=(first, second),
        request=pair.request,
        region=region,
    )


def _moved(image: Image.Image) -> Image.Image:
    """The same image as it comes back from elsewhere: two pixels to the side, and saved as JPEG."""
    file = io.BytesIO()
    ImageChops.offset(image, 2, 0).save(file, "JPEG", quality=60)
    return Image.open(file)


def difference(first: Picture, second: Picture, region: Box) -> float:
    """Mean difference of the colours inside the region."""
    box = pixels_of(region, *first.pixels().size)
    colours = [np.asarray(picture.pixels().crop(box), np.float64) for picture in (first, second)]
    return float(np.abs(colours[0] - colours[1]).mean())
