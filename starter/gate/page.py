"""The page `docs/gate.md`: what the gate asks, how it was calibrated, and how often it is right."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from arena.generators.gate.artefacts import FEATURES
from arena.generators.gate.scores import SCORES, Bounds
from arena.generators.gate.thresholds import METHOD, Thresholds
from arena.metrics.units import Estimate
from arena.starter.gate import deciding
from arena.starter.gate.deciding import Curve, Point
from arena.starter.gate.fitting import KEPT, Scored
from arena.starter.gate.roc import roc_svg
from arena.starter.gate.scenes import BROKEN
from arena.starter.gate.twins import DRAWN, DUPLICATE, EDITED, FAILED, FALSE_ENOUGH, SWAPPED, TRUE_ENOUGH

FIGURE = Path("images") / "gate-roc.svg"
ASKS: Mapping[str, str] = {
    "changed_area": "share of pixels of which a channel differs by more than 24 of 255",
    "changed_outside": "share of the pixels outside the region that differ at all",
    "cut_off": "share of the region's border at which the change does not end by itself; a pasted patch is cut off all around",
    "ghost": "cosine of both images' gradients where they differ; in a half-way blend the source's edges are all still there",
    "near_duplicate": "bits in which a perceptual hash (pHash, Zauner 2010) differs from that of the most similar image known",
    "sharpness": "steepest edges inside the region, as a multiple of the source's",
    "artefacts": "probability with which a logistic regression on noise (Immerkær 1996), grain, sharpness, seams and 8 x 8 "
    "blocks picks the edited side; both went through the editor's autoencoder",
    "image_similarity": "cosine of the images' features",
    "directional_similarity": "cosine of the change of the image's features with the change of the caption's (Gal et al. 2022, "
    "4.1; Brooks et al. 2023, 3.1.2)",
    "caption_choice": "for each image, its own caption against the other by the scorer: the lower probability",
    "image_choice": "for each caption, its own image against the other: the lower probability",
    "caption_rise": "how much more the new caption gains from the edit than any statement that should stay as true as it was",
    "image_safety": "probability of *unsafe*, the worse image; only with a classifier named in `ARENA_IMAGE_SAFETY`",
    "changed_facts": "does this caption describe this image? All four combinations, asked of the checker: the lowest "
    "probability of a right answer",
    "unchanged_facts": "the same about the two unrelated statements that gained most: by how much the answers differ",
}
MADE: Mapping[str, str] = {
    DRAWN: "both sides drawn: the true pair",
    EDITED: f"an edit that leaves less than {100 * TRUE_ENOUGH:.0f} % of the difference to the true side",
    "no edit": "the source, coded once more",
    "half-way blend": "half source, half target",
    "blurred region": "the true side, its region blurred",
    "wrong edit": "what another family changes, scaled into the region",
    "wrong place": "the right change in the farthest corner",
    "redrawn inside": "the region of another scene of the family",
    "whole image redrawn": "another scene of the family",
    "other family": "a scene of another family",
    SWAPPED: "each image with the other's caption",
    DUPLICATE: "the true side was in the arena before, two pixels to the side and saved as JPEG",
    FAILED: f"an edit that leaves more than {100 * FALSE_ENOUGH:.0f} % of the difference",
}

PHOTOGRAPHS: Mapping[str, object] = {
    "method": METHOD,
    "scorer": "openai/clip-vit-large-patch14@commit",
    "checker": "organisation/model@commit",
    "bounds": {
        "changed_area": {"low": 0.01, "high": 0.4},
        "changed_outside": {"high": 0.0},
        "image_similarity": {"low": 0.7},
        "directional_similarity": {"low": 0.2},
        "caption_choice": {"low": 0.5},
        "image_choice": {"low": 0.5},
        "changed_facts": {"low": 0.5},
    },
    "artefact_weights": dict.fromkeys(FEATURES, 0),
}
"""A gate to begin with (Brooks et al. 2023, 3.1.2)."""


def write_page(file: Path, thresholds: Thresholds, calibration: Sequence[Scored], held_out: Sequence[Scored]) -> None:
    """Write the page, and its figure beside it."""
    curves = deciding.score_curves(held_out)
    gate = deciding.gate_curve(calibration, held_out, thresholds)
    rates = deciding.passed_by_kind(held_out, thresholds.bounds)
    chosen = Point(_value(rates[deciding.BROKEN]), _value(rates[deciding.GOOD]))
    figure = file.parent / FIGURE
    figure.parent.mkdir(parents=True, exist_ok=True)
    figure.write_text(roc_svg(gate, chosen, curves), encoding="utf-8")
    by_family = deciding.passed_by_family(held_out, thresholds.bounds)
    file.write_text(page(thresholds, rates, curves, by_family, len(calibration)), encoding="utf-8")


def page(
    thresholds: Thresholds,
    rates: Mapping[str, Estimate],
    curves: Sequence[Curve],
    by_family: Mapping[str, Point],
    calibrated_on: int,
) -> str:
    """The text of the page.

    Args:
        thresholds: that were found.
        rates: share that passes, by kind, on held-out twins.
        curves: of the scores alone.
        by_family: shares of broken and good ones that pass.
        calibrated_on: how many twins.
    """
    good, broken = rates[deciding.GOOD], rates[deciding.BROKEN]
    return _PAGE.format(
        scores=_scores(thresholds.bounds, curves),
        version=thresholds.version,
        calibrated_on=calibrated_on,
        kept=f"{KEPT:.0%}".replace("%", " %"),
        held_out=good.pairs + broken.pairs,
        families=good.families,
        good=_share(good),
        rejected=f"{1 - _value(broken):.1%}".replace("%", " %"),
        kinds=_kinds(rates),
        figure=FIGURE.as_posix(),
        by_family=_by_family(by_family),
        scorer=thresholds.scorer.partition("@")[0],
        checker=thresholds.checker.partition("@")[0],
        photographs=json.dumps(PHOTOGRAPHS, indent=2),
    )


def _scores(bounds: Mapping[str, Bounds], curves: Sequence[Curve]) -> str:
    areas: dict[str, float] = {}
    for curve in curves:  # the better of two sides comes first
        areas.setdefault(curve.score, curve.area)
    rows = [
        f"| {name.replace('_', ' ')} | {ASKS[name]} | {_passes(bounds.get(name), score.form)} | {_area(areas.get(name))} |"
        for name, score in SCORES.items()
    ]
    return "\n".join(rows)


def _passes(bounds: Bounds | None, form: str) -> str:
    bounds = bounds or Bounds()
    low, high = (None if bound is None else format(bound, form).replace("%", " %") for bound in (bounds.low, bounds.high))
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else "any"


def _area(area: float | None) -> str:
    return "" if area is None else f"{area:.2f}"


def _kinds(rates: Mapping[str, Estimate]) -> str:
    good = [_kind(kind, rates) for kind in (DRAWN, EDITED) if kind in rates]
    broken = [_kind(kind, rates) for kind in (*BROKEN, SWAPPED, DUPLICATE, FAILED) if kind in rates]
    return "\n".join([*good, *broken])


def _kind(kind: str, rates: Mapping[str, Estimate]) -> str:
    should = "yes" if kind in (DRAWN, EDITED) else "no"
    return f"| {kind} | {MADE[kind]} | {should} | {_share(rates[kind])} | {rates[kind].pairs} |"


def _share(found: Estimate) -> str:
    limits = ""
    if found.low is not None and found.high is not None:
        limits = f" ({100 * found.low:.0f} to {100 * found.high:.0f})"
    return f"{100 * _value(found):.1f} %{limits}"


def _by_family(by_family: Mapping[str, Point]) -> str:
    return "\n".join(
        f"| {name} | {point.good:.0%} | {1 - point.broken:.0%} |".replace("%", " %") for name, point in by_family.items()
    )


def _value(found: Estimate) -> float:
    assert found.value is not None
    return found.value


_PAGE = """<!-- Written by `python -m starter.gate`; change the words in starter/gate/page.py. -->
# The gate of fresh pairs

