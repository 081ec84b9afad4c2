"""The generate page: a source, what shall be true of it instead, the edit by a diffusers pipeline, and what the gate says."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gradio as gr

from arena.errors import InputError
from arena.generation.outcomes import Generated
from arena.generation.workshop import Step, Workshop
from arena.images import Picture
from arena.ui import words
from arena.ui.battle_view import pair_html
from arena.ui.fresh_view import compare_html, gate_html, making_html, step_html, verdict_html
from arena.ui.identity import person
from arena.ui.markup import error_html
from arena.ui.newest import Newest
from arena.ui.parts import INTERNAL, USABLE_AGAIN, Updates, choice, html, line_for_visitors
from arena.ui.shares import GENERATIONS, REVIEWS
from arena.ui.sign_in import AccountLine
from arena.ui.source_form import TRY_AGAIN, SourceForm
from arena.ui.uploads import Uploads
from arena.ui.visitor_queue import counted_as

LEAD = """<h1>Generate</h1>
<p class="lead">Change one detail of a picture, and have a pair that no model has seen. A gate checks it, people review it, the
arena plays it.</p>"""
SEEDS = range(2**32)
"""What the generators of noise take."""
KEPT = 64
"""Results that wait to be sent to review; the oldest go first."""


class GeneratePage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, workshop: Workshop, uploads: Uploads) -> None:
        self.workshop = workshop
        self.form = SourceForm(workshop, uploads)
        self._results: Newest[tuple[str, str], Generated] = Newest(KEPT)
        html(LEAD, elem_classes="text")
        self.account = AccountLine("generate")
        self.form.choose()
        with gr.Row(elem_id="edit"):
            with gr.Column(elem_id="edit-source"):
                self.form.show_picture()
            with gr.Column(elem_id="edit-form"):
                self.form.ask()
                self._lay_out_editor()
        self.pair = html(elem_id="pair")
        self._lay_out_result()
        self.made, self.region, self.browser = (gr.Textbox(visible="hidden") for _ in range(3))

    def connect(self, page: gr.Blocks) -> None:
        """Tie the form and the opening of `page` to what they do."""
        self.account.connect(page)
        self.form.connect(page, self.browser)
        page.load(self.show_editors, None, [self.editor, self.strength], **INTERNAL)
        self.editor.select(self.show_strength, [self.editor], [self.strength], **INTERNAL)
        # Gradio hands values over in the order in which components were made; the last two are known to the browser alone.
        given = self.form.fields | {self.editor, self.seed, self.strength, self.region, self.browser}
        shown = [self.go, self.progress, self.pair, self.comparison, self.verdict, self.gate, self.made, self.send, self.sent]
        told = {"js": "window.freshPairs.asked", **INTERNAL, **counted_as(GENERATIONS)}
        generated = self.go.click(self.generate, given, shown, **told)
        generated.then(js="() => window.freshPairs.made()", **INTERNAL)
        generated.failure(None, None, [self.go, self.progress], js=USABLE_AGAIN, **INTERNAL)
        sender = "(made) => [made, window.freshPairs.browser()]"
        told = {"js": sender, **INTERNAL, **counted_as(REVIEWS)}
        self.send.click(self.send_to_review, [self.made, self.browser], [self.send, self.sent], **told)

    def drop(self, which: Callable[[Picture], bool]) -> None:
        """Keep no result any more with a picture for which this holds."""
        self._results.drop(lambda generated: any(which(side.picture) for side in generated.pair.sides))

    def show_editors(self) -> Updates:
        """Which editors there are, and what the first of them takes."""
        names = [card.name for card in self.workshop.editors()]
        first = names[0] if names else ""
        return {self.editor: gr.update(choices=names, value=first), **self.show_strength(first)}

    def show_strength(self, editor: str) -> Updates:
        """Strength, where the editor takes it."""
        takes = any(card.takes_strength for card in self.workshop.editors() if card.name == editor)
        return {self.strength: gr.update(visible=takes)}

    def generate(self, given: Mapping[Any, Any], profile: gr.OAuthProfile | None) -> Iterator[Updates]:
        """Make a pair, and tell how far it is."""
        yield {**self._cleared(), self.go: gr.update(interactive=False), self.progress: making_html("Asking …", 0)}
        try:
            proposer = person(given[self.browser], profile)
            proposal = self.form.proposal(given, given[self.region], given[self.browser])
            for told in self.workshop.generate(proposal, read_seed(given[self.seed]), **self._called_with(given)):
                if isinstance(told, Step):
                    yield {self.progress: step_html(told, unsafe=proposal.label == "unsafe")}
                else:
                    yield self._made(told, proposer)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            yield {self.progress: error_html(line_for_visitors(error, TRY_AGAIN)), self.go: gr.update(interactive=True)}

    def send_to_review(self, made: str, browser: str, profile: gr.OAuthProfile | None) -> Updates:
        """Give what was just made to the reviewers."""
        try:
            proposer = person(browser, profile)
            generated = self._results.get((made, proposer))
            if generated is None:
                raise InputError("result: it is no longer here; generate it again, the same seed gives the same")
            self.workshop.send_to_review(generated, proposer)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return {self.sent: error_html(line_for_visitors(error, TRY_AGAIN))}
        accepts = words.count(self.workshop.required, "accept")
        line = f"Sent. It is played after {accepts} by reviewers; until then nobody else sees it."
        return {self.send: gr.update(visible=False), self.sent: f"<p data-announce>{line}</p>"}

    def _called_with(self, given: Mapping[Any, Any]) -> dict[str, Any]:
        """Editor and strength; only an editor of the list may be called, for others would be downloaded."""
        name = given[self.editor]
        card = next((card for card in self.workshop.editors() if card.name == name), None)
        if name and card is None:
            raise InputError(f"editor: there is no {name!r} here; choose one of the list")
        strength = given[self.strength] if card and card.takes_strength else None
        return {"editor": card.reference if card else None, "strength": strength}

    def _made(self, generated: Generated, proposer: str) -> Updates:
        self._results.add((generated.order.id, proposer), generated)
        return {
            self.go: gr.update(interactive=True),
            self.progress: making_html("Done: the pair is below", 1),
            self.pair: pair_html(generated.pair),
            self.comparison: compare_html(generated),
            self.verdict: verdict_html(generated.report),
            self.gate: gate_html(generated.report.as_json()),
            self.made: generated.order.id,
            self.send: gr.update(visible=generated.report.passed),
        }

    def _cleared(self) -> Updates:
        empty = dict.fromkeys((self.pair, self.comparison, self.verdict, self.gate, self.made, self.sent), "")
        return {**empty, self.send: gr.update(visible=False)}

    def _lay_out_editor(self) -> None:
        with gr.Row(elem_classes="short"):
            self.editor = choice("Editor")
            self.seed = gr.Number(0, label="Seed", precision=0, min_width=90)  # with bounds, Gradio would complain all over
        self.strength = gr.Slider(0.05, 1, 1, step=0.05, label="Strength", visible=False)
        self.go = gr.Button("Generate", elem_id="generate", size="sm")
        self.progress = html(elem_id="making")

    def _lay_out_result(self) -> None:
        with gr.Row(elem_id="checked"):
            self.comparison = html()
            with gr.Column():
                self.verdict = html(elem_id="verdict")
                self.send = gr.Button("Send to review", elem_id="send", visible=False, size="sm")
                self.sent = html(elem_id="sent")
                self.gate = html()


def read_seed(given: float | None) -> int:
    """The seed that a visitor gave; 0 for an empty field.

    Raises:
        InputError: there is no such seed.
    """
    if given is None:
        return 0
    if given not in SEEDS:
        raise InputError(f"seed: {given:g} is none; give a whole number from 0 to {SEEDS[-1]}")
    return int(given)
