import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from store_world import NOON

from arena.errors import InputError
from arena.store.submission_records import (
    ENDED,
    LINE,
    NEXT,
    OPEN,
    Quota,
    Submission,
    SubmissionEvent,
    Submitter,
    new_submission_id,
)

ADA = Submitter("u-1", "ada", "ada@example.org")
QUOTA = Quota(NOON, 3, 4)


def submission(number=1, **changes):
    given = Submission(
        f"{number:032x}",
        f"team/model-{number}@{number:040x}",
        f"{number:016x}",
        "team",
        ADA,
        "apache-2.0",
        weights=("aa", "bb"),
        facts={"parameters": 7},
        submitted_at=NOON,
    )
    return replace(given, **changes)


def step(state, number=1, seconds=1, **more):
    return SubmissionEvent(f"{number:032x}", state, at=NOON + timedelta(seconds=seconds), **more)


def test_a_submission_comes_back_as_it_was(store):
    given = submission()
    assert store.submissions.add(given, QUOTA) == given.id
    standing = store.submissions.get(given.id)
    assert (standing.submission, standing.submission.facts) == (given, {"parameters": 7})
    assert (standing.state, standing.event.by) == ("PENDING", "ada")
    assert store.submissions.get("unknown") is None


def test_said_again_it_stands_once(store):
    assert [store.submissions.add(submission(), QUOTA) for _ in range(2)] == [submission().id] * 2
    assert len(store.submissions.standings()) == 1
    assert len(store.submissions.events(submission().id)) == 1


def test_a_contestant_enters_once_until_it_failed_or_was_withdrawn(store):
    store.submissions.add(submission(), QUOTA)
    again = replace(submission(2), contestant_id=submission().contestant_id)
    assert store.submissions.add(again, QUOTA) == submission().id
    assert store.submissions.advance(step("FAILED"), OPEN)
    assert store.submissions.add(again, QUOTA) == again.id


