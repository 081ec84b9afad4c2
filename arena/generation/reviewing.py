"""What reviewers may say, and how far they agree. When a verdict takes effect is told by `Standing`."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from arena.errors import GenerationError
from arena.store import REVIEWERS, Reason, ReviewRecord, Standing, Store, Verdict

if TYPE_CHECKING:
    from arena.metrics.agreement import Agreement

log = logging.getLogger(__name__)

REASONS: Mapping[Reason, str] = {
    "not_minimal": "not minimal: more than one detail differs",
    "caption_false": "a caption is false of its image",
    "artefact": "the edit can be seen",
    "unsafe": "unsafe to show",
    "duplicate": "the same pair is here already",
    "harmful": "illegal, private or hateful",
}
"""Why a pair may be rejected or flagged."""


@dataclass(frozen=True)
class ReviewerAgreement:
    """How far reviewers agree on what to accept, beyond chance."""

    reviews: int
    """Verdicts that count at present."""
    reviewers: int
    alpha: "Agreement"
    """Krippendorff's alpha over pairs that two reviewers at least have judged; `items` says how many those are."""
    kappa: "Agreement | None"
    """Cohen's kappa; only where there are exactly two reviewers."""


def review(
    store: Store,
    generation_id: str,
    reviewer: str,
    verdict: Verdict,
    reason: Reason | None = None,
    *,
    required: int = REVIEWERS,
) -> Standing:
    """Keep what a reviewer says of a pair, in place of what the same one said of it before. Gives where it stands now.

    Of a pair in play, a rejection is a flag, which changes nothing else, and an accept is nothing. `HIDING_FLAGS` reviewers who
    flag it as harmful hide it.

    Raises:
        GenerationError: there is nothing to review, the reviewer proposed it, or a rejection gives no reason.
    """
    standing = _reviewable(store, generation_id, required)
    if standing.record.proposer == reviewer:
        raise GenerationError(f"review: reviewer: proposed {generation_id}; others have to review it")
    if verdict not in ("accept", "reject"):
        raise GenerationError(f"review: verdict: {verdict!r} is none; use accept or reject")
    if verdict == "reject" and reason not in REASONS:
        raise GenerationError(f"review: reason: {reason!r} is none; reject with one of {', '.join(get_args(Reason))}")
    if verdict == "accept" and reason is not None:
        raise GenerationError(f"review: reason: an accept has none, but {reason!r} was given; reject, or leave it out")
    if store.generations.add_review(ReviewRecord(generation_id, reviewer, verdict, reason), required) == "flag":
        log.warning("%s: a reviewer flags this pair, which is in play, as %s", generation_id, reason)
        hide_harmful(store)
    return _known(store, generation_id)


def hide_harmful(store: Store) -> None:
    """Hide what enough reviewers flag as harmful, until the operator decides."""
    if harmful := store.generations.flagged_as_harmful():
        store.takedowns.hide(harmful, by="reviewers", reason=f"flagged as {REASONS['harmful']}")


def undo(store: Store, reviewer: str, *, required: int = REVIEWERS) -> str | None:
    """Take back what this reviewer said last; again, what was said before that. Gives the generation; None if none is left.

    What has taken effect stays, and is passed over.
    """
    for said in reversed(store.generations.reviews(reviewer=reviewer)):
        undone = "unflagged" if said.verdict == "flag" else "undone"
        if _known(store, said.generation_id).kept_as(undone, required) == undone:
            store.generations.add_review(ReviewRecord(said.generation_id, reviewer, undone), required)
            return said.generation_id
    return None


def agreement(store: Store, *, rounds: int = 1000) -> ReviewerAgreement:
    """How far reviewers agree, with 95 % intervals that resample families.

    Args:
        store: holds the reviews.
        rounds: bootstrap draws.
    """
    from arena.metrics.agreement import Agreement, cohen_kappa, krippendorff_alpha  # noqa: PLC0415 - takes seconds

    verdicts = [one for one in store.generations.reviews() if one.verdict != "flag"]
    said = {(one.reviewer, one.generation_id): one.verdict for one in verdicts}
    family = {standing.record.id: standing.record.family for standing in store.generations.standings()}
    reviewers = sorted({reviewer for reviewer, _ in said})
    items = sorted({generation_id for _, generation_id in said})
    ratings = [[said.get((reviewer, item)) for item in items] for reviewer in reviewers]
    families = [family[item] for item in items]
    if not said:
        return ReviewerAgreement(0, 0, Agreement(None, None, None, 0, 0, "nobody has reviewed anything"), None)
    alpha = krippendorff_alpha(ratings, families, rounds=rounds)
    kappa = cohen_kappa(ratings[0], ratings[1], families, rounds=rounds) if len(ratings) == 2 else None
    return ReviewerAgreement(len(said), len(reviewers), alpha, kappa)


def _reviewable(store: Store, generation_id: str, required: int) -> Standing:
    standing = _known(store, generation_id)
    if not standing.record.passed:
        raise GenerationError(f"review: {generation_id} did not pass the gate; make another one")
    if standing.down is not None:
        raise GenerationError(f"review: {generation_id} was {standing.down}; review another one")
    if standing.retired is not None:
        raise GenerationError(f"review: {generation_id} was retired ({standing.retired}); review another one")
    if standing.state(required) == "rejected":
        raise GenerationError(f"review: {generation_id} was rejected for good; review another one")
    return standing


def _known(store: Store, generation_id: str) -> Standing:
    standing = store.generations.get(generation_id)
    if standing is None or standing.record.error is not None:
        raise GenerationError(f"review: there is no pair {generation_id!r}; see the pending ones")
    return standing
