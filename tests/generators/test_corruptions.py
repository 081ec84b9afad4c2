import itertools
from collections.abc import Mapping
from io import BytesIO

import numpy as np
import pytest
from corruption_images import PHOTOGRAPH, SPOT, SQUARE, photograph
from imagecorruptions_oracle import DEFOCUS_STEP, JPEG_STEP, VALUES, sample
from PIL import Image
from scipy.ndimage import convolve

from arena.errors import InputError
from arena.generators import corruptions
from arena.generators.corruptions import CORRUPTIONS, SEVERITIES, corrupt, hidden_by

NAMES = list(CORRUPTIONS)


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), dtype=np.float64) / 255


def psnr(one: Image.Image, other: Image.Image) -> float:
    return float(-10 * np.log10(np.mean((pixels(one) - pixels(other)) ** 2) + 1e-12))


@pytest.mark.parametrize("name", NAMES)
def test_each_severity_damages_more_than_the_one_before(name):
    for seed in (0, 1):
        fidelity = [psnr(PHOTOGRAPH, corrupt(PHOTOGRAPH, name, severity, seed)) for severity in SEVERITIES]
        assert fidelity == sorted(fidelity, reverse=True)
        assert fidelity[0] - fidelity[-1] > 1.5
        assert fidelity[0] > 10


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_the_same_pixels_and_another_one_does_not(name):
    once, again, other = (corrupt(PHOTOGRAPH, name, 3, seed) for seed in (5, 5, 6))
    assert once.tobytes() == again.tobytes()
    assert (once.tobytes() == other.tobytes()) == (name in {"jpeg", "defocus"})


