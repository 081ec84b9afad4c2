"""Street scenes with exact class masks, drawn from a seed: what a camera behind a windscreen would see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from arena.generators.scenes import street_objects, street_vehicles
from arena.generators.scenes.street_canvas import StreetCanvas
from arena.generators.scenes.street_ground import block, ground, sky
from arena.generators.scenes.street_layout import Layout, Thing, lay_out
from arena.generators.scenes.variation import Light
from arena.scene_classes import Mask, classes_in

STREET_SEEDS = range(1_000_000, 1_000_030)
"""Seeds of the `degradation` suite, above `RESERVED_SEED`: training uses seeds below that one only."""

LIGHTS = {"evening": Light.WARM, "overcast": Light.DUSK}

DRAWN: Mapping[str, Callable[[StreetCanvas, Thing], None]] = {
    "person": street_objects.draw_person,
    "rider": street_objects.draw_rider,
    "bicycle": street_objects.draw_bicycle,
    "motorcycle": street_objects.draw_motorcycle,
    "lamp": street_objects.draw_lamp,
    "tree": street_objects.draw_tree,
    "bush": street_objects.draw_bush,
    "signals": street_objects.draw_signals,
    "sign": street_objects.draw_sign,
    "car": street_vehicles.draw_car,
    "truck": street_vehicles.draw_truck,
    "bus": street_vehicles.draw_bus,
    "train": street_vehicles.draw_train,
}
"""Kind of thing -> how it is drawn."""


@dataclass(frozen=True)
class Street:
    """One view of a street, and all that is true of it."""

    image: Image.Image
    mask: Mask
    """Height x width train ids of `arena.scene_classes`: what most of each pixel shows."""
    hazard: str | None
    """Why it is not safe to drive on, one of `street_layout.HAZARDS`; None where it is."""

    @property
    def safe(self) -> bool:
        """Whether it is safe to drive on: nobody and nothing in our lane within some seconds, and no red light."""
        return self.hazard is None

    @property
    def present(self) -> tuple[str, ...]:
        """The classes that can be seen in it."""
        return classes_in(self.mask)


def draw_street(seed: int, height: int = 256) -> Street:
    """Draw the street of a seed. The same seed and height give the same pixels.

    Args:
        seed: any whole number; `RESERVED_SEED` says which are kept for suites.
        height: of the image in pixels; it is twice as wide.
    """
    return render_street(lay_out(seed), height)


def render_street(layout: Layout, height: int = 256) -> Street:
    """Draw a street that was laid out by hand; see `draw_street`."""
    canvas = StreetCanvas(height, layout.vanishing_x, layout.horizon)
    sky(canvas, layout)
    ground(canvas, layout)
    for stretch in sorted(layout.blocks, key=lambda stretch: -stretch.start):
        block(canvas, layout, stretch)
    for thing in sorted(layout.things, key=lambda thing: -thing.ahead):
        canvas.stand(thing.x, thing.ahead)
        DRAWN[thing.kind](canvas, thing)
    image, mask = LIGHTS.get(layout.weather, Light.BRIGHT).on(canvas.image()), canvas.mask()
    if layout.mirror:
        image, mask = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), np.ascontiguousarray(mask[:, ::-1])
    return Street(image, mask, layout.hazard)
