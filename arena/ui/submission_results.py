"""The results of a listed model as a file of its repository: shown to who submitted it, who can open a pull request with it."""

from collections.abc import Callable
from typing import Any

import gradio as gr
from huggingface_hub import HfApi, constants
from markupsafe import Markup

from arena.errors import ArenaError, InputError
from arena.evaluation.results import Results
from arena.models import is_endpoint
from arena.settings import Settings
from arena.store import Store
from arena.store.submission_records import SubmissionStanding
from arena.submissions.eval_results import ModelResults, results_of
from arena.submissions.result_requests import note_pull_request, open_pull_request
from arena.ui.markup import error_html, render
from arena.ui.parts import INTERNAL, RETRY, Updates, html, line_for_visitors
from arena.ui.shares import DECISIONS
from arena.ui.submission_decisions import Decisions, Rights
from arena.ui.visitor_queue import counted_as

SCOPE = "write-discussions"
"""Without which a token opens no pull request."""
OPENED = Markup(
    '<p class="decided" role="status" data-announce>The pull request is open: <a href="{0}" rel="noreferrer">{0}</a></p>'
)


class SubmissionResults:
    """Builds the part of the page into the surrounding `gr.Blocks`, and answers its events.

    Args:
        store: of the arena.
        results: its numbers.
        settings: of the arena, with its dataset and its address.
        decisions: know who submitted what.
    """

    def __init__(self, store: Store, results: Results, settings: Settings, decisions: Decisions) -> None:
        self._store = store
        self._results = results
        self._settings = settings
        self._decisions = decisions
        with gr.Column(visible=False, elem_id="results-back") as self.part:
            html("<h2>Results for the model's page</h2>")
            html(
                '<p class="reading">The Hub shows what such a file of the repository says. You can open a pull request with it '
                "as yourself; the arena has no right to write there.</p>"
            )
            with gr.Row(elem_classes="deciding"):
                self.show = gr.Button("Show the file", elem_id="show-results", size="sm")
                self.propose = gr.Button(
                    "Open the pull request", elem_id="open-pull-request", elem_classes="main-button", size="sm"
                )
            self.file = html(elem_id="results-file")
            self.said = html(elem_id="results-said")

    def connect(self, submission: gr.Textbox) -> None:
        """Tie the buttons to what they do.

        Args:
            submission: holds the id of the submission that is shown.
        """
        decided: dict[str, Any] = {**INTERNAL, **counted_as(DECISIONS)}
        self.show.click(self.show_file, [submission], [self.file], **decided)
        self.propose.click(self.open, [submission], [self.file, self.said], **decided)

    def are_for(self, standing: SubmissionStanding, rights: Rights) -> bool:
        """Whether somebody may see and send the results of a submission, and there can be any."""
        can_be = self._settings.dataset is not None and standing.state == "LISTED"
        return can_be and rights.submitter and not is_endpoint(standing.submission.reference)

    def show_file(self, submission: str, profile: gr.OAuthProfile | None) -> str:
        """The file, for who submitted the model."""
        try:
            results, _ = self._of(submission, profile)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return error_html(line_for_visitors(error, RETRY))
        return render("submission_results.html", results=results)

    def open(self, submission: str, profile: gr.OAuthProfile | None, token: gr.OAuthToken | None) -> Updates:
        """Open a pull request with the token of who submitted the model, once."""
        try:
            results, standing = self._of(submission, profile)
            if token is None or SCOPE not in token.scope.split():
                raise InputError(f"sign-in: did not allow {SCOPE}; sign out, sign in again and allow it")
            name = self._decisions.rights(standing, profile).name
            address = _told(lambda: self._bring(token.token, results, standing, name))
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return {self.said: error_html(line_for_visitors(error, RETRY))}
        return {self.file: render("submission_results.html", results=results), self.said: OPENED.format(address)}

    def _bring(self, token: str, results: ModelResults, standing: SubmissionStanding, by: str) -> str:
        request = open_pull_request(HfApi(endpoint=constants.ENDPOINT, token=token), standing, results)
        note_pull_request(self._store, standing, request, by)
        return request.address

    def _of(self, submission: str, profile: gr.OAuthProfile | None) -> tuple[ModelResults, SubmissionStanding]:
        standing = self._store.submissions.get(submission)
        if standing is None or not self.are_for(standing, self._decisions.rights(standing, profile)):
            raise InputError("results: are for who submitted a model that is listed; sign in with that account")
        return _told(lambda: results_of(self._store, self._results, standing, self._settings)), standing


def _told(work: Callable[[], Any]) -> Any:
    """What it gives; whatever the arena says in one line is for who submitted, too."""
    try:
        return work()
    except ArenaError as error:
        raise InputError(str(error)) from None
