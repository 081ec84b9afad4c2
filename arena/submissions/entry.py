"""From a checked model and what its submitter says to an entry in the queue."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from arena.errors import InputError, SettingsError
from arena.models import best_device, is_endpoint
from arena.models.files import HUB_NAME
from arena.models.loading import usual_dtype
from arena.models.reference_options import option_texts
from arena.settings import Settings
from arena.store import Store
from arena.store.records import now
from arena.store.submission_records import Quota, Submission, Submitter, new_submission_id
from arena.submissions.accounts import SUBMITS, Account, may_submit_for, namespaces
from arena.submissions.check_report import CheckReport
from arena.submissions.contestant_of import PROMISED, submission_key
from arena.submissions.estimate import Estimate, estimate

DAY = timedelta(hours=24)
LONGEST = 200
"""Characters of anything that a submitter says."""
MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(\.[\w-]+)+")
COMMIT = re.compile("[0-9a-f]{40}")


@dataclass(frozen=True)
class Statement:
    """What the submitter says."""

    reference: str
    """As it was checked: a model with its options, or an endpoint."""
    organisation: str
    """On whose behalf; the account itself where it is for nobody else."""
    licence: str = ""
    """Empty where the card says it."""
    contact: str = ""
    """Mail address or web address. Only the operator sees it."""
    base_model: str = ""
    """What it is a fine-tune of, `organisation/name`; empty for what the card says."""
    terms: bool = False
    """Whether the submitter agrees to `arena.submissions.terms.TERMS`."""


def enter(
    store: Store,
    statement: Statement,
    report: CheckReport,
    account: Account,
    settings: Settings,
    confirmed: Estimate | None = None,
) -> str:
    """Put a model into the queue, and give the id of its submission.

    Where the same repository is there at the same commit with the same settings, and neither failed nor was withdrawn, it is
    the id of that one.

    Args:
        store: of the arena.
        statement: what the submitter says.
        report: what the checks of this very reference found.
        account: who submits.
        settings: of the arena, with suites and quotas.
        confirmed: the estimate that was shown; by default made anew.

    Raises:
        SettingsError: submissions are off.
        InputError: a field is wrong, the checks have not passed, the account may not submit for the organisation, or a quota
            is used up. One line, which begins with the field.
    """
    if settings.submissions == "off":
        raise SettingsError("ARENA_SUBMISSIONS: is off, so that nobody would evaluate it; set it to here or elsewhere")
    check_statement(statement, report, account)
    reference = pinned_reference(report)
    facts = {
        "check": asdict(report.facts),
        "suites": list(settings.submission_suites),
        "estimate": asdict(confirmed or estimate(report, settings, store)),
    }
    submission = Submission(
        id=new_submission_id(),
        reference=reference,
        contestant_id=submission_key(report.facts.kind or "", reference),
        organisation=statement.organisation,
        submitter=Submitter(account.subject, account.name, statement.contact.strip()),
        licence=_licence(statement, report),
        base_model=_base_model(statement, report),
        weights=tuple(sorted(report.facts.weights.values())),
        facts=facts,
    )
    quota = Quota(now() - DAY, settings.submissions_a_day, settings.submissions_of_organisation)
    return store.submissions.add(submission, quota)


def check_statement(statement: Statement, report: CheckReport, account: Account) -> None:
    """Hold what a submitter says against the checks and the account.

    Raises:
        InputError: something is wrong; one line that begins with the field, and ends with the way out.
    """
    _raise_first(faults_of_statement(statement, report, account))


def check_words(statement: Statement, account: Account) -> None:
    """Hold what a submitter says against the account alone, as far as that goes without a check of the model.

    Raises:
        InputError: something is wrong; one line that begins with the field, and ends with the way out.
    """
    _raise_first(faults_of_words(statement, account))


def faults_of_statement(statement: Statement, report: CheckReport, account: Account) -> list[str]:
    """All for which `check_statement` refuses it: a line for each field."""
    return _faults(
        lambda: _check_report(statement, report),
        *_checks_of_words(statement, account),
        lambda: _licence(statement, report),
        lambda: _base_model(statement, report),
        lambda: pinned_reference(report),
    )


def faults_of_words(statement: Statement, account: Account) -> list[str]:
    """All for which `check_words` refuses it: a line for each field."""
    return _faults(*_checks_of_words(statement, account))


def pinned_reference(report: CheckReport) -> str:
    """The model with the commit that was checked, and its options in one spelling; an endpoint as it is.

    Raises:
        InputError: an option is for the operator to choose, or the model has none; or the Hub told no commit.
    """
    if is_endpoint(report.reference):
        return report.reference
    facts, text = report.facts, report.reference.partition("?")[2]
    if not COMMIT.fullmatch(facts.revision):
        raise InputError("model: the Hub names no commit for it; check it again")
    options = option_texts(facts.repository, text, (*PROMISED, "attention", "device", "engine"))
    if foreign := next((name for name in options if name not in PROMISED), None):
        raise InputError(f"options: {foreign} is for the operator to choose; leave {foreign}={options[foreign]} out")
    if facts.kind == "contrastive" and options:
        raise InputError(f"options: a model that only compares has none; leave out ?{text}")
    usual = {"turns": "2", "thinking": "0", "dtype": usual_dtype("generative", best_device())}
    said = {name: value.lstrip("0") or "0" for name, value in options.items()}
    kept = "&".join(f"{name}={value}" for name, value in sorted(said.items()) if value != usual.get(name))
    return f"{facts.repository}@{facts.revision}" + (f"?{kept}" if kept else "")


def _check_report(statement: Statement, report: CheckReport) -> None:
    if statement.reference != report.reference:
        raise InputError("model: is another one than was checked; check it again")
    if not report.passed:
        failed = ", ".join(check.name for check in report.checks if not check.passed)
        raise InputError(f"model: has not passed its checks ({failed}); change what they name, and check it again")


def _checks_of_words(statement: Statement, account: Account) -> list[Callable[[], object]]:
    return [
        lambda: _check_text("organisation", statement.organisation),
        lambda: _check_organisation(statement.organisation, account),
        lambda: _check_text("licence", statement.licence),
        lambda: _check_text("base model", statement.base_model),
        lambda: _check_text("contact", statement.contact),
        lambda: _check_contact(statement.contact.strip()),
        lambda: _check_terms(statement),
    ]


def _faults(*checks: Callable[[], object]) -> list[str]:
    """What is wrong, the first of each field: what holds characters that cannot be seen is no address either."""
    found: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except InputError as error:
            found.setdefault(str(error).partition(":")[0], str(error))
    return list(found.values())


def _raise_first(faults: Sequence[str]) -> None:
    if faults:
        raise InputError(faults[0])


def _check_text(name: str, text: str) -> None:
    if len(text) > LONGEST:
        raise InputError(f"{name}: has {len(text)} characters; give {LONGEST} at most")
    if not text.isprintable():
        raise InputError(f"{name}: holds characters that cannot be seen; type it again")


def _check_organisation(organisation: str, account: Account) -> None:
    if may_submit_for(account, organisation):
        return
    may = " or ".join(namespaces(account))
    if organisation in account.organisations:
        role = account.organisations[organisation] or "unknown"
        needed = f"{', '.join(SUBMITS[:-1])} or {SUBMITS[-1]}"
        raise InputError(f"organisation: your role in {organisation} is {role}, and {needed} may submit; submit for {may}")
    raise InputError(f"organisation: {account.name} is no member of {organisation or 'the empty name'}; submit for {may}")


def _check_contact(contact: str) -> None:
    if not contact:
        raise InputError("contact: is missing; say how to reach you, as name@host or https://host/…")
    if not MAIL.fullmatch(contact) and not _is_web_address(contact):
        raise InputError("contact: is neither a mail address nor a web address; give name@host or https://host/…")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    named = parts.scheme in ("http", "https") and bool(parts.hostname) and "." in (parts.hostname or "")
    return named and parts.username is None and " " not in text


def _licence(statement: Statement, report: CheckReport) -> str:
    """The licence, as card and submitter agree on it."""
    said, stated = statement.licence.strip(), report.facts.licence
    if stated is not None:
        if said and said.casefold() != stated.casefold():
            raise InputError(f"licence: the card says {stated}, and you say {said}; change one of them")
        return stated
    if not said:
        raise InputError("licence: is missing; name it as the Hub does, such as apache-2.0")
    return said


def _base_model(statement: Statement, report: CheckReport) -> str:
    """What it is a fine-tune of, as card and submitter agree on it; empty where nobody says."""
    said, stated = statement.base_model.strip(), report.facts.base_models
    if not said:
        return stated[0] if stated else ""
    if not HUB_NAME.fullmatch(said) or "@" in said:
        raise InputError("base model: is no name on the Hub; write organisation/name, or leave it out")
    if stated and said.casefold() not in [name.casefold() for name in stated]:
        raise InputError(f"base model: the card says {', '.join(stated)}, and you say {said}; change one of them")
    return said


def _check_terms(statement: Statement) -> None:
    if not statement.terms:
        raise InputError("terms: are not accepted; read them and accept them, or submit nothing")
