"""The page that visitors read states the numbers that the code uses."""

import math
from pathlib import Path

import pytest

from arena import method
from arena.battles.board import BOOTSTRAP_ROUNDS
from arena.battles.host import SECRECY
from arena.battles.matchmaking import CLOSENESS, EXPLORATION
from arena.battles.pair_choice import FRESH_SHARE, GENERATED_SHARE
from arena.generators.scenes import FAMILIES
from arena.models.loading import IMAGE_SIZE
from arena.ratings import START, K
from arena.ratings.elo import POINTS_PER_LOGIT
from arena.tasks import TASKS
from arena.tasks.second_replies import MARGIN
from arena.tasks.second_turn import LONGEST_WORDS

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "statement",
    [
        f"Method version **{method.VERSION}**",
        f"K = {K:g}, everybody starts at {START:g}",
        f"mean of R = {START:g}",
        f"with replacement, {BOOTSTRAP_ROUNDS} times",
        f"exp(-|Elo gap| / {CLOSENESS:g})",
        f"not judged within {SECRECY.seconds // 60} minutes",
        f"drawn scenes of {len(FAMILIES)} families",
        f"its longer edge gets at most {IMAGE_SIZE} pixels",
        f"at most the last {LONGEST_WORDS:,} characters",
    ],
)
def test_the_page_states(statement):
    assert statement in PAGE


@pytest.mark.parametrize(
    ("statement", "stated", "used"),
    [
        ("a tenth of the probability", 0.1, EXPLORATION),
        ("a quarter of visitors' pairs", 0.25, FRESH_SHARE),
        ("as many are generated ones", FRESH_SHARE, GENERATED_SHARE),
        ("at least three times as likely", 3, math.exp(MARGIN)),
        ("wandering by some 35 points", 35, math.sqrt(K * POINTS_PER_LOGIT / 2)),
    ],
)
def test_what_the_page_says_in_words_is_what_the_code_does(statement, stated, used):
    assert statement in PAGE
    assert used == pytest.approx(stated, rel=0.1)


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_the_chance_of_a_task_is_that_of_the_code(task):
    row = next(line for line in PAGE.split("| ") if line.startswith(task.name.replace("_", " ")))
    assert f"| {100 * task.chance_solved:g} % |" in PAGE[PAGE.index(row) :][:250]
