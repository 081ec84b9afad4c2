"""The submit page: name a model, have it checked, confirm what that costs and makes public, and get its place in the queue."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from markupsafe import Markup

from arena.submissions.accounts import namespaces
from arena.submissions.entry import Statement
from arena.submissions.terms import TERMS
from arena.ui.markup import error_html
from arena.ui.parts import INTERNAL, RETRY, USABLE_AGAIN, Updates, choice, html, line_for_visitors
from arena.ui.shares import CHECKS, DECISIONS
from arena.ui.sign_in import account_html
from arena.ui.submission_desk import SubmissionDesk, account_of, stated
from arena.ui.submission_view import checked_html, checking_html, confirm_html, invitation_html, queued_html, steps_html
from arena.ui.visitor_queue import counted_as

LEAD = """<h1>Submit a model</h1>
<p class="lead">Name a repository on the Hub. The arena checks it, evaluates it and lists it, and nobody has to lift a hand.
<a href="submissions">All submissions</a> are public.</p>"""
PRECISIONS = [("As usual", ""), ("bfloat16", "bfloat16"), ("float16", "float16"), ("float32", "float32")]
TERMS_ERROR = "Something failed on our side. Try again in a moment."


class SubmitPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its events."""

    def __init__(self, desk: SubmissionDesk) -> None:
        self.desk = desk
        html(LEAD, elem_classes="text")
        self.account = html()
        self.invitation = html('<div class="waiting board"><i></i><i></i></div>', elem_id="invitation", elem_classes="text")
        self.steps = html(elem_id="steps")
        with gr.Column(visible=False, elem_id="submit-form") as self.form:
            self._lay_out_form()
        self.said = html(elem_id="submit-said")
        with gr.Column(visible=False, elem_id="submit-checked") as self.checked:
            self.report = html()
            with gr.Row(elem_classes="deciding"):
                self.go_on = gr.Button("Continue", elem_id="submit-continue", elem_classes="main-button", size="sm")
                self.change = gr.Button("Change what I said", elem_id="submit-change", size="sm")
        with gr.Column(visible=False, elem_id="submit-confirm") as self.confirming:
            self.cost = html()
            with gr.Row(elem_classes="deciding"):
                self.submit = gr.Button("Submit", elem_id="submit-model", elem_classes="main-button", size="sm")
                self.back = gr.Button("Back", elem_id="submit-back", size="sm")
        self.queued = html(elem_id="submit-queued")
        self.key = gr.Textbox(visible="hidden")

    def _lay_out_form(self) -> None:
        endpoints = "; or an endpoint" if self.desk.settings.submission_endpoints else ""
        self.model = gr.Textbox(
            label="Model",
            info="organisation/name on the Hub, with @revision for another than main" + endpoints,
            max_lines=1,
        )
        with gr.Row():
            self.organisation = choice("On behalf of")
            self.precision = gr.Dropdown(PRECISIONS, value="", label="Precision", filterable=False, min_width=150)
        with gr.Row():
            self.licence = gr.Textbox(label="Licence", info="As the card says; needed where it says none", max_lines=1)
            self.base = gr.Textbox(label="Fine-tune of", info="organisation/name, if it is one", max_lines=1)
        self.contact = gr.Textbox(
            label="How to reach you", info="A mail or web address. Only whoever runs the arena sees it", max_lines=1
        )
        self.terms = gr.Checkbox(label=f"I agree. {TERMS}", elem_id="submit-terms")
        self.check = gr.Button("Check", elem_id="submit-check", elem_classes="main-button", size="sm")

    def connect(self, page: gr.Blocks) -> None:
        """Tie the buttons and the opening of `page` to what they do."""
        stages = [self.steps, self.form, self.said, self.checked, self.confirming]
        opened = [self.account, self.invitation, self.steps, self.form, self.organisation]
        page.load(self.open, None, opened, **INTERNAL)
        given = [self.model, self.organisation, self.precision, self.licence, self.base, self.contact, self.terms]
        shown = [*stages, self.check, self.report, self.go_on, self.cost, self.queued, self.key]
        decided: dict[str, Any] = {**INTERNAL, **counted_as(DECISIONS)}
        begun = self.check.click(self.check_model, given, shown, **INTERNAL, **counted_as(CHECKS))
        begun.then(js="() => window.submissions.moved('#submit-checked h2')", **INTERNAL)
        begun.failure(None, None, [self.check, self.said], js=USABLE_AGAIN, **INTERNAL)
        went_on = self.go_on.click(self.confirm, [self.key], shown, **decided)
        went_on.then(js="() => window.submissions.moved('#submit-confirm h2')", **INTERNAL)
        entered = self.submit.click(self.enter, [self.key], shown, **decided)
        entered.then(js="() => window.submissions.moved('#submit-queued h2')", **INTERNAL)
        for button in (self.change, self.back):
            button.click(self.begin, None, shown, **decided)

    def open(self, profile: gr.OAuthProfile | None) -> Updates:
        """The form for whoever is signed in; others are told how to come to it."""
        desk = self.desk
        account = account_html(profile, "submit") if desk.has_accounts and (desk.is_open or profile) else ""
        if not desk.is_open or profile is None:
            told = invitation_html(is_open=desk.is_open, has_accounts=desk.has_accounts)
            return {self.account: account, self.invitation: told, self.steps: "", self.form: gr.update(visible=False)}
        try:
            names = namespaces(account_of(profile))
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return {self.account: account, self.invitation: error_html(line_for_visitors(error, RETRY))}
        return {
            self.account: account,
            self.invitation: "",
            self.steps: steps_html(0),
            self.form: gr.update(visible=True),
            self.organisation: gr.update(choices=names, value=names[0]),
        }

    def check_model(
        self,
        model: str,
        organisation: str,
        precision: str,
        licence: str,
        base: str,
        contact: str,
        terms: bool,
        profile: gr.OAuthProfile | None,
    ) -> Iterator[Updates]:
        """Check a model, which takes some seconds, and tell what each check has seen."""
        yield {
            self.check: gr.update(interactive=False),
            self.said: checking_html(model),
            self.checked: gr.update(visible=False),
            self.confirming: gr.update(visible=False),
            self.queued: "",
        }
        try:
            account = account_of(profile)
            given = Statement(model, organisation, licence.strip(), contact.strip(), base.strip(), terms=terms)
            statement, faults = stated(given, precision, account)
            if faults:
                yield {self.check: gr.update(interactive=True), self.said: Markup("").join(map(error_html, faults))}
                return
            checked = self.desk.check(statement, account)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            yield {self.check: gr.update(interactive=True), self.said: error_html(line_for_visitors(error, TERMS_ERROR))}
            return
        yield {
            self.steps: steps_html(1),
            self.form: gr.update(visible=False),
            self.said: "",
            self.check: gr.update(interactive=True),
            self.checked: gr.update(visible=True),
            self.report: checked_html(checked.report),
            self.go_on: gr.update(visible=checked.report.passed),
            self.key: checked.key,
        }

    def confirm(self, key: str, profile: gr.OAuthProfile | None) -> Updates:
        """What an evaluation takes, and what becomes public."""
        try:
            account = account_of(profile)
            checked = self.desk.checked(key, account)
            ahead = len(self.desk.store.submissions.standings(["PENDING", "CHECKING", "RUNNING"]))
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return self._stopped(error)
        told = confirm_html(checked, account, self.desk.settings, ahead)
        hidden = gr.update(visible=False)
        return {
            self.steps: steps_html(2),
            self.said: "",
            self.checked: hidden,
            self.confirming: gr.update(visible=True),
            self.cost: told,
        }

    def enter(self, key: str, profile: gr.OAuthProfile | None) -> Updates:
        """Put the model into the queue."""
        try:
            submission = self.desk.enter(key, account_of(profile))
            standing = self.desk.store.submissions.get(submission)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return self._stopped(error)
        return {
            self.steps: steps_html(3),
            self.said: "",
            self.confirming: gr.update(visible=False),
            self.queued: queued_html(standing, self.desk.settings) if standing else "",
            self.key: "",
        }

    def begin(self) -> Updates:
        """Show the form again, with what was said."""
        hidden = gr.update(visible=False)
        form = gr.update(visible=True)
        return {self.steps: steps_html(0), self.form: form, self.said: "", self.checked: hidden, self.confirming: hidden}

    def _stopped(self, error: Exception) -> Updates:
        return {self.said: error_html(line_for_visitors(error, TERMS_ERROR))}
