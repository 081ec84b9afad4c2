"""What stands behind the submit page: who asks, the check in a process of its own, and the entry into the queue."""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from arena.errors import InputError, SettingsError
from arena.models import is_endpoint
from arena.settings import Settings
from arena.store import Store
from arena.submissions.accounts import Account, account_of_sign_in
from arena.submissions.check_apart import check_apart
from arena.submissions.check_report import Check, CheckReport
from arena.submissions.entry import Statement, check_words, enter, faults_of_statement, faults_of_words
from arena.submissions.estimate import Estimate, estimate
from arena.submissions.listed_weights import weights_to_compare
from arena.ui.identity import signs_in
from arena.ui.newest import Newest
from arena.ui.recent_entries import RecentEntries

KEPT = 256
"""Checked models that wait to be confirmed; the oldest go first."""
FRESH_SECONDS = 900.0
"""How long a check counts. The worker checks again before it downloads."""
PAGE_OF_MODEL = re.compile(
    r"https://(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)(?:/(?:tree|commit|blob)/([\w./-]+?))?/?", re.ASCII
)
"""Address of a model's page, which people paste in place of its name."""
LONGEST = 300
"""Characters of a reference."""


@dataclass(frozen=True)
class Checked:
    """What a submitter says, what the checks found, and what an evaluation would take."""

    key: str
    """By which the page names it. Nobody can guess it."""
    subject: str
    """Number of the account that had it checked; no other may enter it."""
    statement: Statement
    report: CheckReport
    estimate: Estimate | None
    """None where the checks have not passed."""
    at: float
    """When the checks were begun, by a clock that never goes back."""


class SubmissionDesk:
    """Takes submissions of an arena.

    Args:
        store: of the arena.
        settings: of the arena.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.is_open = settings.submissions != "off"
        self.has_accounts = signs_in()
        self._checked: Newest[str, Checked] = Newest(KEPT)
        self._passed: Newest[tuple[str, str], Checked] = Newest(KEPT)
        self._entered: Newest[str, str] = Newest(KEPT)
        self._recent = RecentEntries(settings.submissions_a_day)

    def check(self, statement: Statement, account: Account) -> Checked:
        """Check a model, which takes seconds, and keep what was found. One that has just passed is not checked again.

        Raises:
            InputError: what the submitter says is wrong.
        """
        self._check_open()
        check_words(statement, account)
        before = self._passed.get((account.subject, statement.reference))
        if before is not None and time.monotonic() - before.at < FRESH_SECONDS:
            report, taken, at = before.report, before.estimate, before.at
        else:
            at = time.monotonic()
            report = check_apart(statement.reference, self.settings, listed=self._compared(statement.reference))
            taken = estimate(report, self.settings, self.store) if report.passed else None
        checked = Checked(secrets.token_urlsafe(16), account.subject, statement, report, taken, at)
        if report.passed:
            self._passed.add((account.subject, statement.reference), checked)
            checked = replace(checked, report=_with_statement(checked.report, statement, account))
        self._checked.add(checked.key, checked)
        return checked

    def checked(self, key: str, account: Account) -> Checked:
        """What was checked for this account.

        Raises:
            InputError: it is no longer here, or was not checked for this account.
        """
        checked = self._checked.get(key)
        if checked is None or checked.subject != account.subject or time.monotonic() - checked.at > FRESH_SECONDS:
            raise InputError("check: it is too old, or was made before the arena was started again; check the model once more")
        return checked

    def enter(self, key: str, account: Account) -> str:
        """Put what was checked into the queue, and give the id of its submission.

        Raises:
            InputError: it is no longer here; or a field is wrong, or a quota is used up.
        """
        self._check_open()
        checked = self.checked(key, account)
        if self._entered.get(key) is None:  # who presses twice has entered it
            self._recent.check(account.subject)
        submission = enter(self.store, checked.statement, checked.report, account, self.settings, checked.estimate)
        self._entered.add(key, submission)
        standing = self.store.submissions.get(submission)
        if standing and (who := standing.submission.submitter) and who.subject == account.subject:
            self._recent.add(account.subject, submission)
        return submission

    def _check_open(self) -> None:
        if not self.is_open:
            raise InputError("submissions: are off here; ask whoever runs this arena, or submit to one of your own")

    def _compared(self, reference: str) -> Mapping[str, frozenset[str]]:
        """The weights of all other models that take part, by which a copy is known."""
        return weights_to_compare(self.settings, self.store, reference)


def submission_notice(settings: Settings) -> str | None:
    """One line for the operator where submissions are on and nobody can submit on the page; None elsewhere.

    Raises:
        SettingsError: what says whether people sign in is not complete.
    """
    if settings.submissions == "off" or signs_in():
        return None
    return (
        "submissions: nobody signs in here, so that they come from `arena submit` alone; OAUTH_CLIENT_ID and "
        "OAUTH_CLIENT_SECRET of an application of the Hub switch the page on"
    )


def stated(given: Statement, precision: str, account: Account) -> tuple[Statement, list[str]]:
    """What a submitter says with its reference as it is checked, and all that is wrong with it so far: a line for each field.

    Args:
        given: with the model as it was typed or pasted.
        precision: torch dtype; empty for the usual one.
        account: who submits.
    """
    faults: list[str] = []
    try:
        given = replace(given, reference=reference_of(given.reference, precision))
    except InputError as error:
        faults.append(str(error))
    return given, faults + faults_of_words(given, account)


def account_of(profile: Mapping[str, object] | None) -> Account:
    """Whom the Hub has signed in.

    Raises:
        InputError: nobody, or it does not say whom.
    """
    if profile is None:
        raise InputError("account: nobody is signed in, or no longer; sign in with Hugging Face")
    try:
        return account_of_sign_in(profile)
    except SettingsError as error:
        raise InputError(str(error)) from None


def reference_of(model: str, precision: str = "") -> str:
    """The reference to what somebody typed or pasted.

    Args:
        model: a repository, the address of its page on the Hub, or an endpoint; with options.
        precision: torch dtype; empty for the usual one.

    Raises:
        InputError: there is none, it is too long, or two precisions are named.
    """
    text = model.strip()
    if page := PAGE_OF_MODEL.fullmatch(text):
        text = page[1] if page[2] is None else f"{page[1]}@{page[2].partition('/')[0]}"
    if not text:
        raise InputError("model: is missing; name a repository, such as organisation/name")
    if len(text) > LONGEST or not text.isprintable():
        raise InputError(f"model: is no name; write organisation/name, of {LONGEST} characters at most")
    if not precision:
        return text
    if is_endpoint(text):
        raise InputError("precision: an endpoint has its own; leave it as usual")
    if "dtype=" in text:
        raise InputError("precision: the model's name holds one already; leave one of them out")
    return f"{text}{'&' if '?' in text else '?'}dtype={precision}"


def _with_statement(report: CheckReport, statement: Statement, account: Account) -> CheckReport:
    """The report with one more check: whether the submitter and the card say the same; one for each field where they do not."""
    parted = [fault.rpartition("; ") for fault in faults_of_statement(statement, report, account)]
    said = [Check("your statement", passed=False, seen=seen, remedy=remedy) for seen, _, remedy in parted]
    agreed = Check("your statement", passed=True, seen=f"for {statement.organisation}, as the card says")
    return replace(report, checks=(*report.checks, *(said or [agreed])))
