"""An evaluation that is killed again and again: nothing that was committed is asked again, and the table comes out the same.

What the guarantee is: a probe whose reply is committed is never asked again. A kill costs the batch in flight, whose replies
nobody has; it is asked again.
"""

import itertools
import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from endpoint_server import serve
from processes import STARTERS, arena, exit_code, forked, killed, only, run_arena, wait_until
from starter_model import StarterModel

from arena.evaluation.results import Results
from arena.models.endpoint_reference import contestant_of_endpoint
from arena.store import Store
from arena.store.evaluations import Evaluations
from arena.store.records import Evaluated
from arena.suites import SUITES

pytestmark = pytest.mark.long

KILLS = 3
PAIRS = 7
ONE_MODEL = only([STARTERS / "clip-mini"])
"""Settings of an arena that looks at no other."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The name of an endpoint that serves a starter model, and the file in which it notes every request before it answers."""
    log, address = tmp_path / "requests.jsonl", tmp_path / "address"
    with forked(serve_until_ended, log, address) as process:
        wait_until(address.exists, process)
        yield f"{address.read_text()}#llava-mini", log


def serve_until_ended(log: Path, address: Path) -> None:
    with serve(StarterModel(STARTERS / "llava-mini"), log=log) as served:
        whole = address.with_suffix(".new")
        whole.write_text(served.address)
        whole.rename(address)
        threading.Event().wait()


def evaluation(home, *arguments):
    words = ("evaluate", "--suite", "starter", *arguments)
    return arena(*words, home=home, output=home.with_suffix(".terminal"), environment=ONE_MODEL)


def finish(home, *arguments):
    with evaluation(home, *arguments) as process:
        assert exit_code(process) == 0, home.with_suffix(".terminal").read_text()


@cache
def probe_keys() -> dict[tuple[tuple[str, ...], str], str]:
    """Images and prompt of each question -> its probe key."""
    probes = [question.probe for question in SUITES["starter"].load(None).questions]
    return {(tuple(picture.digest for picture in probe.images), probe.prompt): probe.key for probe in probes}


def requests(log: Path) -> list[str]:
    """The probe keys of all requests so far, in order."""
    lines = log.read_text().split("\n")[:-1] if log.exists() else []
    return [probe_keys()[tuple(asked["images"]), asked["prompt"]] for asked in map(json.loads, lines)]


def noted(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def committed(home, contestant) -> set[str]:
    with Store.open(home) as store:
        return set(store.replies(contestant, probe_keys().values()))


def table(home, contestant):
    with Store.open(home) as store:
        return Results(store).estimates("starter", contestant)


def evaluated(home: Path) -> Evaluated:
    """How far the only model is."""
    with Store.open(home) as store:
        (found,) = store.evaluations.evaluated()
    return found


def test_kills_lose_and_repeat_nothing_that_was_committed(tmp_path, server):
    reference, log = server
    contestant = contestant_of_endpoint(reference).id
    home, arguments = tmp_path / "killed", ("--model", reference, "--limit", str(PAIRS))
    known: set[str] = set()
    chance = random.Random(3)
    for _ in range(KILLS):
        before, more, moment = noted(log), chance.randrange(20), chance.uniform(0, 0.1)
        with evaluation(home, *arguments) as process:
            wait_until(lambda start=before, count=more: noted(log) > start + count, process)
            time.sleep(moment)
            assert killed(process), "it was still asking"
        asked = requests(log)[before:]
        assert not known & set(asked), "what was committed is not asked again"
        now = committed(home, contestant)
        assert known <= now <= known | set(asked), "what was committed stays, and only what was asked is there"
        known = now
    assert len(known) > 0, "some of it was committed before the last kill"
    before = noted(log)
    finish(home, *arguments)
    last = requests(log)[before:]
    assert not known & set(last)
    assert len(last) == len(set(last)), "within a run nothing is asked twice"
    finish(tmp_path / "whole", *arguments)
    assert table(home, contestant) == table(tmp_path / "whole", contestant)
    assert set(requests(log)[:before]) | set(last) == set(requests(log)[before + len(last) :])


def test_a_local_model_that_is_killed_goes_on_and_ends_with_the_same_table(tmp_path):
    home, model = tmp_path / "killed", ("--model", "clip-mini", "--limit", "30")
    words = ["--home", str(home), "evaluate", "--suite", "starter", *model]
    with forked(run_until_commits, words, tmp_path / "terminal", 2) as process:
        assert exit_code(process) == -signal.SIGKILL
    before = evaluated(home)
    finish(home, *model)
    finish(tmp_path / "whole", *model)
    assert 0 < before.readings < evaluated(home).readings, "it was still asking"
    assert table(home, before.contestant_id) == table(tmp_path / "whole", before.contestant_id)


def run_until_commits(words: list[str], output: Path, count: int) -> None:
    """What a process of `arena` does that is killed while it asks on, once so many batches were committed."""
    plain, commits = Evaluations.add, itertools.count(1)

    def add(self: Evaluations, *committed: Any) -> int:
        number = plain(self, *committed)
        if next(commits) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    Evaluations.add = add  # pyright: ignore[reportAttributeAccessIssue]
    run_arena(words, output, ONE_MODEL)
