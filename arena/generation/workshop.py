"""The workshop: everything that pages do with fresh pairs, from a proposal to a review. Models load when they are needed."""

import logging
import queue
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from PIL import Image

from arena.errors import EditorError, GenerationError, InputError, StoreError
from arena.generation import reviewing
from arena.generation.carrying_out import Judges, judge
from arena.generation.history import History, history
from arena.generation.makers import EditorMaker
from arena.generation.opening import editor_reference, open_editor, open_gate
from arena.generation.orders import Order
from arena.generation.outcomes import Failed, Generated, keep
from arena.generation.reviewing import ReviewerAgreement
from arena.generation.waiting_line import WaitingLine
from arena.generators.editor_repository import SHIPPED, check_editor
from arena.generators.framing import WHOLE
from arena.generators.proposals import SCENE_SEEDS, Proposal, check_proposal, pair_proposals, scene_proposals
from arena.generators.scenes import FAMILIES
from arena.images import Picture
from arena.models.runtime import step_back
from arena.pairs import Box, Domain, MinimalPair
from arena.settings import Settings
from arena.store import Reason, Reported, Standing, Store, Verdict

log = logging.getLogger(__name__)

Stage = Literal["waiting", "loading", "editing", "judging"]
WAITING = 8
"""How many may wait for their pair while another is made."""


@dataclass(frozen=True)
class Step:
    """How far a generation is."""

    stage: Stage
    ahead: int = 0
    """While waiting: how many pairs come first."""
    done: int = 0
    total: int = 1
    preview: Image.Image | None = None
    """While editing: what the square around the region looks like so far, where the pipeline can show it."""


@dataclass(frozen=True)
class EditorCard:
    """An editor to choose."""

    reference: str
    """What `generate` takes."""
    name: str
    pipeline: str
    licence: str
    takes_strength: bool
    reads_instructions: bool
    """Otherwise it paints in the region what the caption says."""


