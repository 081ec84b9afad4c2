"""A model on its way from the Hub to the board, through every process that it takes, and off it again."""

import math
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hostile_models import Draft
from hub_server import COMMIT, Hub
from huggingface_hub import HfApi
from submitted_models import LOOP, nudge, serve, submission, submit, worker_settings

from arena.errors import RepositoryError
from arena.models import check_repository
from arena.models.thoughts import read_thoughts
from arena.opening import open_arena
from arena.roster import STARTER_MODELS, is_foreign
from arena.settings import Settings
from arena.store import Store
from arena.store.submission_records import Submission, SubmissionEvent
from arena.submissions.check_report import CheckReport
from arena.submissions.checks import check_submission
from arena.submissions.listed_weights import weights_to_compare
from arena.submissions.submission_limits import limits_of
from arena.worker.backends import LocalBackend, model_cache
from arena.worker.model_trial import _bounded, _Exhausted
from arena.worker.weight_numbers import check_weight_numbers
from arena.worker.worker import Worker, only_worker

PATIENCE = 120
LISTED = STARTER_MODELS / "drawn-world" / "clip-mini"
"""A model that a submission is compared with."""
FEW_QUESTIONS = str(Path(__file__).parents[1] / "few_questions.py")


class Checked(LocalBackend):
    """The backend of this machine, which knows what its process and what this one found of a submission."""

    def __init__(self, store: Store, settings: Settings, hub: Hub) -> None:
        super().__init__(store, settings)
        self.stores, self.settings, self.api = store, settings, HfApi(endpoint=hub.address)
        self.apart: CheckReport | None = None
        self.here: CheckReport | None = None

    def check(self, submission: Submission, stop: threading.Event) -> CheckReport:
        listed = weights_to_compare(self.settings, self.stores, submission.reference)
        cache = self.settings.home / "checked-here"
        self.here = check_submission(submission.reference, limits_of(self.settings), self.api, cache=cache, listed=listed)
        self.apart = super().check(submission, stop)
        return self.apart


def without_room(report: CheckReport) -> CheckReport:
    """What was found, but for how much the disk had room for at that moment."""
    return replace(
        report, checks=tuple(replace(check, seen=check.seen.partition(", and at most")[0]) for check in report.checks)
    )


@pytest.fixture
def private_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Its models may be read by the arena's account alone; the token is on this machine."""
    monkeypatch.setenv("HF_TOKEN", hub.accounts.token(hub.accounts.add("arena", team="read")))
    return hub


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.long
@pytest.mark.usefixtures("unhindered")
def test_a_good_model_is_listed_plays_and_is_off_every_rank_once_it_is_withdrawn(private_hub, tmp_path):
    hub = private_hub
    serve(hub, tmp_path / "good", "team/good").private = True
    models = ("always-answer", "always-refuse")
    settings = worker_settings(tmp_path / "home", starter_models=False, models=models, submission_suites=(FEW_QUESTIONS,))
    with open_arena(settings, at_once=True) as (arena, problems), only_worker(settings.home) as name:
        store, work = arena.store, arena.store.submissions
        given = submit(store, submission("team/good", COMMIT))
        backend = Checked(store, replace(settings, models=(*models, str(LISTED))), hub)
        worker = Worker(store, backend, settings, name, threading.Event())
        worker.run(once=True)
        standing = work.get(given)
        assert standing is not None
        assert (standing.state, standing.event.words, problems) == ("LISTED", "takes part", ())
        assert backend.here
        assert backend.apart
        assert without_room(backend.apart) == without_room(backend.here), "the process of the checks finds what this one finds"
        assert "differs from 1 listed models" in [check.seen for check in backend.here.checks]
        contestant = standing.event.detail["contestant"]
        until(lambda: contestant in arena.lineup)
        asked = [one for one in hub.requested if "safetensors" in one and one.startswith("GET storage") and "bytes=" not in one]
        assert len(asked) == 1, "weights are fetched once"
        (evaluated,) = store.evaluations.evaluated()
        assert evaluated.contestant_id == contestant
        for _ in range(4):
            arena.play_through()
        assert store.battle_counts()[contestant] >= 1
        assert contestant in {row.contestant.id for row in arena.leaderboard().value.rows}

        assert work.advance(SubmissionEvent(given, "WITHDRAWN", "a mistake", "ada"), ["LISTED"])
        until(lambda: contestant not in arena.lineup)
        worker.run(once=True)
        assert not model_cache(settings, given).exists()
        assert contestant not in {row.contestant.id for row in arena.leaderboard().value.rows}
        arena.play_through()
        assert contestant not in {row.contestant.id for row in arena.leaderboard().value.rows}
        assert store.battle_counts()[contestant] >= 1, "its battles stay"


def test_weights_that_are_no_numbers_are_named_with_file_and_tensor(tmp_path):
    draft = Draft(tmp_path / "nan")
    check_weight_numbers(check_repository(str(draft.folder)))
    nudge(draft, number=math.nan)
    with pytest.raises(RepositoryError, match=r"nan: model\.safetensors: tensor \S+ holds NaN; "):
        check_weight_numbers(check_repository(str(draft.folder)))


def test_a_template_that_loops_ends_with_its_share_of_the_processor():
    began = time.process_time()
    with pytest.raises(_Exhausted), _bounded(0.5):
        read_thoughts(LOOP)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("reference", "foreign"),
    [
        ("drawn-world/llava-mini", False),
        (str(STARTER_MODELS / "drawn-world" / "llava-mini"), False),
        ("llava-mini+reminder", False),
        ("always-refuse", False),
        ("https://host.example/v1#model", False),
        ("organisation/name@main", True),
        ("organisation/name?dtype=bfloat16+reminder", True),
        ("./a-folder", True),
    ],
)
def test_models_of_others_are_told_from_those_that_ship_and_those_that_run_elsewhere(reference, foreign):
    assert is_foreign(reference) is foreign
