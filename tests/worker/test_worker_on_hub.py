"""A model on its way from the Hub to the board, through every process that it takes, and off it again."""

import math
import threading
import time
from pathlib import Path

import pytest
from hostile_models import Draft
from hub_server import COMMIT
from submitted_models import LOOP, nudge, serve, submission, submit, worker_settings

from arena.errors import RepositoryError
from arena.models import check_repository
from arena.models.thoughts import read_thoughts
from arena.opening import open_arena
from arena.roster import STARTER_MODELS, is_foreign
from arena.store.submission_records import SubmissionEvent
from arena.worker.backends import LocalBackend, model_cache
from arena.worker.model_trial import _bounded, _Exhausted
from arena.worker.weight_numbers import check_weight_numbers
from arena.worker.worker import Worker, only_worker

PATIENCE = 120
FEW_QUESTIONS = str(Path(__file__).parents[1] / "few_questions.py")


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.long
def test_a_good_model_is_listed_plays_and_is_off_every_rank_once_it_is_withdrawn(hub, tmp_path):
    serve(hub, tmp_path / "good", "team/good")
    models = ("always-answer", "always-refuse")
    settings = worker_settings(tmp_path / "home", starter_models=False, models=models, submission_suites=(FEW_QUESTIONS,))
    with open_arena(settings, at_once=True) as (arena, problems), only_worker(settings.home) as name:
        store, work = arena.store, arena.store.submissions
        given = submit(store, submission("team/good", COMMIT))
        worker = Worker(store, LocalBackend(store, settings), settings, name, threading.Event())
        worker.run(once=True)
        standing = work.get(given)
        assert standing is not None
        assert (standing.state, standing.event.words, problems) == ("LISTED", "takes part", ())
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
