"""The checks of a submission, made before anything of it is downloaded but small files of configuration."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from huggingface_hub import HfApi, ModelInfo

from arena.errors import RepositoryError
from arena.models import LocalReference, is_endpoint, local_reference
from arena.models.adapters import is_adapter
from arena.models.files import HUB_NAME, Files, listed_files
from arena.models.hub import listing
from arena.models.hub_access import TIMEOUT, HubAccess
from arena.models.repository import base_files, check_files
from arena.models.weights import amount, weight_names
from arena.submissions.check_report import Checklist, CheckReport, Facts
from arena.submissions.child_environment import ARENA_ACCOUNT
from arena.submissions.endpoint_checks import check_endpoint
from arena.submissions.repository_checks import (
    SMALL_FILES,
    check_architecture,
    check_code,
    check_configuration,
    check_copies,
    check_headers,
    check_licence,
    check_scan,
    check_size,
    check_tools,
    downloads,
    weight_hashes,
)
from arena.submissions.submission_limits import SubmissionLimits


def check_submission(
    reference: str,
    limits: SubmissionLimits,
    api: HfApi,
    *,
    cache: Path | None = None,
    listed: Mapping[str, frozenset[str]] | None = None,
) -> CheckReport:
    """Whether a model may be queued, and what to change where it may not.

    Of a repository one description is asked, the small files of its configuration, and the headers of its weights. What only
    loading shows is left to the worker: a chat template that never ends, weights that are no numbers.

    Args:
        reference: `organisation/name`, with a revision behind an `@`, with options as `arena.models.reference_options` tells;
            or an endpoint as `arena.models.endpoint_reference` tells.
        limits: what it may need and name.
        api: the Hub, with the arena's own rights.
        cache: where the small files are kept; by default the folder of huggingface_hub.
        listed: name of a listed model -> SHA-256 of each of its files of weights.
    """
    if is_endpoint(reference):
        return check_endpoint(reference, limits)
    access = HubAccess(api, cache, SMALL_FILES, time.monotonic() + limits.seconds, account=ARENA_ACCOUNT)
    checks = Checklist(reference)
    local = checks.run("reference", lambda: _read(reference), lambda read: read.repository)
    info = local and checks.run("access", lambda: _described(local.repository, access), lambda told: f"commit {told.sha}")
    if local is None or info is None:
        return checks.report(Facts())
    checks.run("security scan", lambda: check_scan(info), str)
    checks.run("licence", lambda: check_licence(info), str)
    facts = _stated(info)
    files = checks.run("files", lambda: listed_files(listing(info, access), info.id), lambda got: f"{len(got.sizes)} files")
    model = files and _model_of(checks, files, access)
    if files is None or model is None:
        return checks.report(facts)
    repositories = [files] if model is files else [files, model]
    facts = _check_configuration(checks, repositories, info, facts)
    facts = _check_weights(checks, repositories, info, listed or {}, facts)
    if checks.all_passed("configuration", "architecture", "processor", "weights", "headers"):
        facts = _check_size(checks, files, facts, local, limits, access)
    return checks.report(facts)


def _read(reference: str) -> LocalReference:
    """A reference that can mean nothing but a repository on the Hub, whatever folders are here."""
    repository, _, options = reference.partition("?")
    if not HUB_NAME.fullmatch(repository):
        raise RepositoryError(f"{reference}: is no name on the Hub; write organisation/name or organisation/name@commit")
    return local_reference(f"{repository}?{options}") if options else LocalReference(repository)


def _described(repository: str, access: HubAccess) -> ModelInfo:
    """What the Hub tells of a repository whose files the arena may read."""
    name, _, revision = repository.partition("@")
    access.ask(name, lambda: access.api.auth_check(name))
    options = {"files_metadata": True, "securityStatus": True, "timeout": TIMEOUT}
    info = access.ask(name, lambda: access.api.model_info(name, revision=revision or None, **options))
    if info.sha is None:
        raise RepositoryError(f"{name}: the Hub names no commit for {revision or 'main'}; give one of 40 hex digits")
    return info


def _stated(info: ModelInfo) -> Facts:
    """What the Hub and the card say of a model."""
    card = info.card_data
    base = (card.base_model if card else None) or ()
    licence = str(card.license) if card and card.license else None
    bases = (base,) if isinstance(base, str) else tuple(map(str, base))
    return Facts(info.id, info.sha or "", licence, bases, str(info.gated) if info.gated else None)


def _model_of(checks: Checklist, files: Files, access: HubAccess) -> Files | None:
    """The files of the model that runs: those of the repository, or those that its adapter changes."""
    adapter = checks.run("kind", lambda: is_adapter(files), lambda adapter: "an adapter" if adapter else "a model")
    if adapter:
        return checks.run("base", lambda: base_files(files, access), lambda base: f"{base.repository}@{base.revision()}")
    return files if adapter is False else None


def _check_configuration(checks: Checklist, repositories: Sequence[Files], info: ModelInfo, facts: Facts) -> Facts:
    """Checks of what the small files say.

    Args:
        checks: to which they are added.
        repositories: the files of the submission and, of an adapter, those of the model that it changes; the last one runs.
        info: what the Hub tells.
        facts: known so far.

    Returns:
        The facts with those that were learnt.
    """
    model = repositories[-1]
    if checks.run("configuration", lambda: check_configuration(*repositories), str) is None:
        return facts
    checks.run("own code", lambda: check_code(info, *repositories), str)
    known = checks.run("architecture", lambda: check_architecture(model), _in_words)
    if known is None:
        return facts
    kind, class_name, images = known
    checks.run("processor", lambda: check_tools(model, kind), str)
    return replace(facts, kind=kind, architecture=class_name, images=images)


def _in_words(known: tuple[str, str, int | None]) -> str:
    kind, class_name, images = known
    if images is None:
        return f"{class_name} ({kind}), which was not measured before: the guard decides when it is loaded"
    return f"{class_name} ({kind}), {images} {'image' if images == 1 else 'images'} a question"


def _check_weights(
    checks: Checklist, repositories: Sequence[Files], info: ModelInfo, listed: Mapping[str, frozenset[str]], facts: Facts
) -> Facts:
    """Checks of what the Hub tells of the weights; for the arguments see `_check_configuration`."""
    weights = checks.run(
        "weights",
        lambda: [weight_names(files) for files in repositories],
        lambda names: f"safetensors: {', '.join(file for files in names for file in files)}"[:200],
    )
    if weights is None:
        return facts
    pairs = list(zip(repositories, weights, strict=True))
    checks.run("headers", lambda: sum(check_headers(*pair) for pair in pairs), lambda count: f"{count} tensors")
    hashes = weight_hashes(info, weights[0])
    checks.run("copies", lambda: check_copies(hashes, listed), str)
    return replace(facts, download_bytes=sum(size for pair in pairs for size in downloads(*pair)), weights=hashes)


def _check_size(
    checks: Checklist, files: Files, facts: Facts, local: LocalReference, limits: SubmissionLimits, access: HubAccess
) -> Facts:
    report = checks.run(
        "download",
        lambda: check_files(files, limits.file_bytes, unpacks=local.engine is None, access=access),
        lambda _: f"{amount(facts.download_bytes or 0)}, and at most {amount(limits.file_bytes)} may be",
    )
    if report is None:
        return facts
    checks.run("size", lambda: check_size(report, local, limits), str)
    return replace(facts, parameters=report.parameters)