class Workshop:
    """Fresh pairs in one arena. Any number of threads may call it; one pair is made at a time.

    Args:
        store: where pairs, reviews and their provenance are kept.
        settings: of the arena: which editor, how many accepts.
        pairs: known pairs whose sides may be edited.
    """

    def __init__(self, store: Store, settings: Settings, pairs: Sequence[MinimalPair] = ()) -> None:
        self._pairs = tuple(pairs)
        self._store = store
        self._settings = settings
        self._line = WaitingLine(WAITING)
        self._editor: tuple[str, EditorMaker] | None = None
        self._gate: Judges | None = None
        self._cards = cache(_card)
        reviewing.hide_harmful(store)  # a kill may have come between the last flag and what follows from it

    @property
    def pairs(self) -> tuple[MinimalPair, ...]:
        """Known pairs whose sides may be edited: none that was taken down."""
        return tuple(pair for pair in self._pairs if not self._store.takedowns.is_down(pair.id))

    @property
    def required(self) -> int:
        """Distinct reviewers that a verdict needs."""
        return self._settings.accepts

    def editors(self) -> tuple[EditorCard, ...]:
        """Those that can be used: the one of the settings first, then those that ship."""
        shipped = sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in SHIPPED.glob("*/*/model_index.json"))
        references = dict.fromkeys((editor_reference(self._settings), *shipped))
        cards: list[EditorCard] = []
        for reference in references:
            try:
                cards.append(self._cards(reference))
            except EditorError:  # said in full when it is asked to edit
                continue
        return tuple(cards)

    def propose_twin(self, pair: MinimalPair, side: Literal[0, 1]) -> Proposal:
        """Edit this side of a known pair so that it shows what the other side does."""
        (proposal,) = pair_proposals([pair], side=side)
        return proposal

    def scene_number(self, family: str | None = None) -> int:
        """Number of a random scene, of this family if one is named.

        Raises:
            InputError: there is no such family.
        """
        if family not in (None, *FAMILIES):
            raise InputError(f"family: there is no {family!r}; choose from {', '.join(FAMILIES)}")
        number = random.randrange(len(SCENE_SEEDS) - len(FAMILIES))
        if family is not None:  # families take turns by number
            number += [*FAMILIES].index(family) - number % len(FAMILIES)
        return number

    def propose_scene(self, number: int | None = None) -> Proposal:
        """Edit a freshly drawn scene that no model has seen; by default a random one."""
        return next(scene_proposals(self.scene_number() if number is None else number, 1))

    def propose_upload(
        self,
        picture: Picture,
        *,
        source_caption: str,
        caption: str,
        instruction: str,
        domain: Domain,
        source_label: str = "",
        label: str = "",
        region: Box = WHOLE,
        request: str | None = None,
        origin: Mapping[str, str] | None = None,
    ) -> Proposal:
        """Edit an uploaded image.

        Args:
            picture: what `arena.images.read_picture` made of the file.
            source_caption: what is true of it.
            caption: what shall be true after the edit.
            instruction: what to change.
            domain: `safety`, `culture` or `general`.
            source_label: `safe` or `unsafe` in the safety domain, the name of a culture or practice in the culture domain.
            label: that of the edited image.
            region: where it may change, as fractions.
            request: safety only: fine for the safe image, to be declined or warned about for the unsafe one.
            origin: what else its provenance tells, such as what was agreed to.

        Raises:
            InputError: a text or the region cannot be used.
        """
        proposal = Proposal(
            source=picture,
            source_caption=source_caption,
            source_label=source_label,
            caption=caption,
            label=label,
            instruction=instruction,
            region=region,
            family=f"picture-{picture.digest[:16]}",
            domain=domain,
            category="photographs",
            request=request,
            origin={"proposed_by": "upload", **(origin or {})},
            side=1 if source_label == "unsafe" else 0,
        )
        check_proposal(proposal, "upload")
        return proposal

    def generate(
        self, proposal: Proposal, seed: int, *, editor: str | None = None, strength: float | None = None
    ) -> Iterator[Step | Generated]:
        """Make and judge a pair, and tell how far it is; the last thing told is the pair with its report. Nothing is kept.

        Whoever stops listening ends the edit after its current step.

        Args:
            proposal: what to edit; texts may have been changed since it was proposed.
            seed: of the noise.
            editor: reference of an editor; by default that of the settings.
            strength: how much may change, above 0 to 1, for inpainting.

        Raises:
            InputError: the proposal can make no pair, or its source was removed here.
            EditorError: the editor cannot be used, or the edit failed.
            GenerationError: the edit changed nothing, the gate failed, or too many wait already.
        """
        check_proposal(proposal)
        self._refuse_removed(proposal.source)
        told: queue.SimpleQueue[Step | Generated | BaseException] = queue.SimpleQueue()
        left = threading.Event()
        work = (proposal, seed, editor_reference(self._settings, editor), strength, told, left)
        threading.Thread(target=self._make, args=work, name="workshop", daemon=True).start()
        try:
            while True:
                event = told.get()
                if isinstance(event, BaseException):
                    raise event
                yield event
                if isinstance(event, Generated):
                    return
        finally:
            left.set()

    def send_to_review(self, generated: Generated, proposer: str) -> str:
        """Keep a pair that passed the gate, for others to review. Gives its id; the same pair again changes nothing.

        Raises:
            GenerationError: it did not pass.
            InputError: a picture of it was removed here.
        """
        if not generated.report.passed:
            words = "; ".join(score.words for score in generated.report.failed()) or "see its scores"
            raise GenerationError(f"{generated.order.id}: did not pass the gate ({words}); change the edit or its seed")
        self._refuse_removed(*(side.picture for side in generated.pair.sides))
        keep(self._store, [generated], proposer)
        return generated.order.id

    def pending(self, reviewer: str) -> list[Standing]:
        """What this reviewer may judge, the oldest first: nothing that the same person proposed or has judged."""
        return self._store.generations.pending(reviewer, self.required)

    def review(self, generation_id: str, reviewer: str, verdict: Verdict, reason: Reason | None = None) -> Standing:
        """Keep what a reviewer says of a pair, in place of what the same one said of it before. Gives where it stands now.

        Of a pair in play, a rejection is a flag, which changes nothing else, and an accept is nothing.

        Raises:
            GenerationError: there is nothing to review, the reviewer proposed it, or a rejection gives no reason.
        """
        return reviewing.review(self._store, generation_id, reviewer, verdict, reason, required=self.required)

    def undo(self, reviewer: str) -> str | None:
        """Take back what this reviewer said last, unless it has taken effect, and give its generation; None if none is left."""
        return reviewing.undo(self._store, reviewer, required=self.required)

    def agreement(self) -> ReviewerAgreement:
        """How far reviewers agree beyond chance."""
        return reviewing.agreement(self._store)

    def provenance(self, generation_id: str) -> History:
        """How a pair came to be and what was said of it.

        Raises:
            GenerationError: there is no such generation, or it was taken down.
        """
        known = history(self._store, generation_id)
        if known.standing.down is not None:
            raise GenerationError(f"{generation_id}: was removed by whoever runs this arena; review another one")
        return known

    def reports(self) -> list[Reported]:
        """What visitors reported, and nobody has decided yet, the oldest first."""
        return self._store.takedowns.reports(open_only=True)

    def reported_picture(self, digest: str) -> Picture | None:
        """A picture that was reported; None where it cannot be shown."""
        try:
            return self._store.takedowns.picture(digest)
        except StoreError:
            return None

    def _refuse_removed(self, *pictures: Picture) -> None:
        if not all(self._store.takedowns.shows(picture.digest) for picture in pictures):
            raise InputError("picture: was removed by whoever runs this arena; choose another one")

    def _make(
        self,
        proposal: Proposal,
        seed: int,
        editor: str,
        strength: float | None,
        told: "queue.SimpleQueue[Step | Generated | BaseException]",
        left: threading.Event,
    ) -> None:
        """Make one pair, in a thread of its own, so that whoever listens may go away."""

        def tell(step: Step) -> None:
            if left.is_set():
                raise _Left
            told.put(step)

        def preview(done: int, total: int, seen: Sequence[Image.Image]) -> None:
            tell(Step("editing", done=done, total=total, preview=seen[0] if seen else None))

        try:
            with self._line.turn(lambda ahead: tell(Step("waiting", ahead))):
                step_back()
                tell(Step("loading"))
                maker, gate = self._maker(editor), self._judges()
                order = Order(proposal, seed, maker.tool, strength)
                (edit,) = maker.make([order], preview)
                tell(Step("judging"))
                (outcome,) = judge(self._store, gate, [(order, order.pair(edit))])
            told.put(GenerationError(outcome.error) if isinstance(outcome, Failed) else outcome)
        except _Left:
            log.info("an edit was left")
        except BaseException as error:  # noqa: BLE001 - raised where somebody listens
            told.put(error)

    def _maker(self, reference: str) -> EditorMaker:
        """The editor, loaded; only the last one stays in memory."""
        if self._editor is None or self._editor[0] != reference:
            self._editor = None
            self._editor = (reference, open_editor(reference))
        return self._editor[1]

    def _judges(self) -> Judges:
        self._gate = self._gate or open_gate(self._settings)
        return self._gate


class _Left(Exception):
    """Nobody listens any more."""


def _card(reference: str) -> EditorCard:
    report = check_editor(reference)
    kind = report.kind
    instructed = kind.mode == "instruction"
    return EditorCard(reference, report.repository, kind.pipeline, kind.licence, kind.takes_strength, instructed)
