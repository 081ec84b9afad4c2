"""Tiny repositories with random weights of every architecture that the arena knows: what loading is measured on.

Each is as its public repositories are: class, special tokens, structure of the chat template, who adds BOS. None can answer
anything; `make families` asks them, and compares what the arena measures with what stock transformers does.
"""

from arena.starter.architectures import (
    cohere,
    deepseek,
    dual,
    ernie,
    fastvlm,
    gemma,
    gemma4,
    glm,
    idefics,
    internvl,
    kimi,
    lfm2,
    llama,
    llava,
    minicpm,
    mistral,
    molmo,
    omni,
    ovis2,
    phi,
    qwen,
    siglip,
)
from arena.starter.architectures.architecture import MEDIUM, SMALL, TINY, Architecture, Scale

MAKERS = (
    *(llava, qwen, internvl, idefics, gemma, gemma4, mistral, cohere, llama, glm, ovis2, lfm2, deepseek),
    *(omni, kimi, minicpm, molmo, phi, ernie, fastvlm, dual, siglip),
)
ARCHITECTURES = {architecture.name: architecture for maker in MAKERS for architecture in maker.ARCHITECTURES}
"""Name -> architecture."""

__all__ = ["ARCHITECTURES", "MEDIUM", "SMALL", "TINY", "Architecture", "Scale"]
