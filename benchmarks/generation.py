"""How fast the shipped editor edits, by batch size and steps; what the gate takes beside it; and a full-size editor on a GPU.

    python benchmarks/generation.py [--edits 16] [--batches 1,4,16] [--steps 2,6,12] [--full-size]

Scenes are freshly drawn, edits and gate go the way that `arena generate` goes. `times` is the processor time of an image
against that of one image at a time with the steps that ship: on a machine that does other things meanwhile it tells more
than the clock on the wall. The full-size editor has the shape of Stable Diffusion 1.5 and random weights, so its pictures are
noise, but its time is that of the real one; it runs where a GPU is, or with --full-size.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_instruct_pix2pix import (
    StableDiffusionInstructPix2PixPipeline,
)
from diffusers.schedulers.scheduling_euler_ancestral_discrete import EulerAncestralDiscreteScheduler
from rich.console import Console
from rich.table import Table
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from arena.generation.carrying_out import judge
from arena.generation.makers import EditorMaker
from arena.generation.opening import open_gate
from arena.generation.orders import Order
from arena.generation.outcomes import Generated
from arena.generators.editor_loading import load_pipeline
from arena.generators.editor_repository import SHIPPED_EDITOR, EditorReport, check_editor
from arena.generators.edits import Edit, Editor, EditRequest
from arena.generators.proposals import scene_proposals
from arena.models.runtime import cores
from arena.settings import Settings
from arena.store import Store
from arena.suites.starter import starter_pairs


@dataclass
class Stopwatch:
    """Seconds on the wall, and of this process on all processors."""

    wall: float = 0.0
    processor: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count what the block takes."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        wall, processor = time.perf_counter(), time.process_time()
        yield
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.wall += time.perf_counter() - wall
        self.processor += time.process_time() - processor


def requests(count: int) -> list[EditRequest]:
    """Edits of scenes that nobody has seen."""
    proposals = enumerate(scene_proposals(0, count))
    return [EditRequest(one.source, one.instruction, one.caption, seed, one.region) for seed, one in proposals]


def with_steps(report: EditorReport, steps: int) -> EditorReport:
    """The editor, called with that many steps."""
    return replace(report, arguments={**report.arguments, "num_inference_steps": steps})


def warm_up(report: EditorReport, pipeline: Any, asked: Sequence[EditRequest]) -> None:
    """The first edit of a pipeline allocates, whatever its steps are."""
    Editor(with_steps(report, 1), pipeline, batched=True).edit(asked[:1])


def timed(editor: Editor, asked: Sequence[EditRequest], batch: int) -> tuple[Stopwatch, list[Edit]]:
    """Edit in batches of that size."""
    watch, left, made = Stopwatch(), iter(asked), []
    with watch.running():
        while together := list(islice(left, batch)):
            made += editor.edit(together)
    return watch, made


def shipped_editor(asked: Sequence[EditRequest], batches: Sequence[int], steps: Sequence[int]) -> Table:
    """Images a second of the editor that ships, by batch size and steps."""
    report = check_editor(SHIPPED_EDITOR)
    own = report.arguments["num_inference_steps"]
    pipeline = load_pipeline(report)
    warm_up(report, pipeline, asked)
    found = {
        (size, count): timed(Editor(with_steps(report, count), pipeline, batched=True), asked, size)[0]
        for count in dict.fromkeys((own, *steps))
        for size in dict.fromkeys((1, *batches))
    }
    table = Table("steps", "batch", "images/s", "ms of processors", "times", title="The editor that ships", box=None)
    base = found[1, own].processor
    for (size, count), watch in sorted(found.items(), key=lambda item: (item[0][1], item[0][0])):
        each = 1000 * watch.processor / len(asked)
        ships = " (ships)" if (size, count) == (1, own) else ""
        rate = f"{len(asked) / watch.wall:.2f}"
        table.add_row(str(count), f"{size}{ships}", rate, f"{each:.0f}", f"{base / watch.processor:.2f}x")
    return table


def gate_beside_editor(count: int, known: int | None) -> Table:
    """What an edit and the gate take of each other, on pairs as `arena generate` makes them.

    Args:
        count: pairs.
        known: pairs of the starter suite that the arena has; None for all.
    """
    maker = EditorMaker(Editor(report := check_editor(SHIPPED_EDITOR), load_pipeline(report), batched=False))
    orders = [Order(proposal, seed, maker.tool) for seed, proposal in enumerate(scene_proposals(0, count))]
    [first] = maker.make(orders[:1])  # warms up
    editing, judging = Stopwatch(), Stopwatch()
    with tempfile.TemporaryDirectory() as home, Store.open(Path(home)) as store:
        store.add_pairs(starter_pairs()[:known])
        gate = open_gate(Settings(home=Path(home)))
        judge(store, gate, [(orders[0], orders[0].pair(first))])  # hashes the known pairs, loads
        with editing.running():
            edits = maker.make(orders)
        pairs = [(order, order.pair(edit)) for order, edit in zip(orders, edits, strict=True)]
        with judging.running():
            outcomes = judge(store, gate, pairs)
    passed = sum(isinstance(outcome, Generated) and outcome.report.passed for outcome in outcomes)
    table = Table("step", "ms a pair", "ms of processors", "share of the edit", title="The gate beside the editor", box=None)
    for name, watch in (("edit", editing), ("gate", judging)):
        share = f"{watch.wall / editing.wall:.0%}"
        table.add_row(name, f"{1000 * watch.wall / count:.0f}", f"{1000 * watch.processor / count:.0f}", share)
    table.caption = f"{passed} of {count} pairs passed; pairs that fail early cost the gate less"
    return table


def save_full_size(folder: Path) -> Path:
    """An editor in the shape of Stable Diffusion 1.5 for instructions: 0.86 + 0.12 + 0.08 billion random parameters."""
    network: Any = UNet2DConditionModel(sample_size=64, in_channels=8, out_channels=4, cross_attention_dim=768)
    stages: dict[str, Any] = {
        "block_out_channels": (128, 256, 512, 512),
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
    }
    autoencoder: Any = AutoencoderKL(**stages, layers_per_block=2, latent_channels=4)
    words = check_editor(SHIPPED_EDITOR).folder / "tokenizer"
    scheduler: Any = EulerAncestralDiscreteScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    text = CLIPTextConfig(
        vocab_size=49408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12
    )
    pipeline = StableDiffusionInstructPix2PixPipeline(
        vae=autoencoder,
        text_encoder=CLIPTextModel(text),
        tokenizer=PreTrainedTokenizerFast.from_pretrained(words, model_max_length=77),
        unet=network,
        scheduler=scheduler,
        safety_checker=None,  # pyright: ignore[reportArgumentType]
        feature_extractor=None,  # pyright: ignore[reportArgumentType]
        requires_safety_checker=False,
    )
    pipeline.to(dtype=torch.float16)
    pipeline.save_pretrained(folder)
    return folder


def full_size_editor(asked: Sequence[EditRequest], batches: Sequence[int]) -> Table:
    """Images a second of a full-size editor, loaded and called as any other."""
    with tempfile.TemporaryDirectory() as folder:
        report = check_editor(str(save_full_size(Path(folder) / "full-size")))
        pipeline = load_pipeline(report)
        warm_up(report, pipeline, asked)
        steps, device = report.arguments["num_inference_steps"], pipeline.device
        table = Table("steps", "batch", "images/s", "times", title=f"A full-size editor, random weights, on {device}", box=None)
        base = 0.0
        for size in dict.fromkeys((1, *batches)):
            watch, _ = timed(Editor(report, pipeline, batched=True), asked, size)
            base = base or watch.wall
            table.add_row(str(steps), str(size), f"{len(asked) / watch.wall:.2f}", f"{base / watch.wall:.2f}x")
    return table


def numbers(text: str) -> list[int]:
    """`1,4,16`."""
    return [int(part) for part in text.split(",")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=16, help="in each line (default: %(default)s)")
    parser.add_argument("--batches", type=numbers, default=[1, 4, 16], help="sizes of batches (default: 1,4,16)")
    parser.add_argument("--steps", type=numbers, default=[2, 6, 12], help="steps (default: 2,6,12)")
    parser.add_argument("--known", type=int, help="pairs that the gate compares with (default: all of the starter suite)")
    parser.add_argument("--full-size", action="store_true", help="also the full-size editor where there is no GPU")
    options = parser.parse_args(arguments)
    torch.set_num_threads(cores())
    console, asked = Console(), requests(options.edits)
    console.print(f"{torch.get_num_threads()} threads of the CPU", highlight=False)
    console.print(gate_beside_editor(options.edits, options.known))
    console.print(shipped_editor(asked, options.batches, options.steps))
    if torch.cuda.is_available() or options.full_size:
        console.print(full_size_editor(asked, options.batches))


if __name__ == "__main__":
    main()
