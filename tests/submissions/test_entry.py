"""What enters the queue was checked, is whose submitter may submit it, and stands there once, at one commit."""

import json
from dataclasses import asdict, replace

import pytest
from entry_world import ANN, FACTS, OPEN, report, statement
from hub_server import COMMIT

from arena.contestants import Contestant
from arena.errors import InputError, SettingsError
from arena.models.endpoint_reference import contestant_of_endpoint
from arena.store import Store
from arena.store.records import now
from arena.store.submission_records import SubmissionEvent
from arena.submissions.accounts import Account
from arena.submissions.contestant_of import contestant_of_standing
from arena.submissions.entry import enter, pinned_reference
from arena.submissions.estimate import Estimate, estimate

GONE_ON = ("CHECKING", "RUNNING", "LISTED")
ESTIMATE = Estimate(7, 70.0, 0, "size")
ENDPOINT = "https://host.example/v1#model"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """For tests by which nothing enters."""
    with Store.open(tmp_path_factory.mktemp("empty") / "home") as opened:
        yield opened
        assert opened.submissions.standings() == []


def entered(store, said=None, found=None, account=ANN, settings=OPEN):
    said = said or statement()
    return enter(store, said, found or report(said.reference), account, settings, ESTIMATE)


def advance(store, identifier, *states, **detail):
    for state in states:
        standing = store.submissions.get(identifier)
        event = SubmissionEvent(identifier, state, at=now(), detail=detail)
        assert store.submissions.advance(event, [standing.state])


def test_what_was_checked_and_said_is_kept_with_its_commit(store):
    standing = store.submissions.get(entered(store, statement(contact=" ann@example.org ")))
    kept = standing.submission
    assert (standing.state, standing.event.by) == ("PENDING", "ann")
    assert kept.reference == f"team/model@{COMMIT}"
    assert (kept.submitter.subject, kept.submitter.contact) == ("u-1", "ann@example.org")
    assert (kept.licence, kept.base_model, kept.weights) == ("apache-2.0", "org/base", ("aa", "bb"))
    known = {"check": asdict(FACTS), "suites": ["starter"], "estimate": asdict(ESTIMATE)}
    assert kept.facts == json.loads(json.dumps(known))


def test_the_same_model_enters_once_and_another_commit_or_setting_beside_it(store):
    first = entered(store)
    assert entered(store) == first
    assert entered(store, statement("team/model?turns=2&dtype=float32")) == first, "these say what holds anyway"
    other = report(revision="ab" * 20)
    beside = {first, entered(store, found=other), entered(store, statement("team/model?turns=1"))}
    assert len(beside) == 3


def test_options_have_one_spelling():
    spellings = ("turns=1&dtype=bfloat16", "dtype=bfloat16&turns=1", "dtype=bfloat16&turns=1&thinking=0&thinking=000")
    assert {pinned_reference(report(f"team/model?{text}")) for text in spellings} == {
        f"team/model@{COMMIT}?dtype=bfloat16&turns=1"
    }
    assert pinned_reference(report("team/model@main")) == f"team/model@{COMMIT}"


@pytest.mark.parametrize(
    ("said", "found", "says"),
    [
        ({"contact": ""}, {}, "contact: is missing; say how to reach you"),
        ({"contact": "ann"}, {}, "contact: is neither a mail address nor a web address"),
        ({"contact": "javascript:alert(1)"}, {}, "contact: is neither"),
        ({"contact": "https://user:word@host.example/"}, {}, "contact: is neither"),
        ({"contact": "https://[::1"}, {}, "contact: is neither"),
        ({"contact": f"{'a' * 60}@{'b' * 200}.org"}, {}, "contact: has 265 characters; give 200 at most"),
        ({"contact": "ann@exam\u202eple.org"}, {}, "contact: holds characters that cannot be seen"),
        ({"licence": "mit\x1b[31m"}, {}, "licence: holds characters that cannot be seen"),
        ({"organisation": "team\x00"}, {}, "organisation: holds characters"),
        ({"licence": "mit"}, {}, "licence: the card says apache-2.0, and you say mit; change one of them"),
        ({"licence": ""}, {"licence": None}, "licence: is missing"),
        ({"base_model": "org/other"}, {}, "base model: the card says org/base, and you say org/other"),
        ({"base_model": "../../etc"}, {"base_models": ()}, "base model: is no name on the Hub"),
        (
            {"organisation": "school"},
            {},
            "organisation: your role in school is read, and admin, write or contributor may submit",
        ),
        ({"organisation": "choir"}, {}, "organisation: your role in choir is unknown"),
        ({"organisation": "others"}, {}, "organisation: ann is no member of others; submit for ann or club or team"),
        ({"organisation": ""}, {}, "organisation: ann is no member of the empty name"),
        ({"terms": False}, {}, "terms: are not accepted"),
        ({}, {"passed": False}, r"model: has not passed its checks \(licence\)"),
        ({}, {"revision": ""}, "model: the Hub names no commit"),
        ({}, {"reference": "team/another"}, "model: is another one than was checked"),
        ({"reference": "team/model?device=cpu"}, {}, "options: device is for the operator to choose; leave device=cpu out"),
        ({"reference": "team/model?turns=1"}, {"kind": "contrastive"}, "options: a model that only compares has none"),
    ],
)
def test_what_is_wrong_is_one_line_that_begins_with_the_field(empty, said, found, says):
    given = statement(**said)
    with pytest.raises(InputError, match=f"^{says}") as caught:
        entered(empty, given, report(**{"reference": given.reference, **found}))
    assert "\n" not in str(caught.value)
    assert "; " in str(caught.value), "it names a way out"
    assert empty.submissions.standings() == []