Before people see a generated pair, the gate asks whether it is *minimal* (one detail differs, nothing else) and *true* (each
caption holds for its own image and not for the other). Every score has bounds, and every score must pass. What is not a
number never passes. Scores are asked from the cheapest to the dearest; the checker, which is the dearest, is not asked about
a pair that has failed already. All values, bounds and versions are kept with the pair, and **no model that made or judged a
pair is ranked on it**.

Version `{version}`: it changes with the meaning of a score and with any number below. The scorer is
`{scorer}`, the checker `{checker}`; with other models the bounds mean nothing, and the gate refuses to
open.

## What it asks

*Alone* is the area under the curve of that score used alone: 1 tells every good pair from every broken twin, 0.5 none.

| score | what it is | passes | alone |
|---|---|---|---|
{scores}

## How often it is right

On {held_out} twins of scenes that had no part in the calibration, from {families} families, with 95 % intervals over these:
it **rejects {rejected} of the broken twins and keeps {good} of the good pairs**.

| kind | how it was made | should pass | passes | twins |
|---|---|---|---|---|
{kinds}

All images of a twin go the way that edits go: through the editor's autoencoder inside the region, and laid over the source
there. So coding tells nothing, and neither do pixels outside the region. Edits that are neither close to the true side nor
far from it are left out: nobody could say what the gate should do.

![Receiver operating characteristics of the gate and of its best scores]({figure})

The dot is the gate as it ships. Its curve shows what else it could be: the calibration was told to keep 99.5 % to 50 % of
the good pairs, and each outcome was tried on the held-out twins.

| family | good pairs kept | broken twins rejected |
|---|---|---|
{by_family}

## How it was calibrated

On {calibrated_on} other twins. The artefact classifier is a logistic regression without an intercept, so that swapping the
sides gives the other probability. The bounds are found by the patient rule induction method (Friedman & Fisher 1999): they
begin where no good pair is lost, and are tightened step by step where one step rejects most broken twins for each good pair
that it costs, as long as {kept} of the good pairs of each kind pass. In the end each bound is loosened half-way to where it
would let another broken twin pass. A pair must also change nothing outside its region, and each side must prefer its own,
whatever the data say.

    python -m starter.gate          # draws, breaks, measures, and writes thresholds.json and this page

## For photographs

The bounds above are for the drawn world, the editor that ships and two small models; on photographs they mean nothing. Name
models and bounds of your own in a file, and the file in `ARENA_GATE`. These bounds are those of InstructPix2Pix's data set
where it has any; they were not calibrated here. A score without bounds is told, and passes.

```json
{photographs}
```

## Limits

- A blurred region, and the region of another scene of the same family, are the twins that pass most often: an honest edit by
  a small editor is somewhat soft, too, and the other region shows just what the caption says. That is what reviewers are for.
- The scorer and the checker were trained on scenes like these. On what they never saw, they may be wrong together.
"""
