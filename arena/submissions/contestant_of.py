"""Which contestant a submission became."""

from arena.contestants import Contestant
from arena.models import local_reference
from arena.models.endpoint_reference import contestant_of_endpoint, is_endpoint
from arena.store import Store
from arena.store.submission_records import Submission, SubmissionStanding

CONTESTANT = "contestant"
"""Key in the detail of the step LISTED: id of the contestant."""
PROMISED = ("dtype", "thinking", "turns", "image_size")
"""Options that who submits may set."""


def submission_key(kind: str, reference: str) -> str:
    """Names a submission by repository, commit and settings alone; of an endpoint, as the board does.

    Who a model of the Hub will be on the board cannot be told yet: that depends on what runs it, and on its weights.

    Args:
        kind: `generative` or `contrastive`.
        reference: with its commit.
    """
    if is_endpoint(reference):
        return contestant_of_endpoint(reference).id
    repository, _, options = reference.partition("?")
    name, _, commit = repository.partition("@")
    settings = dict(sorted(option.split("=", 1) for option in options.split("&") if option))
    return Contestant(name, commit, f"submitted {kind}", settings).id


def contestant_of_standing(store: Store, standing: SubmissionStanding) -> Contestant | None:
    """Who a submission is on the board; None until it has taken part.

    The step LISTED tells it. Where it does not, it is the contestant of that commit with the settings that were submitted.
    """
    known = store.contestants()
    if (told := standing.event.detail.get(CONTESTANT)) in known:
        return known[str(told)]
    return next((one for one in known.values() if _fits(one, standing.submission)), None)


def _fits(contestant: Contestant, submission: Submission) -> bool:
    if is_endpoint(submission.reference):
        return contestant.id == submission.contestant_id
    local = local_reference(submission.reference)
    name, _, commit = local.repository.partition("@")
    if (contestant.repository, contestant.revision, contestant.strategy) != (name, commit, ""):
        return False
    wanted = {option: getattr(local, option) for option in PROMISED}
    if any(contestant.settings.get(option) != value for option, value in wanted.items() if value and option != "turns"):
        return False
    return contestant.settings.get("turns", 2) == local.turns and (bool(local.dtype) or "dtype=" not in contestant.options)
