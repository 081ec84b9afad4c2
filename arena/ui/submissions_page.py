"""The page of submissions: the queue, and each submission under an address of its own, with what may be done to it."""

from collections.abc import Callable
from typing import Any

import gradio as gr
from markupsafe import Markup

from arena.evaluation.results import Results
from arena.store.records import now
from arena.store.submission_records import LINE, SubmissionStanding
from arena.submissions.contestant_of import contestant_of_standing
from arena.submissions.decisions import MAY_RETRY, MAY_WITHDRAW
from arena.ui.markup import error_html
from arena.ui.parts import INTERNAL, RETRY, Updates, html, line_for_visitors
from arena.ui.shares import DECISIONS
from arena.ui.sign_in import account_html
from arena.ui.submission_decisions import Decisions, Rights, blocked_name
from arena.ui.submission_desk import SubmissionDesk
from arena.ui.submission_results import SubmissionResults
from arena.ui.submission_view import queue_html, submission_html
from arena.ui.visitor_queue import counted_as

LEAD = """<h1>Submissions</h1>
<p class="lead">Models that organisations entered, from the queue to the board. <a href="submit">Submit one</a>.</p>"""
WAITING = '<div class="waiting board"><i></i><i></i><i></i></div>'
UNKNOWN = Markup('<p class="calm-error" role="alert">There is no such submission here. <a href="submissions">See all</a>.</p>')
DONE = Markup('<p class="decided" role="status" data-announce>{}</p>')
PAUSE, BLOCK, BLOCK_ALL = "pause", "block", "block-all"
"""What may be on or off of a submission; of the queue, `LINE`."""
SURE = "(...given) => confirm('Erase the account and the contact? Nobody can undo it.') ? given : ['', ...given.slice(1)]"
"""Asks once more in the browser; without an id nothing is done."""


class SubmissionsPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, desk: SubmissionDesk, results: Results) -> None:
        self.desk = desk
        self.submissions = desk.store.submissions
        self.decisions = Decisions(desk.store, desk.settings)
        self.lead = html(elem_classes="text")
        self.account = html()
        self.view = html(WAITING, elem_id="submission")
        self.id = gr.Textbox(visible="hidden")
        self.on = gr.Textbox(visible="hidden")  # what of pauses and blocks is on, as far as this page knows
        self.again = gr.Button(visible="hidden", elem_id="refresh-submissions")
        self.results = SubmissionResults(desk.store, results, desk.settings, self.decisions)
        with gr.Column(visible=False, elem_id="decisions") as self.deciding:
            html("<h2>What you can do</h2>")
            self.contact = html()
            self.reason = gr.Textbox(
                label="Reason", info="Everybody reads it beside the step", max_lines=1, elem_id="decision-reason"
            )
            with gr.Row(elem_classes="deciding"):
                self.withdraw = _button("Withdraw", "withdraw-submission")
                self.retry = _button("Try again", "retry-submission")
                self.pause = _button("Pause", "pause-submission")
                self.block = _button("Block the repository", "block-repository")
                self.block_all = _button("Block the organisation", "block-organisation")
                self.forget = _button("Erase account and contact", "forget-submitter")
        with gr.Column(visible=False, elem_id="queue-decisions") as self.line:
            html("<h2>The queue</h2>")
            self.line_reason = gr.Textbox(label="Reason for a pause", info="Everybody reads it", max_lines=1)
            self.pause_line = _button("Pause the queue", "pause-queue")
        self.said = html(elem_id="decided")

    def connect(self, page: gr.Blocks) -> None:
        """Tie the buttons and the opening of `page` to what they do."""
        shown = [
            *(
                self.lead,
                self.account,
                self.view,
                self.on,
                self.deciding,
                self.reason,
                self.withdraw,
                self.retry,
                self.pause,
                self.block,
                self.block_all,
            ),
            *(self.forget, self.contact, self.line, self.pause_line, self.results.part),
        ]
        read = "() => window.arenaPage.parameters(['id'])"
        page.load(self.open, [self.id], [self.id, *shown], js=read, **INTERNAL)
        self.again.click(self.refresh, [self.id], [self.said, *shown], trigger_mode="once", **INTERNAL)
        told = [self.said, self.line_reason, *shown]
        given = [self.id, self.reason]
        decided: dict[str, Any] = {**INTERNAL, **counted_as(DECISIONS)}
        for button, decide in (
            (self.withdraw, self.decisions.withdraw),
            (self.retry, lambda submission, _, profile: self.decisions.retry(submission, profile)),
        ):
            button.click(self._decider(decide), given, told, **decided)
        for button, name, switch in (
            (self.pause, PAUSE, lambda *told, on: self.decisions.pause(*told, paused=on)),
            (self.block, BLOCK, lambda *told, on: self.decisions.block(*told, organisation=False, blocked=on)),
            (self.block_all, BLOCK_ALL, lambda *told, on: self.decisions.block(*told, organisation=True, blocked=on)),
        ):
            button.click(self._switch(name, switch), [*given, self.on], told, **decided)
        self.forget.click(self._decider(self._forget), given, told, js=SURE, **decided)
        line = self._switch(LINE, lambda _, reason, profile, on: self.decisions.pause_line(reason, profile, paused=on))
        self.pause_line.click(line, [self.id, self.line_reason, self.on], told, **decided)
        self.results.connect(self.id)

    def open(self, submission: str, profile: gr.OAuthProfile | None) -> Updates:
        """What the page's address names: one submission, or all."""
        return {self.id: submission, **self.show(submission, profile)}

    def refresh(self, submission: str, profile: gr.OAuthProfile | None) -> Updates:
        """The same after something has changed; what was said of a decision before is no longer news."""
        return {self.said: "", **self.show(submission, profile)}

    def show(self, submission: str, profile: gr.OAuthProfile | None) -> Updates:
        """Where one submission stands, or all of them, and what this visitor may do."""
        try:
            page = f"submissions?id={submission}" if submission else "submissions"
            account = account_html(profile, page) if self.desk.has_accounts else ""
            return {self.account: account, **(self._one(submission, profile) if submission else self._all(profile))}
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return {self.view: error_html(line_for_visitors(error, RETRY))}

    def _all(self, profile: gr.OAuthProfile | None) -> Updates:
        revision, paused = self.submissions.revision(), self.submissions.paused()
        told = queue_html(self.submissions.standings(), revision, paused.get(LINE), now())
        rights = self.decisions.rights(None, profile)
        return {
            self.lead: LEAD,
            self.view: told,
            **self._nothing_to_do(),
            self.on: LINE if LINE in paused else "",
            self.line: gr.update(visible=rights.admin),
            self.pause_line: "Let the queue go on" if LINE in paused else "Pause the queue",
        }

    def _one(self, submission: str, profile: gr.OAuthProfile | None) -> Updates:
        revision, paused = self.submissions.revision(), self.submissions.paused()
        standing = self.submissions.get(submission)
        if standing is None:
            return {self.lead: "", self.view: UNKNOWN, **self._nothing_to_do()}
        contestant = contestant_of_standing(self.desk.store, standing) if standing.state == "LISTED" else None
        told = submission_html(
            standing,
            self.submissions.events(submission),
            place=self.submissions.place(submission),
            revision=revision,
            paused=paused.get(submission, paused.get(LINE)),
            model=contestant.id if contestant else None,
            moment=now(),
        )
        rights = self.decisions.rights(standing, profile)
        return {
            self.lead: "",
            self.view: told,
            **self._buttons(standing, rights, is_paused=submission in paused),
            self.line: gr.update(visible=False),
            self.results.part: gr.update(visible=self.results.are_for(standing, rights)),
        }

    def _buttons(self, standing: SubmissionStanding, rights: Rights, *, is_paused: bool) -> Updates:
        blocks = self.submissions.blocks()
        state, submitter = standing.state, standing.submission.submitter

        def button(label: str, *, may: bool) -> dict[str, Any]:
            return gr.update(value=label, visible=may)

        def block(what: str, name: str) -> dict[str, Any]:
            return button(f"{'Unblock' if on[name] else 'Block'} the {what}", may=rights.admin)

        blocked = {name: blocked_name(standing, organisation=name == BLOCK_ALL) in blocks for name in (BLOCK, BLOCK_ALL)}
        on = {PAUSE: is_paused, **blocked}
        return {
            self.on: " ".join(name for name, is_on in on.items() if is_on),
            self.deciding: gr.update(visible=rights.any),
            self.reason: gr.update(visible=rights.admin or state in MAY_WITHDRAW),
            self.withdraw: button("Withdraw", may=rights.any and state in MAY_WITHDRAW),
            self.retry: button("Try again", may=rights.admin and state in MAY_RETRY),
            self.pause: button("Let it go on" if is_paused else "Pause", may=rights.admin and state == "PENDING"),
            self.block: block("repository", BLOCK),
            self.block_all: block("organisation", BLOCK_ALL),
            self.forget: button("Erase account and contact", may=rights.any and submitter is not None),
            self.contact: contact_line(standing) if rights.any else "",
        }

    def _nothing_to_do(self) -> Updates:
        hidden = gr.update(visible=False)
        return {self.deciding: hidden, self.line: hidden, self.results.part: hidden, self.contact: ""}

    def _forget(self, submission: str, _reason: str, profile: gr.OAuthProfile | None) -> str:
        return self.decisions.forget(submission, profile) if submission else ""

    def _decider(self, decide: Callable[..., str]) -> Callable[..., Updates]:
        """An event that decides, says what came of it, and shows where things stand then."""

        def decided(submission: str, reason: str, profile: gr.OAuthProfile | None) -> Updates:
            return self._told(lambda: decide(submission, reason or "", profile), submission, profile)

        return decided

    def _switch(self, name: str, decide: Callable[..., str]) -> Callable[..., Updates]:
        """The same of a button that puts something on, or off where the page that it stands on knows it to be on."""

        def switched(submission: str, reason: str, known: str, profile: gr.OAuthProfile | None) -> Updates:
            on = name not in known.split()
            return self._told(lambda: decide(submission, reason or "", profile, on=on), submission, profile)

        return switched

    def _told(self, decide: Callable[[], str], submission: str, profile: gr.OAuthProfile | None) -> Updates:
        try:
            line = decide()
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return {self.said: error_html(line_for_visitors(error, RETRY))}
        if not line:
            return {self.said: ""}
        shown = self.show(submission, profile)
        emptied = {**shown.get(self.reason, gr.update()), "value": ""}
        return {**shown, self.said: DONE.format(line), self.line_reason: "", self.reason: emptied}


def contact_line(standing: SubmissionStanding) -> Markup:
    """How to reach who submitted, for themselves and for admins."""
    submitter = standing.submission.submitter
    if submitter is None or not submitter.contact:
        return Markup()
    return Markup('<p class="reading">To be reached at {}; only the submitter and the operator see that.</p>').format(
        submitter.contact
    )


def _button(label: str, name: str) -> gr.Button:
    return gr.Button(label, elem_id=name, size="sm")
