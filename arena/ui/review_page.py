"""The review page: pairs that the gate let pass, one after another, each to be accepted or rejected with a reason."""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup

from arena.generation.reviewing import REASONS
from arena.generation.workshop import Workshop
from arena.store import Reason, Standing, State, Verdict
from arena.ui import words
from arena.ui.battle_view import pair_html, progress_html
from arena.ui.fresh_view import agreement_line, gate_html, provenance_html
from arena.ui.markup import error_html
from arena.ui.parts import INTERNAL, RETRY, Updates, html, line_for_visitors
from arena.ui.reports import reports_html
from arena.ui.reviewers import NotReviewer, Reviewers
from arena.ui.shares import REVIEWS
from arena.ui.sign_in import AccountLine
from arena.ui.visitor_queue import counted_as

LEAD = """<h1>Review</h1>
<p class="lead">Do the two pictures differ in one detail, and is each caption true of its own?</p>"""
EMPTY = """<div class="empty"><p>No pair waits for your review.</p>
<p><a href="generate">Make one</a>, for others to review; nobody reviews their own.</p></div>"""
CLOSED = Markup('<div class="empty closed"><p>{}</p></div>')
"""What somebody sees who may not review."""
BUTTONS: dict[Reason, str] = {
    "not_minimal": "Not minimal",
    "caption_false": "Caption false",
    "artefact": "Edit visible",
    "unsafe": "Unsafe to show",
    "duplicate": "Duplicate",
    "harmful": "Illegal, private, hateful",
}
"""Reason -> what its button says. Keys are in page.js."""


TOLD: dict[State, str] = {
    "in-play": "In play: to reject it is to flag it",
    "rejected": "Rejected for good",
    "retired": "Retired",
}
"""What is said of a pair that the address names, where it is not pending."""


class ReviewPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, workshop: Workshop, reviewers: Reviewers) -> None:
        self.workshop = workshop
        self.reviewers = reviewers
        html(LEAD, elem_classes="text")
        self.account = AccountLine("review")
        self.current, self.browser, self.token = (gr.Textbox(visible="hidden") for _ in range(3))
        self.pair = html('<div class="pair waiting"><div class="pictures"><i></i><i></i></div></div>', elem_id="pair")
        with gr.Row(elem_id="told"):
            self.provenance, self.gate = html(), html(elem_id="gate")
        self.agreement = html(elem_id="agreement")
        with gr.Row(elem_id="bar"):
            self.progress = html(elem_id="progress")
            with gr.Row(elem_id="verdicts"):
                self.accept = gr.Button("Accept", elem_id="accept", interactive=False, size="sm")
                self.rejects: dict[Reason, gr.Button] = {
                    reason: gr.Button(BUTTONS[reason], elem_id=f"reject-{reason}", interactive=False, size="sm")
                    for reason in REASONS
                }
            self.undo = gr.Button("Undo", elem_id="undo-review", size="sm")
            self.skip = gr.Button("Next", elem_id="skip-pair", interactive=False, size="sm")

    def connect(self, page: gr.Blocks) -> None:
        """Tie the buttons and the opening of `page` to what they do."""
        self.account.connect(page)
        given = [self.current, self.browser, self.token]
        shown = [self.current, self.pair, self.provenance, self.gate, self.progress, *self._judging()]
        told = {"js": "window.freshPairs.judged", **INTERNAL, **counted_as(REVIEWS)}
        opening = {"js": "window.freshPairs.reviewing", **INTERNAL, **counted_as(REVIEWS)}
        opened = page.load(self.open, given, shown, **opening)
        opened.then(js="() => window.freshPairs.shown()", **INTERNAL)
        agreed: dict[str, Any] = {"js": "window.freshPairs.reviewer", **INTERNAL}
        opened.then(self.show_agreement, [self.browser, self.token], [self.agreement], **agreed)
        answers = {self.accept: self._judge("accept", None), self.undo: self.take_back, self.skip: self.show}
        answers |= {button: self._judge("reject", reason) for reason, button in self.rejects.items()}
        for button, answer in answers.items():
            answered = button.click(answer, given, shown, **told)
            answered.then(js="() => window.freshPairs.shown()", **INTERNAL)
            if button is not self.skip:
                answered.then(self.show_agreement, [self.browser, self.token], [self.agreement], **agreed)

    def open(self, pair: str, browser: str, token: str, profile: gr.OAuthProfile | None, request: gr.Request | None) -> Updates:
        """The pair that the page's address names, such as one in play that shall be flagged; or else the first that waits."""
        if not pair:
            return self.show(pair, browser, token, profile, request)
        try:
            self.reviewers.reviewer(browser, token, profile, request)
            standing = self.workshop.provenance(pair).standing
            return self._shown(standing.record.id, TOLD.get(standing.state(self.workshop.required), ""))
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return self._stopped(error)

    def show(
        self, current: str, browser: str, token: str, profile: gr.OAuthProfile | None, request: gr.Request | None
    ) -> Updates:
        """The first pair that waits for this reviewer; after `current`, the one that follows it."""
        try:
            line = following(current, self.workshop.pending(self.reviewers.reviewer(browser, token, profile, request)))
            return self._first(line, f"{words.count(len(line), 'pair')} to review")
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return self._stopped(error)

    def take_back(
        self, current: str, browser: str, token: str, profile: gr.OAuthProfile | None, request: gr.Request | None
    ) -> Updates:
        """Take back the last verdict of this reviewer that has not taken effect, and show its pair again."""
        try:
            undone = self.workshop.undo(self.reviewers.reviewer(browser, token, profile, request))
            if undone is None:
                return {self.current: current, self.progress: progress_html("There is nothing to take back", 1)}
            return self._shown(undone, "Taken back")
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return self._stopped(error)

    def show_agreement(self, browser: str, token: str, profile: gr.OAuthProfile | None, request: gr.Request | None) -> str:
        """How far reviewers agree, and what visitors reported; told to reviewers alone."""
        try:
            self.reviewers.reviewer(browser, token, profile, request)
            reports = reports_html(self.workshop.reports(), self.workshop.reported_picture)
            return f"<p>{agreement_line(self.workshop.agreement())}</p>{reports}"
        except NotReviewer:
            return ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return error_html(line_for_visitors(error, RETRY))

    def _judge(self, verdict: Verdict, reason: Reason | None) -> Callable[..., Updates]:
        def judge(
            current: str, browser: str, token: str, profile: gr.OAuthProfile | None, request: gr.Request | None
        ) -> Updates:
            try:
                reviewer = self.reviewers.reviewer(browser, token, profile, request)
                line = following(current, self.workshop.pending(reviewer))
                standing = self.workshop.review(current, reviewer, verdict, reason)
                return self._first([one for one in line if one != current], self._said(verdict, standing))
            except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
                gr.Warning(line_for_visitors(error, RETRY), title="")
                return {self.current: current}

        return judge

    def _said(self, verdict: Verdict, standing: Standing) -> str:
        state = standing.state(self.workshop.required)
        if verdict == "accept":
            return (
                "Accepted: it is in play" if state == "in-play" else f"Accepted: {standing.accepts} of {self.workshop.required}"
            )
        return {
            "rejected": "Rejected for good",
            "in-play": "Flagged: it stays in play until the operator decides",
            "hidden": "Flagged: it is hidden until the operator decides",
        }.get(state, "Rejected")

    def _first(self, line: Sequence[str], told: str) -> Updates:
        if not line:
            return {**self._empty(), self.pair: EMPTY, self.progress: progress_html(told, 1)}
        return self._shown(line[0], told)

    def _shown(self, generation_id: str, told: str) -> Updates:
        history = self.workshop.provenance(generation_id)
        if history.pair is None or history.standing.down is not None:
            return {**self._empty(), self.pair: EMPTY}
        return {
            self.current: generation_id,
            self.pair: pair_html(history.pair),
            self.provenance: provenance_html(history),
            self.gate: gate_html(history.standing.record.gate, "What the gate found"),
            self.progress: progress_html(told, 1),
            **{button: gr.update(interactive=True) for button in self._judging()},
        }

    def _stopped(self, error: Exception) -> Updates:
        if isinstance(error, NotReviewer):
            return {**self._empty(), self.pair: CLOSED.format(words.sentence(str(error)))}
        return {**self._empty(), self.pair: error_html(line_for_visitors(error, RETRY))}

    def _empty(self) -> Updates:
        empty = dict.fromkeys((self.current, self.provenance, self.gate, self.progress), "")
        return {**empty, **{button: gr.update(interactive=False) for button in self._judging()}}

    def _judging(self) -> list[gr.Button]:
        return [self.accept, *self.rejects.values(), self.skip]


def following(current: str, pending: Sequence[Standing]) -> list[str]:
    """Ids of what is pending, from the one after `current` on, and around to `current` itself."""
    names = [standing.record.id for standing in pending]
    place = names.index(current) + 1 if current in names else 0
    return names[place:] + names[:place]
