"""The editor that ships edits drawn scenes recognisably, and its recipe makes what ships."""

import statistics
from dataclasses import replace

import pytest
import torch

from arena.generators.editor_repository import SHIPPED, SHIPPED_EDITOR, check_editor
from arena.generators.edits import Edit, EditRequest, load_editor
from arena.generators.proposals import Proposal, scene_proposals
from arena.generators.scenes import FAMILIES
from arena.models import check_repository, contestant_of
from arena.models.contrastive import load_contrastive
from arena.roster import STARTER_MODELS
from arena.starter.train.editor import autoencoder, training
from arena.starter.train.editor.card import card
from arena.starter.train.editor.evaluate import Judged
from arena.starter.train.editor.wording import instruction_tokenizer

LIMIT = 12 * 2**20
CLIP = STARTER_MODELS / "drawn-world" / "clip-small"


@pytest.fixture(scope="module")
def editor():
    return load_editor(check_editor(SHIPPED_EDITOR))


@pytest.fixture(scope="module")
def asked() -> list[Proposal]:
    """Two edits each of two families."""
    return [proposal for proposal in scene_proposals(0, 2 * len(FAMILIES)) if proposal.family in ("crossing", "stove")]


@pytest.fixture(scope="module")
def made(editor, asked) -> list[Edit]:
    """What became of them, all asked together."""
    return editor.edit([request(proposal, 5) for proposal in asked])


def request(proposal: Proposal, seed: int) -> EditRequest:
    return EditRequest(proposal.source, proposal.instruction, proposal.caption, seed, proposal.region)


def test_it_is_small_and_says_how_it_is_called():
    files = [path for path in (SHIPPED / SHIPPED_EDITOR).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= LIMIT
    report = check_editor(SHIPPED_EDITOR)
    assert (report.repository, report.kind.mode) == (SHIPPED_EDITOR, "instruction")
    assert report.arguments == training.CALL


def test_a_model_that_compares_prefers_the_new_caption_for_what_it_paints(asked, made):
    report = check_repository(str(CLIP))
    scorer = load_contrastive(contestant_of(report, threshold=0.0, calibration="none"), report.folder)
    assert len(asked) == 4
    for proposal, edit in zip(asked, made, strict=True):
        captions = [proposal.source_caption, proposal.caption]
        (own, other), (old, new) = scorer.logits([edit.source, edit.result], captions)
        assert own > other
        assert new > old


def test_a_pair_is_made_again_bit_for_bit_whatever_is_asked_with_it(editor, asked, made):
    assert editor.edit([request(asked[1], 5)]) == made[1:2]
    assert load_editor(check_editor(SHIPPED_EDITOR)).edit([request(asked[0], 5)]) == made[:1]
    assert editor.edit([request(asked[0], 2)])[0].result != made[0].result


def test_the_recipe_saves_an_editor_that_is_called_as_the_shipped_one(tmp_path):
    tokenizer = instruction_tokenizer()
    latents = torch.zeros(2, 2, autoencoder.LATENTS, 32, 32)
    trainer = training.Trainer(latents, ("stove", "tea"), tokenizer, seed=0)
    training.save(trainer, autoencoder.build(), tokenizer, tmp_path / "editor")
    saved, shipped = check_editor(str(tmp_path / "editor")), check_editor(SHIPPED_EDITOR)
    assert (saved.kind, saved.arguments, saved.weight_bytes) == (shipped.kind, shipped.arguments, shipped.weight_bytes)
    assert (saved.folder / "unet" / "config.json").read_bytes() == (shipped.folder / "unet" / "config.json").read_bytes()


def test_the_card_tells_how_often_edits_pass_by_family_and_in_all():
    good = Judged("tea", passed=True, failed=(), chosen=True, left=0.2)
    bad = replace(good, passed=False, failed=("changed_facts", "ghost"), left=0.9)
    text = card(
        [good, good, replace(bad, left=0.6), replace(bad, family="stove", failed=("ghost",), chosen=False)],
        training.CALL,
        32.26,
    )
    # tea: 2 of 3 pass, all are chosen; in all 2 of 4 pass and 3 of 4 are chosen, and the median lies between 0.2 and 0.6.
    assert "| tea | 67% | 100% | 0.20 | changed facts (1), ghost (1) |" in text
    assert "| stove | 0% | 0% | 0.90 | ghost (1) |" in text
    assert f"| **all** | 50% | 75% | {statistics.median([0.2, 0.2, 0.6, 0.9]):.2f} | ghost (2), changed facts (1) |" in text
    assert "value: 0.500" in text
    assert "32.3 dB" in text
    assert "square, num_inference_steps=6, guidance_scale=1.0, image_guidance_scale=1.0)" in text
    assert "{" not in text
