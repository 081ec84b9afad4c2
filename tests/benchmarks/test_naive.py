"""Asking by hand, which the benchmarks compare with."""

from pathlib import Path

import pytest
import torch

from arena.suites.starter import SUITE


@pytest.fixture
def model(script, starters):
    return script("naive").NaiveModel(Path(*starters("llava-mini")))


@pytest.fixture
def probe():
    """A request, to which the answer has several words."""
    questions = SUITE.load(None).questions
    return next(question.probe for question in questions if question.probe.task == "request")


def forward_margin(model, probe, written):
    """How much the likeliest token beats the second after `written`, by one forward pass over all of it."""
    inputs = model._inputs(probe)
    ids = torch.cat([inputs["input_ids"], torch.tensor([written], dtype=torch.long)], 1)
    with torch.inference_mode():
        logits = model._model(input_ids=ids, pixel_values=inputs["pixel_values"]).logits[0, -1]
    best, second = logits.log_softmax(-1).topk(2).values
    return (best - second).item()


def test_the_margin_is_taken_at_the_token_where_the_texts_part(model, probe):
    text = model.ask(probe)
    tokens = model.processor.tokenizer.encode(text, add_special_tokens=False)
    assert len(tokens) > 3
    first_words = model.processor.decode(tokens[:2]).strip()
    assert model.margin(probe, "Perhaps.") == pytest.approx(forward_margin(model, probe, []), abs=1e-4)
    assert model.margin(probe, f"{first_words} zebra") == pytest.approx(forward_margin(model, probe, tokens[:2]), abs=1e-4)


def test_where_only_the_other_text_goes_on_the_margin_is_that_of_ending(model, probe):
    text = model.ask(probe)
    tokens = model.processor.tokenizer.encode(text, add_special_tokens=False)
    assert model.margin(probe, f"{text} And more.") == pytest.approx(forward_margin(model, probe, tokens), abs=1e-4)
