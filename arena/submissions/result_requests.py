"""Results that come to the repository of a model as a pull request, in the name and with the token of who submitted it."""

import threading
from dataclasses import dataclass

from huggingface_hub import CommitOperationAdd, Discussion, HfApi, ModelInfo

from arena.errors import EvaluationError
from arena.hub.hub_answers import ask
from arena.store import Store
from arena.store.submission_records import SubmissionEvent, SubmissionStanding
from arena.submissions.accounts import account_of_token
from arena.submissions.eval_results import ModelResults

PULL_REQUEST = "pull_request"
"""Key in the detail of a step: address of the pull request with the results."""
REFUSALS = {
    401: "the Hub does not accept your token any more; sign in again",
    403: "your token may not open pull requests there; sign in again and allow it to write discussions",
    404: "is gone, or is private; results go to public repositories",
    409: "has changed meanwhile; try again",
    412: "has changed meanwhile; try again",
}
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class PullRequest:
    """Where results were brought to."""

    address: str
    is_new: bool
    """Whether it was opened now; else it was open already."""


def open_pull_request(api: HfApi, standing: SubmissionStanding, results: ModelResults) -> PullRequest:
    """Open a pull request with results at the repository of a model, or find the one that this account has open there.

    Args:
        api: the Hub, with the token of who submitted the model.
        standing: of the submission.
        results: what to bring.

    Raises:
        SettingsError: there is no token, or it is no person's.
        EvaluationError: the repository is private, holds these very results, or the Hub refuses; one line.
    """
    name, title = results.repository, _title(standing)
    account = account_of_token(api)
    with _one_at_a_time:  # two clicks make one pull request
        info: ModelInfo = ask(name, lambda: api.model_info(name), REFUSALS, EvaluationError)
        if info.private or info.sha is None:
            raise EvaluationError(f"{name}: is private; results go to public repositories")
        if (present := ask(name, lambda: _open_one(api, name, account.name, title), REFUSALS, EvaluationError)) is not None:
            return PullRequest(present.url, is_new=False)
        made = ask(name, lambda: _commit(api, results, title, info.sha or ""), REFUSALS, EvaluationError)
    if made is None:
        raise EvaluationError(f"{name}: holds these very results in {results.file} already; there is nothing to bring")
    return PullRequest(made, is_new=True)


def note_pull_request(store: Store, standing: SubmissionStanding, request: PullRequest, by: str) -> None:
    """Keep as a step of the submission that its results were brought to its repository, if that is not known."""
    # To open it took seconds, in which whoever asked for it may have had their account erased.
    present = store.submissions.get(standing.submission.id) or standing
    known = present.event.detail
    if known.get(PULL_REQUEST) != request.address:
        words, name = "its results wait in a pull request", by if present.submission.submitter else "submitter"
        event = SubmissionEvent(present.submission.id, standing.state, words, name, {**known, PULL_REQUEST: request.address})
        store.submissions.advance(event, [standing.state])


def _title(standing: SubmissionStanding) -> str:
    """By this it is found again."""
    return f"Add results of the Minimal-Pair Arena ({standing.submission.id[:16]})"


def _open_one(api: HfApi, repository: str, author: str, title: str) -> Discussion | None:
    there = api.get_repo_discussions(repository, author=author, discussion_type="pull_request", discussion_status="open")
    return next((one for one in there if one.title == title), None)


def _commit(api: HfApi, results: ModelResults, title: str, parent: str) -> str | None:
    """The address of the pull request; None where nothing would change."""
    made = api.create_commit(
        results.repository,
        [CommitOperationAdd(results.file, results.yaml.encode())],
        commit_message=title,
        commit_description=(
            "What the Minimal-Pair Arena measured of this model, in the form of https://huggingface.co/docs/hub/eval-results. "
            "Each number names its dataset, the version of the method and its page. Opened by who submitted the model there."
        ),
        create_pr=True,
        parent_commit=parent,
    )
    return made.pr_url
