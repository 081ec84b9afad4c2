"""What may be done to a submission from its page, and by whom. Everything is refused here, whatever buttons a page shows."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arena.errors import InputError
from arena.settings import Settings
from arena.store import Store
from arena.store.submission_records import LINE, SubmissionStanding
from arena.submissions import decisions
from arena.ui.submission_desk import account_of

LONGEST_REASON = 300
"""Characters that everybody reads."""

Profile = Mapping[str, Any] | None
"""Of the account that is signed in, as `gr.OAuthProfile` has it."""


@dataclass(frozen=True)
class Rights:
    """Who somebody is to a submission."""

    name: str = ""
    """Of the account; empty where nobody is signed in."""
    submitter: bool = False
    admin: bool = False

    @property
    def any(self) -> bool:
        """Whether they may do anything at all."""
        return self.submitter or self.admin


class Decisions:
    """What submitters and admins decide.

    Args:
        store: of the arena.
        settings: of the arena, which name its admins.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._submissions = store.submissions
        self._admins = {name.casefold() for name in settings.admins}
        self._one_at_a_time = threading.Lock()
        """No step names somebody whose account is erased meanwhile."""

    def rights(self, standing: SubmissionStanding | None, profile: Profile) -> Rights:
        """Who somebody is to a submission; without one, to the arena."""
        if profile is None:
            return Rights()
        account = account_of(profile)
        submitter = standing.submission.submitter if standing else None
        is_admin = account.name.casefold() in self._admins
        if submitter is not None and submitter.subject == account.subject:
            return Rights(submitter.name, submitter=True, admin=is_admin)  # steps of a renamed account are erased with it
        return Rights(account.name, admin=is_admin)

    def withdraw(self, submission: str, reason: str, profile: Profile) -> str:
        """Take it out of the queue or off the ranks. For its submitter and admins."""
        with self._one_at_a_time:
            standing, rights = self._may(submission, profile)
            decisions.withdraw(self._store, standing, reason=_public(reason), by=rights.name)
        return "It is withdrawn. It has no rank any more; what it did before stays findable."

    def retry(self, submission: str, profile: Profile) -> str:
        """Let it wait for its turn again. For admins."""
        standing, rights = self._may(submission, profile, admins_only=True)
        decisions.retry(self._store, standing, reason="is tried again", by=rights.name)
        return "It waits for its turn again."

    def forget(self, submission: str, profile: Profile) -> str:
        """Erase who submitted it, and how to reach them. For its submitter and admins."""
        with self._one_at_a_time:
            standing, rights = self._may(submission, profile)
            asked = "by who submitted it" if rights.submitter else "by whoever runs the arena"
            decisions.forget(self._store, standing, reason=asked, by=rights.name)
        return "Account and contact are erased. The submission stays, and from now on whoever runs the arena decides about it."

    def pause(self, submission: str, reason: str, profile: Profile, *, paused: bool) -> str:
        """Pause one that waits, or let it go on. For admins."""
        _, rights = self._may(submission, profile, admins_only=True)
        _check_changes("submission", "paused", paused, submission in self._submissions.paused())
        self._submissions.pause(submission, paused=paused, reason=_public(reason) if paused else "goes on", by=rights.name)
        return "It is paused." if paused else "It goes on."

    def pause_line(self, reason: str, profile: Profile, *, paused: bool) -> str:
        """Have nothing new begun, or again. For admins."""
        rights = self._admin(profile)
        _check_changes("queue", "paused", paused, LINE in self._submissions.paused())
        self._submissions.pause(LINE, paused=paused, reason=_public(reason) if paused else "goes on", by=rights.name)
        return "The queue is paused; what is under way goes on." if paused else "The queue goes on."

    def block(self, submission: str, reason: str, profile: Profile, *, organisation: bool, blocked: bool) -> str:
        """Let its repository, or all of its organisation, be submitted no more, or again. For admins."""
        standing, rights = self._may(submission, profile, admins_only=True)
        name = blocked_name(standing, organisation=organisation)
        _check_changes(name, "blocked", blocked, name in self._submissions.blocks())
        words = _public(reason) if blocked else "may be submitted again"
        self._submissions.block(name, blocked=blocked, reason=words, by=rights.name)
        return f"{name} may not be submitted any more. What is listed stays." if blocked else f"{name} may be submitted again."

    def _may(self, submission: str, profile: Profile, *, admins_only: bool = False) -> tuple[SubmissionStanding, Rights]:
        standing = self._submissions.get(submission)
        rights = self.rights(standing, profile)
        if not rights.name:
            raise InputError("account: nobody is signed in, or no longer; sign in with Hugging Face")
        if standing is None or not (rights.admin or (rights.submitter and not admins_only)):
            raise InputError("submission: that is for its submitter and for whoever runs the arena, and you are neither")
        return standing, rights

    def _admin(self, profile: Profile) -> Rights:
        rights = self.rights(None, profile)
        if not rights.admin:
            raise InputError("queue: that is for whoever runs the arena, and you are not among them")
        return rights


def blocked_name(standing: SubmissionStanding, *, organisation: bool) -> str:
    """What is blocked of a submission: its organisation, or its repository."""
    submission = standing.submission
    return submission.organisation if organisation else submission.reference.partition("@")[0].partition("?")[0]


def _check_changes(what: str, word: str, wanted: bool, present: bool) -> None:
    """Do nothing if a decision changes something: a page may be older than what another admin has decided.

    Raises:
        InputError: it is so already.
    """
    if wanted == present:
        raise InputError(f"{what}: is {word if wanted else f'not {word}'} already; load the page again")


def _public(reason: str) -> str:
    """A reason that everybody may read, on one line.

    Raises:
        InputError: there is none, or it is too long.
    """
    words = " ".join(reason.split())
    if not words:
        raise InputError("reason: is missing; everybody reads it, so say in a few words why")
    if len(words) > LONGEST_REASON or not words.isprintable():
        raise InputError(f"reason: has characters that cannot be seen, or more than {LONGEST_REASON}; shorten it")
    return words
