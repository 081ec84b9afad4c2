"""Writes docs/models.md: what the check of every architecture says, how it is asked, how exactly, and how fast.

    python benchmarks/families_page.py [--out docs/models.md] [--architecture NAME ...] [--scale medium]

Each tiny repository (see `starter/architectures`) is checked and loaded as a submitted one is: from one file in float32, and
from several in bfloat16. Exactness is what the guard finds of tiny models, and speed that of `families.py`. All of it takes
half an hour.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from families import SCALES, measure, questions
from transformers import AutoModelForZeroShotImageClassification, AutoProcessor, BlipForImageTextRetrieval

from arena.errors import ArenaError
from arena.images import Picture, picture_from_pixels
from arena.models import check_repository, contestant_of, load
from arena.models.contrastive import ContrastiveModel
from arena.models.generative import GenerativeModel
from arena.models.thoughts import THINKING, read_thoughts, template_in
from arena.probes import Probe
from arena.starter.architectures import ARCHITECTURES, TINY, Architecture, Scale

ROOT = Path(__file__).parents[1]
PICTURE_SIZE = (640, 480)
HEAD = """# Architectures

What enters, how it is asked, how exactly and how fast. `make families` wrote this page at commit {commit}, with
transformers {transformers} and torch {torch} on a CPU. It builds each architecture tiny with random weights, as its public
repositories are laid out (`starter/architectures`), and puts it through the same check, loading and guard as a submitted
model: from one file in float32, and from several in bfloat16. That they are exact says that the arena asks as stock
transformers does, not that a model is good.

- **Path**: how prompts are read. *Shared prefixes*: images are encoded once, and read once by the language model, for all
  questions about them. *Image by image*: a second image goes on from the first. *By number of images*: how an image looks
  depends on how many a prompt shows. *Shared vision*: images are encoded once. *One by one*: each prompt alone.
- **Images**: most that one prompt may show.
- **To stock**: largest difference in nats from `generate` and a plain forward pass, one prompt at a time, over first tokens,
  options of several tokens (mean of their tokens) and eight written tokens. The guard allows 1e-4.
  **Batch**: the same between prompts in one batch and alone.
- **bfloat16**: the larger of both, and what the guard allows: twice what stock transformers shows between batch and single.
- **Speed**: how many times the processor time it takes to ask naively, one prompt at a time by `generate`, with models
  {hidden} wide and {layers} layers deep, {image} pixels, two pictures of 640 x 480 and the starter's questions
  (`benchmarks/families.py`; larger models gain more or less as much).
- **Thoughts**: what its chat template knows of them, found by rendering it. *Off*: they are switched off unless they are given
  tokens. *Always*: the template opens them, and they have {thinking} tokens. Empty: none. See below.
- **Second turn**: whether it can be asked again after an answer, with its own words between the two questions. The guard
  holds such a question against a plain forward pass over all three turns, too; where it differs, or the template does not
  write all turns in order, the model still enters and is asked single questions.

| architecture | check | path | images | to stock | batch | bfloat16 | speed | thoughts | second turn |
|---|---|---|---|---|---|---|---|---|---|
"""
OPTIONS = """
## Thoughts, and other options of a name

What follows a `?` belongs to the contestant: with it, it is another one. Options are joined by `&`, and need quotes in a shell:

    ARENA_MODELS="Qwen/Qwen3.5-2B?thinking=2048,./my-model?turns=1" make run
    arena evaluate --model "organisation/name@commit?thinking=1024" --suite starter

- `thinking=2048`: so many tokens for thoughts before each answer, whose own tokens are counted after them. Thoughts that spend
  all of theirs are cut, and the reply has no answer. Whatever the model's tags are, in its replies thoughts stand between
  `<think>` and `</think>`, and readers leave them out. What is written first is no answer, so that a model that thinks gives no
  log-probabilities of options.
- Without it, thoughts are off where the template has a switch (`enable_thinking`, `thinking`, `reasoning_effort`). Where it
  always opens them they have {thinking} tokens, which `arena models check` and `arena models list` show. A model that thinks
  without being asked to, and whose template says nothing of it, needs the option. It is refused where neither the template nor
  the vocabulary knows thoughts.
- `turns=1`: never asked again after an answer. The models that ship were trained on single questions, and are asked no
  others.

Endpoints take both, and `images=1` where the server takes one image in a question. Their `thinking` is added to the tokens
of an answer, as no server tells where thoughts end.
"""
REAL_SIZES = Path(__file__).with_name("real_sizes.md")
"""What the page says of precision, devices and memory, which nothing here can measure."""
DUAL_HEAD = """
## Models that compare

They keep the features of each picture and caption, and are held against `logits_per_image` of stock transformers on square
pictures; BLIP-ITM against its logit of a match.

| architecture | check | to stock | batch |
|---|---|---|---|
"""
ABSENT = """
## Who cannot play

Serve these and enter the endpoint instead (`http://host/v1#name`):

- architectures that transformers {transformers} does not have: Kimi-VL, MiniCPM-V up to 4.5, MiniCPM-o, the first Molmo, and
  InternVL and Phi-3.5-vision in their first layouts, which bring code of their own;
- models that read the prompt apart from the reply, such as Florence-2 and BLIP-2 with T5;
- quantised repositories whose packages are missing here, or that need a GPU: `arena models check` names them.

## What shows each architecture

Public files that show class, special tokens and chat template. What no source shows is marked *reconstructed*.

