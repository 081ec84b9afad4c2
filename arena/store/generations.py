"""What the store knows of generated pairs: attempts, reviews, retirements, and who must not play on them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from arena.images import Picture
from arena.pairs import MinimalPair
from arena.store import generation_facts
from arena.store.evaluations import Reads, Writes
from arena.store.generation_records import (
    HIDING_FLAGS,
    REVIEWERS,
    GenerationRecord,
    PairInPlay,
    ReviewRecord,
    Standing,
    Verdict,
)
from arena.store.picture_files import PictureFiles


class Generations:
    """Generated pairs in one store; any thread may call anything."""

    def __init__(self, write: Writes, read: Reads, keep: Callable[[Iterable[Picture]], None], pictures: PictureFiles) -> None:
        self._write = write
        self._read = read
        self._keep = keep
        self._pictures = pictures

    def add(
        self,
        records: Sequence[GenerationRecord],
        pairs: Sequence[MinimalPair] = (),
        sources: Iterable[Picture] = (),
    ) -> int:
        """Keep attempts with their pairs and the images they were made of in one commit, and say how many were new.

        Images are on disk before a row names them. What has succeeded before is left as it is.
        """
        self._keep([*sources, *(side.picture for pair in pairs for side in pair.sides)])
        return self._write(generation_facts.add_generations, (records, pairs))

    def done(self, ids: Iterable[str]) -> set[str]:
        """Which of these requests have been carried out; a failed attempt does not count."""
        return self._read(generation_facts.done, list(ids))

    def get(self, generation_id: str) -> Standing | None:
        """Where this generation stands; None where it is unknown."""
        return next(iter(self._read(generation_facts.standings, [generation_id])), None)

    def of_pair(self, pair_id: str) -> str | None:
        """Id of the generation that this pair came out of; None where it came from elsewhere."""
        return self._read(generation_facts.generation_of_pair, pair_id)

    def standings(self) -> list[Standing]:
        """All generations, the oldest first; failed ones too."""
        return self._read(generation_facts.standings, None)

    def pending(self, reviewer: str, required: int) -> list[Standing]:
        """What this reviewer may still judge, the oldest first: neither proposed nor judged by the same person.

        Args:
            reviewer: whose turn it is.
            required: distinct reviewers that a verdict needs.
        """
        judged = {review.generation_id for review in self.reviews(reviewer=reviewer)}
        return [
            standing
            for standing in self.standings()
            if standing.state(required) == "pending"
            and standing.record.proposer != reviewer
            and standing.record.id not in judged
        ]

    def pairs_in_play(self, required: int) -> list[PairInPlay]:
        """Generated pairs that battles may draw, where a verdict needs that many distinct reviewers."""
        return self._read(generation_facts.pairs_in_play, required)

    def revision(self) -> object:
        """Something that changes with every generation, review, retirement and takedown."""
        return self._read(generation_facts.revision)

    def add_review(self, review: ReviewRecord, required: int = REVIEWERS) -> Verdict | None:
        """Keep what a reviewer says; the last word of each reviewer counts.

        Args:
            review: what is said. Of a pair in play a rejection is kept as a flag.
            required: distinct reviewers that a verdict needs.

        Returns:
            What it was kept as; None where it changes nothing, since the pair is settled.

        Raises:
            StoreError: the generation is unknown.
        """
        return self._write(generation_facts.add_review, (review, required))

    def reviews(self, generation_id: str | None = None, reviewer: str | None = None) -> list[ReviewRecord]:
        """What reviewers say at present, in the order they said it; what was undone is left out."""
        return self._read(generation_facts.reviews, generation_id, reviewer)

    def flagged_as_harmful(self) -> list[str]:
        """Ids of what `HIDING_FLAGS` reviewers flag as harmful, and the operator has not decided on since."""
        return self._read(generation_facts.flagged_as_harmful, HIDING_FLAGS)

    def retire(self, generation_id: str, reason: str) -> None:
        """Let the pair be drawn no more; its battles stay.

        Raises:
            StoreError: the generation is unknown.
        """
        self._write(generation_facts.retire, (generation_id, reason))

    def source(self, record: GenerationRecord) -> Picture:
        """The image that was edited.

        Raises:
            StoreError: its file is missing or cannot be read.
        """
        return self._pictures.read(record.source)

    def image_file(self, digest: str) -> Path:
        """Where the image with this digest lies."""
        return self._pictures.located(digest)

    def sources_made_of(self, source: str) -> set[str]:
        """Digests of the sides that show this source, in all pairs that were made of it.

        Args:
            source: digest of the image that was edited.
        """
        return self._read(generation_facts.sources_made_of, source)

    def image_hashes(
        self, method: str, hash_of: Callable[[Picture], str], computed: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Digest -> perceptual hash of all images of all pairs, without pairs that the gate or reviewers rejected.

        Args:
            method: names the hash and its version; hashes are computed once for each method, and kept.
            hash_of: computes one.
            computed: digest -> hash of images for which that was done elsewhere.
        """
        found = self._read(generation_facts.images_of_pairs, method)
        computed = computed or {}
        unknown = [digest for digest, known in found if known is None]
        fresh = {digest: computed.get(digest) or hash_of(self._pictures.read(digest)) for digest in unknown}
        if fresh:
            self._write(generation_facts.add_image_hashes, [(digest, method, value) for digest, value in fresh.items()])
        return {digest: fresh[digest] if known is None else known for digest, known in found}