@pytest.mark.parametrize(
    "contact", ["ann@example.org", "first.last+arena@a-b.example.co", "https://example.org/contact?to=ann"]
)
def test_mail_and_web_addresses_are_contacts(store, contact):
    assert store.submissions.get(entered(store, statement(contact=contact))).submission.submitter.contact == contact


def test_an_account_submits_for_itself(store):
    assert store.submissions.get(entered(store, statement(organisation="ann"))).submission.organisation == "ann"


def test_where_submissions_are_off_nothing_enters(empty):
    with pytest.raises(SettingsError, match=r"^ARENA_SUBMISSIONS: is off"):
        entered(empty, settings=replace(OPEN, submissions="off"))


def test_an_account_has_a_quota_whatever_it_calls_itself_and_an_organisation_has_one(store):
    settings = replace(OPEN, submissions_a_day=2, submissions_of_organisation=3)
    for turns, account in (("", ANN), ("?turns=1", replace(ANN, name="anna"))):
        entered(store, statement(f"team/model{turns}"), account=account, settings=settings)
    with pytest.raises(InputError, match=r"^your account: has submitted 2 since .* UTC, and may 2"):
        entered(store, statement("team/model?thinking=9"), account=replace(ANN, name="annie"), settings=settings)
    bob = Account("u-2", "bob", {"team": "admin"})
    entered(store, statement("team/model?thinking=9"), account=bob, settings=settings)
    with pytest.raises(InputError, match=r"^team: has submitted 3 since"):
        entered(store, statement("team/model?thinking=8"), account=bob, settings=settings)


def test_an_endpoint_is_the_contestant_that_plays_and_its_licence_is_said(store):
    found = replace(report(ENDPOINT, licence=None, weights={}, base_models=()), reference=ENDPOINT)
    kept = store.submissions.get(entered(store, statement(ENDPOINT, licence="proprietary"), found)).submission
    assert (kept.reference, kept.licence) == (ENDPOINT, "proprietary")
    assert kept.contestant_id == contestant_of_endpoint(ENDPOINT).id


def test_who_a_listed_model_is_on_the_board_is_told_by_its_step_or_by_its_settings(store):
    names = ("team/model", "team/model?dtype=bfloat16")
    ids = [entered(store, statement(name)) for name in names]
    assert [contestant_of_standing(store, store.submissions.get(one)) for one in ids] == [None, None]
    plain = Contestant("team/model", COMMIT, "generative 1", {"dtype": "float32"})
    half = Contestant("team/model", COMMIT, "generative 1", {"dtype": "bfloat16"})
    under = replace(plain, settings={"dtype": "float32", "strategy": "reminder"})
    store.add_contestants([under, half, plain, Contestant("team/model", "ab" * 20, "generative 1")])
    assert [contestant_of_standing(store, store.submissions.get(one)) for one in ids] == [plain, half]
    advance(store, ids[0], *GONE_ON, contestant=half.id)
    assert contestant_of_standing(store, store.submissions.get(ids[0])) == half


def seconds(store, found):
    told = estimate(found, OPEN, store).seconds
    assert told is not None
    return told


def test_an_estimate_counts_what_is_asked_and_grows_with_the_size(empty):
    small = estimate(report(parameters=10**8), OPEN, empty)
    assert (small.questions, small.requests, small.basis) == (3120, 0, "size")
    assert seconds(empty, report(parameters=10**10)) > 50 * seconds(empty, report(parameters=10**8))
    one_image = estimate(report(images=1), OPEN, empty)
    assert one_image.questions == 3120 - 960, "image choices need two"
    assert seconds(empty, report("team/model?thinking=2048")) > 2 * seconds(empty, report())
    assert "an estimate by its size" in small.in_words()


def test_of_an_endpoint_requests_are_told_and_of_what_nobody_knows_no_time(empty):
    told = estimate(replace(report(), reference=ENDPOINT), OPEN, empty)
    assert (told.requests, told.basis) == (3120, "speed")
    assert "3,120 requests" in told.in_words()
    unknown = estimate(report(parameters=None), OPEN, empty)
    assert (unknown.seconds, unknown.basis) == (None, "unknown")
    assert "nobody knows yet" in unknown.in_words()
