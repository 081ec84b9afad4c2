"""Edits: one side of a known pair becomes another, by a diffusers pipeline, and nothing but the named region changes.

The editor works on a square around the region, at the size it was made for. What it returns is laid over the source inside
the region only, so that every pixel outside stays as it was. The source goes the same way through the editor's autoencoder,
so that coding alone does not tell the two sides apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image, ImageFilter

from arena.errors import EditorError, one_line
from arena.generators.editor_loading import load_pipeline
from arena.generators.editor_repository import EditorReport
from arena.generators.editors import SCHEDULER
from arena.generators.framing import WHOLE, PixelBox, check_region, pixels_of, square_around
from arena.images import Picture, picture_from_pixels
from arena.models.runtime import same_threads
from arena.pairs import Box

__all__ = ["WHOLE", "Edit", "EditRequest", "Editor", "Preview", "load_editor"]

BATCHED = ("StableDiffusionInstructPix2PixPipeline", "StableDiffusionInpaintPipeline", "StableDiffusionXLInpaintPipeline")
"""Classes that edit several images in one call; the others take one at a time."""
FEATHER = 0.02
"""Width of the seam inside the region, as a share of its smaller side, over which the edit fades into the source."""

Preview = Callable[[int, int, Sequence[Image.Image]], None]
"""Told after each step: steps done, steps in all, and what the squares look like so far where that can be seen."""


@dataclass(frozen=True)
class EditRequest:
    """One edit to make."""

    source: Picture
    instruction: str
    """What to change, for editors that read instructions."""
    caption: str
    """What shall be true of the result, for editors that paint in what is masked."""
    seed: int
    region: Box = WHOLE


@dataclass(frozen=True)
class Edit:
    """Both sides of what may become a pair."""

    source: Picture
    """The source, with its region coded and decoded as the result was."""
    result: Picture


@dataclass(frozen=True)
class _Job:
    """A request on its way through the pipeline."""

    request: EditRequest
    square: PixelBox
    """What is cut out of the source."""
    region: PixelBox
    """What of it may change."""
    patch: Image.Image
    """The square at the size of the editor."""

    def mask(self) -> Image.Image:
        """White where the patch may change."""
        left, top, right, bottom = self.square
        mask = Image.new("L", (right - left, bottom - top))
        mask.paste(255, (self.region[0] - left, self.region[1] - top, self.region[2] - left, self.region[3] - top))
        return mask.resize(self.patch.size, Image.Resampling.NEAREST)


class Editor:
    """A loaded pipeline. For one thread at a time."""

    def __init__(self, report: EditorReport, pipeline: Any, *, batched: bool) -> None:
        """Wrap a pipeline.

        Args:
            report: what the check found.
            pipeline: of the class that the report names.
            batched: edit several images in one call, which is faster, but rounds otherwise than one call for each.
        """
        self.report = report
        self._pipeline = pipeline
        self._batched = batched
        self._side = _native_side(pipeline) or report.kind.side

    def edit(
        self, requests: Sequence[EditRequest], *, strength: float | None = None, preview: Preview | None = None
    ) -> list[Edit]:
        """One edit a request, in order. Without batches, a request gives the same pixels whatever is asked with it, and however
        many threads the caller may use.

        Args:
            requests: what to edit.
            strength: how much may change, above 0 to 1, for inpainting; the pipeline's own by default.
            preview: told after each step.

        Raises:
            EditorError: the pipeline failed, or memory does not suffice even for one.
        """
        self._check_strength(strength)
        with same_threads():
            return self._batches([self._job(request) for request in requests], strength, preview)

    def coded(self, picture: Picture, region: Box = WHOLE, *, over: Picture | None = None) -> Picture:
        """The region of a picture through the editor's autoencoder and back, as it comes out where nothing is edited.

        Args:
            picture: what is coded.
            region: what of it.
            over: a picture of the same size that it is laid over, instead of itself.
        """
        patch = self._coded(self._job(EditRequest(picture, "", "", 0, region)).patch)
        return _laid_over(self._job(EditRequest(over or picture, "", "", 0, region)), patch, quick=True)

    def _check_strength(self, strength: float | None) -> None:
        if strength is None or not self.report.kind.takes_strength:
            return
        steps = self.report.arguments["num_inference_steps"]
        if not 0 < strength <= 1 or int(steps * strength) < 1:
            least = 1 / steps
            raise EditorError(f"{self.report.repository}: strength: is {strength:g}; give {least:.2g} to 1 for {steps} steps")

    def _job(self, request: EditRequest) -> _Job:
        check_region(request.region, request.source.size, self.report.repository)
        source = request.source.pixels()
        square = square_around(request.region, *source.size)
        patch = source.crop(square).resize((self._side, self._side), Image.Resampling.LANCZOS)
        return _Job(request, square, _common(square, pixels_of(request.region, *source.size)), patch)

    def _batches(self, jobs: Sequence[_Job], strength: float | None, preview: Preview | None) -> list[Edit]:
        """All edits; a batch that does not fit into memory is done again in halves."""
        if not jobs:
            return []
        if not self._batched and len(jobs) > 1:
            return [edit for job in jobs for edit in self._batches([job], strength, preview)]
        try:
            results = self._run(jobs, strength, preview)
            return [_edit(job, self._coded(job.patch), result) for job, result in zip(jobs, results, strict=True)]
        except (torch.OutOfMemoryError, MemoryError) as error:
            if len(jobs) == 1:
                raise EditorError(f"{self.report.repository}: not enough memory for one edit; use a smaller editor") from error
        except (RuntimeError, ValueError, TypeError) as error:
            raise EditorError(f"{self.report.repository}: the edit failed ({one_line(error)}); see the log") from error
        half = len(jobs) // 2
        return self._batches(jobs[:half], strength, preview) + self._batches(jobs[half:], strength, preview)

    def _run(self, jobs: Sequence[_Job], strength: float | None, preview: Preview | None) -> list[Image.Image]:
        kind = self.report.kind
        arguments = {name: value for name, value in self.report.arguments.items() if name != SCHEDULER}
        arguments["image"] = [job.patch for job in jobs]
        if kind.mode == "inpainting":
            arguments["prompt"] = [job.request.caption for job in jobs]
            arguments["mask_image"] = [job.mask() for job in jobs]
        else:
            arguments["prompt"] = [job.request.instruction for job in jobs]
        if kind.pipeline != "StableDiffusionInstructPix2PixPipeline":  # which takes the size of the image
            arguments |= {"height": self._side, "width": self._side}
        if "negative_prompt" in arguments:
            arguments["negative_prompt"] = [arguments["negative_prompt"]] * len(jobs)
        if strength is not None and kind.takes_strength:
            arguments["strength"] = strength
        if preview is not None:
            arguments["callback_on_step_end"] = self._watcher(preview)
        # On the CPU, and one for each image: a seed then means the same on every device and in every batch.
        arguments["generator"] = [torch.Generator("cpu").manual_seed(job.request.seed) for job in jobs]
        with torch.inference_mode():
            return self._pipeline(**arguments).images

    def _watcher(self, preview: Preview) -> Callable[..., dict[str, Any]]:
        def watch(pipeline: Any, step: int, _: Any, kept: dict[str, Any]) -> dict[str, Any]:
            latents = kept.get("latents")
            seen: list[Image.Image] = []
            if latents is not None and latents.ndim == 4:  # other pipelines pack theirs, each in its own way
                vae = pipeline.vae
                unscaled = latents / vae.config.scaling_factor + (getattr(vae.config, "shift_factor", None) or 0)
                decoded = vae.decode(unscaled.to(vae.dtype), return_dict=False)[0]
                seen = pipeline.image_processor.postprocess(decoded.detach(), output_type="pil")
            preview(step + 1, pipeline.num_timesteps, seen)
            return kept

        return watch

    def _coded(self, patch: Image.Image) -> Image.Image:
        """The patch, through the autoencoder and back."""
        pipeline, vae = self._pipeline, self._pipeline.vae
        pixels = pipeline.image_processor.preprocess(patch).to(pipeline._execution_device, vae.dtype)  # noqa: SLF001
        video = "QwenImage" in type(vae).__name__  # an autoencoder of videos: an image is one frame
        with torch.inference_mode():
            coded = vae.encode(pixels.unsqueeze(2) if video else pixels)
            latents = coded.latent_dist.mode() if hasattr(coded, "latent_dist") else coded.latents
            decoded = vae.decode(latents, return_dict=False)[0]
        return pipeline.image_processor.postprocess(decoded[:, :, 0] if video else decoded, output_type="pil")[0]


def load_editor(report: EditorReport) -> Editor:
    """Load a checked editor. On a CPU it edits one image at a time, so that any pair can be made again bit for bit.

    Raises:
        EditorError: it cannot be loaded, or weights are missing.
    """
    batched = torch.cuda.is_available() and report.kind.pipeline in BATCHED
    return Editor(report, load_pipeline(report), batched=batched)


def _native_side(pipeline: Any) -> int | None:
    """Width of the images that the network was trained on, where it says so."""
    network = getattr(pipeline, "unet", None)
    side = network.config.sample_size if network is not None else None
    return side * pipeline.vae_scale_factor if isinstance(side, int) else None


def _common(first: PixelBox, second: PixelBox) -> PixelBox:
    """What lies in both boxes."""
    (left, top, right, bottom), (other_left, other_top, other_right, other_bottom) = first, second
    return max(left, other_left), max(top, other_top), min(right, other_right), min(bottom, other_bottom)


def _edit(job: _Job, source: Image.Image, result: Image.Image) -> Edit:
    return Edit(_laid_over(job, source), _laid_over(job, result))


def _laid_over(job: _Job, patch: Image.Image, *, quick: bool = False) -> Picture:
    """The source with the patch in its region, and not a pixel changed elsewhere; `quick` as for `picture_from_pixels`."""
    source = job.request.source.pixels()
    left, top, right, bottom = job.square
    whole = source.copy()
    whole.paste(patch.resize((right - left, bottom - top), Image.Resampling.BICUBIC), (left, top))
    mask = _seamed(job.region, source.size)
    return picture_from_pixels(Image.composite(whole, source, mask), quick=quick)


def _seamed(region: PixelBox, size: tuple[int, int]) -> Image.Image:
    """White inside the region and black outside; in between, a seam within the region, but not where the image ends."""
    left, top, right, bottom = region
    smaller = min(right - left, bottom - top)
    seam = min(max(1, round(FEATHER * smaller)), smaller // 4)
    inner = (
        left + seam * (left > 0),
        top + seam * (top > 0),
        right - seam * (right < size[0]),
        bottom - seam * (bottom < size[1]),
    )
    mask = Image.new("L", size)
    mask.paste(255, inner)
    # Blurred no further than the seam is wide, so that it is black where the region ends.
    return mask.filter(ImageFilter.BoxBlur(seam))
