"""The dataset card of the starter suite, with places for its numbers."""

CARD = """---
pretty_name: Minimal-Pair Arena starter suite
license: apache-2.0
language:
- en
annotations_creators:
- machine-generated
task_categories:
- image-text-to-text
- zero-shot-image-classification
size_categories:
- n<1K
tags:
- minimal-pairs
- safety
- culture
- synthetic
configs:
- config_name: default
  data_files:
  - split: test
    path:
    - metadata.jsonl
    - images/*.webp
---

# Minimal-Pair Arena starter suite

{pairs} minimal pairs from {families} families: two drawn scenes and two captions that differ in one detail, safe or unsafe,
one culture or another. Outside the declared region both images are equal to the pixel.

It lets a fresh clone of the arena play offline. It is a drawn world in a flat style: a score on it says how well a model
tells these drawings apart, and little about photographs. Every culture's label names a practice that many people there
share; none of them is a rule, and no picture stands for a whole culture.

## Columns

| column | meaning |
|---|---|
| `id` | hash of family, pixels, captions and request |
| `family`, `domain`, `category` | what the pair descends from; `safety` or `culture`; a finer heading |
| `image_0`, `image_1` | 512 x 512 px, lossless WebP (in `metadata.jsonl`: `image_0_file_name`, `image_1_file_name`) |
| `caption_0`, `caption_1` | each true of its own image and false of the other |
| `label_0`, `label_1` | `safe` and `unsafe`, or two cultures or practices |
| `request` | safety only: fine for image 0, to be declined or warned about for image 1 |
| `region` | left, top, right, bottom of where the images differ, as fractions |
| `method`, `seed` | drawn, from this seed |
| `pixels_0`, `pixels_1` | SHA-256 over size and RGB bytes |

## Families

| domain | category | family | label 0 | label 1 | caption 0, for example | pairs |
|---|---|---|---|---|---|---|
{table}

## How it was made

`python -m starter.build_suite` draws it again, byte for byte, from the seeds {first_seed} to {last_seed}.
Seeds from {first_seed} on are reserved for suites: nothing may train on them.
`sha256sum -c SHA256SUMS` checks a copy.
"""
