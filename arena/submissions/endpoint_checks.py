"""The checks of a submitted endpoint: an address that the operator allows, and the name of a model."""

import logging
import re

from arena.errors import SettingsError
from arena.models.endpoint_reference import Endpoint, key_for, read_reference
from arena.submissions.check_report import Checklist, CheckReport, Facts
from arena.submissions.submission_limits import SubmissionLimits

MODEL = re.compile(r"[\w.:@/-]{1,200}", re.ASCII)

log = logging.getLogger(__name__)


def check_endpoint(reference: str, limits: SubmissionLimits) -> CheckReport:
    """Whether an endpoint may be queued. Nothing is asked of it.

    Args:
        reference: as `arena.models.endpoint_reference` tells.
        limits: with the hosts and providers that are allowed.
    """
    checks = Checklist(reference)
    endpoint = checks.run("reference", lambda: read_reference(reference), lambda read: f"{read.model} at {read.place}")
    if endpoint is None:
        return checks.report(Facts())
    checks.run("host", lambda: _check_place(endpoint, limits), lambda _: f"{endpoint.place} is allowed here")
    checks.run("model", lambda: _check_model(endpoint), lambda _: endpoint.model)
    checks.run("key", lambda: _key(endpoint), lambda key: "the arena has one" if key else "asked without one")
    return checks.report(Facts(f"{endpoint.place}/{endpoint.model}", kind="generative", images=endpoint.images))


def _check_place(endpoint: Endpoint, limits: SubmissionLimits) -> None:
    if endpoint.place not in limits.endpoints:
        allowed = (
            f"submit one at {', '.join(limits.endpoints)}" if limits.endpoints else "submit a repository, as no endpoint is"
        )
        raise SettingsError(f"{endpoint.place} is not among the hosts that are allowed here; {allowed}")


def _key(endpoint: Endpoint) -> str | None:
    """The arena's key for it. Variables of the environment mean nothing to who submits, and something to the operator."""
    try:
        return key_for(endpoint)
    except SettingsError as error:
        log.warning("an endpoint at %s was submitted: %s", endpoint.place, error)
        raise SettingsError(f"the arena has no key for {endpoint.place}; ask its operator, or submit one elsewhere") from error


def _check_model(endpoint: Endpoint) -> None:
    if not MODEL.fullmatch(endpoint.model):
        raise SettingsError(
            "the name of the model has other characters than letters, digits and . : @ / _ -; write it as served"
        )
