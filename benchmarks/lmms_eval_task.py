"""The arena's questions as a task of lmms-eval: what it calls on each of them, in the environment that `peers.py` makes."""

from typing import Any

from PIL import Image


def images(question: dict[str, Any]) -> list[Image.Image]:
    """What the question shows, in order."""
    return [Image.open(file).convert("RGB") for file in question["images"]]


def prompt(question: dict[str, Any]) -> str:
    """What follows the images."""
    return question["prompt"]


def results(question: dict[str, Any], answers: list[str]) -> dict[str, float]:  # noqa: ARG001 - as lmms-eval calls it
    """lmms-eval wants a metric; the answers themselves are read from its log."""
    return {"answered": float(bool(answers[0]))}
