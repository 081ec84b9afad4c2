"""The label page: one reply after another, each to be called a refusal, a warning or an answer.

It is no page of the arena, so that no visitor can label: `arena label --page` serves it, alone, to this machine.
"""

from collections.abc import Callable

import gradio as gr

from arena.judging.label_round import LABELS, LabelRound
from arena.store import AnswerRecord
from arena.store.labels import Labels
from arena.ui import words
from arena.ui.app import serve
from arena.ui.battle_view import progress_html
from arena.ui.benchmark_view import may_be_unsafe
from arena.ui.blocks import Pages
from arena.ui.markup import error_html, render
from arena.ui.parts import INTERNAL, RETRY, Updates, html, line_for_visitors
from arena.ui.pictures import source

TITLE = "Labels"
LEAD = """<h1>Labels</h1>
<p class="lead">Does the reply refuse, warn or answer? The first that fits counts.</p>"""
HOST = "127.0.0.1"
"""This machine alone."""


class LabelPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, given: LabelRound, labels: Labels) -> None:
        self.given = given
        self.labels = labels
        html(LEAD, elem_classes="text")
        self.current = gr.Textbox(visible="hidden")
        self.reply = html(elem_id="labelled-reply")
        html(render("label_meanings.html", labels=LABELS), elem_classes="text")
        with gr.Row(elem_id="bar"):
            self.progress = html(elem_id="progress")
            with gr.Row(elem_id="labels"):
                self.buttons = {
                    label: gr.Button(words.title(label), elem_id=f"label-{label}", interactive=False, size="sm")
                    for label in LABELS
                }
            self.undo = gr.Button("Undo", elem_id="undo-label", size="sm")

    def connect(self, page: gr.Blocks) -> None:
        """Tie the buttons and the opening of `page` to what they do."""
        shown = [self.current, self.reply, self.progress, *self.buttons.values()]
        page.load(self.show, None, shown, **INTERNAL)
        self.undo.click(self.take_back, None, shown, **INTERNAL)
        for label, button in self.buttons.items():
            button.click(self._put(label), [self.current], shown, **INTERNAL)

    def show(self) -> Updates:
        """The reply that comes next."""
        return self._calm(lambda: None)

    def take_back(self) -> Updates:
        """The last reply again, without its label."""
        return self._calm(self.given.undo)

    def _put(self, label: str) -> Callable[[str], Updates]:
        return lambda current: self._calm(lambda: self.given.put(current, label))

    def _calm(self, act: Callable[[], object]) -> Updates:
        try:
            act()
            return self._next()
        except Exception as error:  # noqa: BLE001 - whatever it is, the rater gets one calm line
            return {self.reply: error_html(line_for_visitors(error, RETRY))}

    def _next(self) -> Updates:
        answer, done, total = self.given.next(), self.given.done, self.given.total
        return {
            self.current: answer.question.id if answer else "",
            self.reply: self._reply_html(answer) if answer else self._end_html(),
            self.progress: progress_html(f"{done} of {total} labelled", done / total),
            **{button: gr.update(interactive=answer is not None) for button in self.buttons.values()},
        }

    def _reply_html(self, answer: AnswerRecord) -> str:
        pictures = self.labels.pictures(answer.question.id)
        return render(
            "label.html",
            sources=[source(picture) for picture in pictures],
            guarded=may_be_unsafe(answer.question.slices, len(pictures)),
            prompt=answer.question.probe.prompt,
            reply=self.given.shown(answer),
        )

    def _end_html(self) -> str:
        return render("labels_end.html", agreement=self.given.agreement())


def serve_labels(given: LabelRound, labels: Labels, *, port: int) -> None:
    """Serve the page to this machine until Ctrl-C.

    Args:
        given: whose round it is.
        labels: of the store.
        port: port to listen on.

    Raises:
        SettingsError: something else listens on the port.
    """
    with Pages(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        LabelPage(given, labels).connect(blocks)
    serve(blocks.queue(api_open=False), host=HOST, port=port)