def test_a_seed_means_the_same_in_every_process():
    assert corruptions._generator("fog", 7).random() == pytest.approx(0.57132, abs=5e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_severity_looks_the_same_at_two_resolutions(name):
    small, large = photograph(288, 192), photograph(864, 576)
    from_large = corrupt(large, name, 3, 1).resize(small.size, Image.Resampling.BOX)
    from_small = corrupt(small, name, 3, 1)
    damage = psnr(small, from_small)
    assert psnr(from_small, from_large) > damage + 6, "the two differ far less than either differs from the clean image"
    assert psnr(small, from_large) == pytest.approx(damage, abs=1.0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_size_and_mode_are_kept(name, mode):
    image = photograph(61, 40).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    before = image.tobytes()
    spoiled = corrupt(image, name, 5, 0)
    assert (spoiled.size, spoiled.mode) == (image.size, image.mode)
    assert image.tobytes() == before, "the image that was given is left alone"
    if mode == "RGBA":
        assert spoiled.getchannel("A").tobytes() == image.getchannel("A").tobytes()


@pytest.mark.parametrize(
    ("name", "severity", "image", "message"),
    [
        ("fog", 0, PHOTOGRAPH, "Severity 0 of fog does not exist: use a whole number from 1 to 5"),
        ("fog", 6, PHOTOGRAPH, "Severity 6 of fog"),
        ("snow", 1, PHOTOGRAPH, "Corruption 'snow' is not known: use one of motion_blur, low_light"),
        ("fog", 1, PHOTOGRAPH.convert("CMYK"), "mode CMYK"),
    ],
)
def test_what_does_not_exist_is_refused_in_one_line(name, severity, image, message):
    with pytest.raises(InputError, match=message) as caught:
        corrupt(image, name, severity, 0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", [(288, 224), (64, 128)])
@pytest.mark.parametrize("severity", SEVERITIES)
def test_patches_cover_their_share_and_hide_exactly_what_they_cover(size, severity):
    clean = Image.new("RGB", size, "white")
    hidden = hidden_by("occlusion", size, severity, seed=2)
    assert hidden.shape == size[::-1]
    assert hidden.mean() == pytest.approx(CORRUPTIONS["occlusion"].levels[severity - 1], abs=0.02)
    changed = np.any(np.asarray(corrupt(clean, "occlusion", severity, 2)) != 255, axis=-1)
    assert np.array_equal(changed, hidden)


def test_patches_grow_from_severity_to_severity():
    masks = [hidden_by("occlusion", (100, 80), severity, seed=3) for severity in SEVERITIES]
    assert all((small <= large).all() for small, large in itertools.pairwise(masks))


def test_only_occlusion_hides_pixels():
    assert not any(hidden_by(name, (40, 30), 5, 0).any() for name in NAMES if name != "occlusion")


def test_motion_leaves_a_point_where_it_was_and_draws_it_along_a_line():
    """The trail of a point is centred on the point, and its spread along the line is length / sqrt(12), across it about 0."""
    point = np.zeros((201, 201, 3))
    point[100, 100] = 1
    trail = corruptions.motion_blur(point, 0.1, np.random.default_rng(4))[..., 0]
    down, across = np.mgrid[-100:101, -100:101]
    assert trail.sum() == pytest.approx(1)
    assert (trail * down).sum() == pytest.approx(0, abs=0.02)
    assert (trail * across).sum() == pytest.approx(0, abs=0.02)
    moments = np.array([[(trail * a * b).sum() for a in (across, down)] for b in (across, down)])
    narrow, long = np.sqrt(np.linalg.eigvalsh(moments))
    assert long == pytest.approx(20.1 / np.sqrt(12), rel=0.02)
    assert narrow < 0.6


def test_defocus_is_what_scipy_makes_of_a_disk():
    radius = 4.0
    down, across = np.mgrid[-6:7, -6:7]
    disk = np.clip(radius + 0.5 - np.hypot(down, across), 0, 1)
    expected = convolve(pixels(PHOTOGRAPH), (disk / disk.sum())[..., None], mode="reflect")
    found = corruptions.defocus(pixels(PHOTOGRAPH), radius / 224, np.random.default_rng(0))
    assert found == pytest.approx(expected, abs=1e-9)


def test_jpeg_is_what_pillow_makes_of_an_image_with_a_shorter_side_of_512():
    image = photograph(700, 512)
    file = BytesIO()
    image.save(file, "JPEG", quality=15)
    assert corrupt(image, "jpeg", 3, 0).tobytes() == Image.open(file).convert("RGB").tobytes()


def test_low_light_has_the_exposure_and_the_noise_of_its_photons():
    """White at a quarter of the light: 150 of 600 photons, so in linear light 0.25 +- sqrt(150 + 9) / 600 = 0.021."""
    white = np.ones((512, 512, 3))
    encoded = corruptions.low_light(white, 0.25, np.random.default_rng(0))
    linear = ((encoded + 0.055) / 1.055) ** 2.4
    assert linear.mean() == pytest.approx(0.25, abs=1e-3)
    assert linear.std() == pytest.approx(0.0210, abs=3e-4)


def test_fog_veils_black_and_leaves_the_colour_of_the_air():
    """Of black only A (1 - t) is left, the same t in every channel; thick enough, all is air."""
    black = corruptions.fog(np.zeros((60, 80, 3)), 1.0, np.random.default_rng(0))
    through = 1 - black / [0.80, 0.82, 0.84]
    assert np.ptp(through, axis=-1).max() < 1e-12
    assert through.min() > np.exp(-1.4)
    assert through.max() < np.exp(-0.6)
    thick = corruptions.fog(pixels(PHOTOGRAPH), 60.0, np.random.default_rng(0))
    assert thick == pytest.approx(np.broadcast_to([0.80, 0.82, 0.84], thick.shape), abs=1e-6)


@pytest.fixture(scope="module")
def reference() -> Mapping[str, np.ndarray]:
    """What imagecorruptions makes of the same images, by corruption and severity."""
    with np.load(VALUES) as values:
        return dict(values)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_jpeg_is_that_of_imagecorruptions(reference, severity):
    ours = sample(np.asarray(corrupt(SQUARE, "jpeg", severity, 0)), JPEG_STEP)
    assert np.array_equal(ours, reference["jpeg"][severity - 1])


@pytest.mark.parametrize("severity", SEVERITIES)
def test_defocus_is_that_of_imagecorruptions(reference, severity):
    expected = Image.fromarray(reference["defocus"][severity - 1])
    ours, clean = (
        Image.fromarray(sample(np.asarray(image), DEFOCUS_STEP))
        for image in (corrupt(PHOTOGRAPH, "defocus", severity, 0), PHOTOGRAPH)
    )
    assert psnr(ours, expected) > psnr(clean, expected) + 20


@pytest.mark.parametrize("severity", SEVERITIES)
def test_motion_spreads_a_spot_as_far_as_that_of_imagecorruptions(reference, severity):
    """Theirs is a trail to one side, whose weights fall off; ours is even and centred. Their spreads are compared."""
    ours = np.asarray(corrupt(SPOT, "motion_blur", severity, 0))[..., 0]
    assert length_of(ours) == pytest.approx(length_of(reference["motion"][severity - 1]), rel=0.15)


def length_of(spread: np.ndarray) -> float:
    """Standard deviation along the longer axis of a spot."""
    down, across = np.mgrid[: len(spread), : len(spread)]
    weights = spread.ravel() / spread.sum()
    moments = np.cov(np.stack([down.ravel(), across.ravel()]), aweights=weights, ddof=0)
    return float(np.sqrt(np.linalg.eigvalsh(moments)[-1]))