"""


@dataclass(frozen=True)
class Row:
    """One architecture, as the page shows it."""

    name: str
    cells: tuple[str, ...]

    def __str__(self) -> str:
        return f"| {self.name} | " + " | ".join(self.cells) + " |"


def writer_row(architecture: Architecture, scale: Scale, asked: Sequence[Sequence[Probe]]) -> Row:
    """A model that writes."""
    with tempfile.TemporaryDirectory() as parent:
        try:
            single, half = (_loaded(architecture, Path(parent) / dtype, dtype).finding for dtype in ("float32", "bfloat16"))
            thoughts = read_thoughts(template_in(Path(parent) / "float32" / "model"))
            speed = measure(architecture, scale, asked)
        except ArenaError as error:
            return Row(architecture.name, (f"cannot play: {error}", *[""] * 8))
    images = f"1 or {single.images}" if single.needs_image else f"{single.images}"
    in_half = f"{max(half.difference, half.batch_difference):.2g} of {half.tolerance:.2g}"
    exactness = (f"{single.difference:.0e}", f"{single.batch_difference:.0e}", in_half)
    turns = ("always" if thoughts.always else "off" if thoughts.known else "", "yes" if single.second_turn else "no")
    return Row(architecture.name, ("may enter", single.path, images, *exactness, f"{speed.ratio:.1f}", *turns))


def _loaded(architecture: Architecture, folder: Path, dtype: str) -> GenerativeModel:
    """From a repository of one file in float32, and of several in half precision."""
    parts: dict[str, Any] = {} if dtype == "float32" else {"dtype": torch.bfloat16, "shard": "100KB"}
    report = check_repository(str(architecture.save(folder / "model", TINY, **parts)))
    model = load(report, contestant_of(report, dtype=dtype))
    assert isinstance(model, GenerativeModel)
    return model


def dual_row(architecture: Architecture, pictures: Sequence[Picture], captions: Sequence[str]) -> Row:
    """A model that compares."""
    with tempfile.TemporaryDirectory() as parent:
        folder = architecture.save(Path(parent) / "tiny" / architecture.name)
        try:
            report = check_repository(str(folder))
            model, single = (load(report, contestant_of(report)) for _ in range(2))
        except ArenaError as error:
            return Row(architecture.name, (f"cannot play: {error}", "", ""))
        assert isinstance(model, ContrastiveModel)
        assert isinstance(single, ContrastiveModel)
        together = torch.tensor(model.logits(pictures, captions))
        alone = torch.tensor([[single.logits([picture], [caption])[0][0] for caption in captions] for picture in pictures])
        stock = stock_logits(folder, [picture.pixels() for picture in pictures], captions)
    return Row(
        architecture.name, ("may enter", f"{(together - stock).abs().max():.0e}", f"{(together - alone).abs().max():.0e}")
    )


def stock_logits(folder: Path, images: Sequence[Any], captions: Sequence[str]) -> torch.Tensor:
    """A row an image, as the documentation of each model calls it."""
    processor: Any = AutoProcessor.from_pretrained(folder)
    with torch.inference_mode():
        if folder.name.startswith("BLIP"):
            blip: Any = BlipForImageTextRetrieval.from_pretrained(folder).eval()
            scores = [
                blip(**processor(images=image, text=text, return_tensors="pt")).itm_score[0]
                for image in images
                for text in captions
            ]
            return torch.stack([score[1] - score[0] for score in scores]).reshape(len(images), len(captions))
        model: Any = AutoModelForZeroShotImageClassification.from_pretrained(folder).eval()
        padding = {"padding": "max_length", "max_length": 64} if folder.name.startswith("SigLIP") else {"padding": True}
        return model(**processor(text=list(captions), images=list(images), return_tensors="pt", **padding)).logits_per_image


def page(names: Sequence[str], scale: Scale) -> Iterator[str]:
    """The page, part by part."""
    versions = {library: version(library) for library in ("transformers", "torch")}
    commit = subprocess.run(
        [shutil.which("git") or "git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    sizes = {"hidden": scale.hidden, "layers": scale.layers, "image": scale.image}
    yield HEAD.format(commit=commit.strip(), thinking=THINKING, **sizes, **versions)
    chosen = [ARCHITECTURES[name] for name in names]
    asked = questions(2, PICTURE_SIZE, tokens=3)
    for architecture in chosen:
        if not architecture.dual:
            yield f"{writer_row(architecture, scale, asked)}\n"
    yield DUAL_HEAD
    pictures = [picture_from_pixels(probe.images[0].pixels().resize((320, 320))) for pair in asked for probe in pair[:1]]
    captions = list(dict.fromkeys(caption for pair in asked for probe in pair for caption in probe.captions))
    for architecture in chosen:
        if architecture.dual:
            yield f"{dual_row(architecture, pictures, captions)}\n"
    yield OPTIONS.format(thinking=THINKING)
    yield REAL_SIZES.read_text(encoding="utf-8")
    yield ABSENT.format(**versions)
    for architecture in chosen:
        missing = f" *Reconstructed*: {architecture.reconstructed}." if architecture.reconstructed else ""
        yield f"- **{architecture.name}**: " + "; ".join(f"`{source}`" for source in architecture.sources) + f".{missing}\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page, and print its lines as they come."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "models.md")
    parser.add_argument("--architecture", nargs="+", metavar="NAME", choices=ARCHITECTURES, default=list(ARCHITECTURES))
    parser.add_argument("--scale", choices=SCALES, default="medium", help="size of the models that are timed")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    parts: list[str] = []
    for part in page(options.architecture, SCALES[options.scale]):
        print(part, end="", flush=True)
        parts.append(part)
    options.out.write_text("".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