def test_a_step_is_taken_by_one_and_from_where_it_stands(store):
    store.submissions.add(submission(), QUOTA)
    taken = []
    workers = [
        threading.Thread(
            target=lambda n=n: taken.append(store.submissions.advance(step("CHECKING", by=f"w{n}", seconds=n), ["PENDING"]))
        )
        for n in range(1, 6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == [False] * 4 + [True]
    assert len(store.submissions.events(submission().id)) == 2
    assert not store.submissions.advance(step("LISTED", seconds=9), OPEN), "it was never evaluated"
    assert not store.submissions.advance(step("CHECKING", number=7), OPEN), "it is unknown"


def test_a_step_said_again_is_taken_once(store):
    store.submissions.add(submission(), QUOTA)
    assert [store.submissions.advance(step("CHECKING"), ["PENDING"]) for _ in range(2)] == [True, True]
    assert [event.state for event in store.submissions.events(submission().id)] == ["PENDING", "CHECKING"]


def test_a_step_that_stays_tells_how_far_it_is(store):
    store.submissions.add(submission(), QUOTA)
    for seconds, (state, share) in enumerate([("CHECKING", 0), ("RUNNING", 0.1), ("RUNNING", 0.5)], start=1):
        assert store.submissions.advance(step(state, seconds=seconds, detail={"share": share}), OPEN)
    assert store.submissions.get(submission().id).event.detail == {"share": 0.5}


def test_every_state_leads_on_or_is_an_end():
    assert set(NEXT) == {*OPEN, *ENDED}
    for state, following in NEXT.items():
        assert set(following) <= set(NEXT)
        assert state in ENDED or {"FAILED", "WITHDRAWN"} <= set(following)


def test_the_line_is_in_the_order_of_submission(store):
    for number in (3, 1, 2):
        store.submissions.add(submission(number, submitted_at=NOON + timedelta(minutes=number)), QUOTA)
    assert [store.submissions.place(f"{number:032x}") for number in (1, 2, 3)] == [0, 1, 2]
    store.submissions.advance(step("WITHDRAWN", seconds=999), OPEN)
    assert [store.submissions.place(f"{number:032x}") for number in (1, 2, 3)] == [None, 0, 1]
    assert [one.state for one in store.submissions.standings(ENDED)] == ["WITHDRAWN"]


@pytest.mark.parametrize(
    ("quota", "says"),
    [
        (Quota(NOON, 2, 9), "your account: has submitted 2"),
        (Quota(NOON, 9, 2), "team: has submitted 2 since 2026-03-01 12:00 UTC, and may 2"),
    ],
)
def test_who_has_used_up_a_quota_is_told(store, quota, says):
    for number in (1, 2):
        store.submissions.add(submission(number), quota)
    with pytest.raises(InputError, match=says):
        store.submissions.add(submission(3), quota)
    later = replace(quota, since=NOON + timedelta(seconds=1))
    assert store.submissions.add(submission(3), later)


def test_to_be_forgotten_gives_no_new_quota(store):
    quota = Quota(NOON, 1, 9)
    store.submissions.add(submission(), quota)
    store.submissions.forget(submission().id)
    with pytest.raises(InputError, match=r"^your account: has submitted 1"):
        store.submissions.add(submission(2), quota)
    assert store.submissions.add(submission(3, organisation="others"), quota)


@pytest.mark.parametrize("name", ["team", "team/model-1"])
def test_what_is_blocked_is_refused_until_it_is_no_more(store, name):
    store.submissions.block(name, blocked=True, reason="spam", by="operator")
    assert store.submissions.blocks() == {name: "spam"}
    with pytest.raises(InputError, match=rf"^{name}: may not be submitted \(spam\); ask the operator$"):
        store.submissions.add(submission(), QUOTA)
    store.submissions.block(name, blocked=False, reason="they wrote", by="operator")
    assert store.submissions.blocks() == {}
    assert store.submissions.add(submission(), QUOTA)


def test_who_submitted_is_forgotten_down_to_the_bytes(store, home):
    store.submissions.add(submission(submitter=Submitter("u-secret", "somebody-real", "me@home.example")), QUOTA)
    store.submissions.advance(step("WITHDRAWN", by="somebody-real"), OPEN)
    assert store.submissions.forget(submission().id)
    standing = store.submissions.get(submission().id)
    assert standing.submission.submitter is None
    assert standing.submission.organisation == submission().organisation
    assert {event.by for event in store.submissions.events(submission().id)} == {"submitter"}
    assert not store.submissions.forget(submission().id)
    for file in home.glob("arena.duckdb*"):
        assert b"me@home.example" not in file.read_bytes(), file


def test_who_submitted_for_nobody_else_is_forgotten_as_an_organisation_too(store):
    store.submissions.add(submission(organisation="ada", submitter=Submitter("u-1", "ada")), QUOTA)
    assert store.submissions.forget(submission().id)
    told = store.submissions.get(submission().id).submission
    assert (told.organisation, told.on_behalf_of) == ("", "an account that was erased")


def test_every_step_changes_the_revision(store):
    seen = [store.submissions.revision()]
    store.submissions.add(submission(), QUOTA)
    seen.append(store.submissions.revision())
    store.submissions.advance(step("CHECKING"), OPEN)
    seen.append(store.submissions.revision())
    assert seen == sorted(set(seen))


def test_what_is_paused_is_not_taken_until_it_may_go_on_and_others_are(store):
    first, second = submission(1), submission(2, submitted_at=NOON + timedelta(minutes=1))
    for one in (first, second):
        store.submissions.add(one, QUOTA)
    assert store.submissions.waiting()[0].submission.id == first.id
    before = store.submissions.revision()
    store.submissions.pause(first.id, paused=True, reason="to be looked at", by="operator")
    assert store.submissions.revision() > before
    assert store.submissions.waiting()[0].submission.id == second.id
    assert store.submissions.paused() == {first.id: "to be looked at"}
    assert store.submissions.place(second.id) == 0
    store.submissions.pause(LINE, paused=True, reason="a new disk", by="operator")
    assert store.submissions.waiting() == []
    for name in (first.id, LINE):
        store.submissions.pause(name, paused=False, reason="looked at", by="operator")
    assert store.submissions.paused() == {}
    assert store.submissions.waiting()[0].submission.id == first.id


def test_only_what_waits_is_paused(store):
    store.submissions.add(submission(), QUOTA)
    store.submissions.advance(step("CHECKING"), ["PENDING"])
    for name, says in ((submission().id, "is CHECKING"), ("unknown", "is unknown")):
        with pytest.raises(InputError, match=rf"^{name}: {says}; only one that waits can be paused$"):
            store.submissions.pause(name, paused=True, reason="why not", by="operator")
    with pytest.raises(InputError, match="say why"):
        store.submissions.pause(LINE, paused=True, reason=" ", by="operator")


def test_ids_begin_with_their_time_and_are_not_alike():
    ids = [new_submission_id(NOON + timedelta(seconds=seconds)) for seconds in (0, 0, 1)]
    assert len(set(ids)) == 3
    assert max(ids[:2]) < ids[2]
