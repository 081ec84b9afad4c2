"""The page that visitors read states the numbers that the code uses."""

import math
from pathlib import Path

import numpy as np
import pytest

from arena import method
from arena.battles.host import SECRECY
from arena.battles.leaderboard import BOOTSTRAP_ROUNDS
from arena.battles.matchmaking import CLOSENESS, EXPLORATION
from arena.battles.pair_choice import FRESH_SHARE, GENERATED_SHARE
from arena.generators.scenes import FAMILIES
from arena.models.loading import IMAGE_SIZE
from arena.ratings import START, K
from arena.ratings.elo import POINTS_PER_LOGIT
from arena.ratings.one_sided import Outsider
from arena.ratings.percentiles import expanded_tail
from arena.tasks import TASKS
from arena.tasks.second_replies import MARGIN
from arena.tasks.second_turn import LONGEST_WORDS

WORDS = {5: "five", 7: "seven"}
FEWEST_FOR_AN_INTERVAL = next(number for number in range(1, 50) if expanded_tail(0.025, number) * (BOOTSTRAP_ROUNDS + 1) >= 1)
FEWEST_FOR_A_BOUND = next(number for number in range(1, 50) if Outsider(0, 1, np.array([number])).suffices(0.05))
PAGE = " ".join((Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "statement",
    [
        f"Method version **{method.VERSION}**",
        f"K = {K:g}, everybody starts at {START:g}",
        f"mean of R = {START:g}",
        f"with replacement, {BOOTSTRAP_ROUNDS} times",
        f"fewer than {WORDS[FEWEST_FOR_AN_INTERVAL]} families there is no interval",
        f"fewer than {WORDS[FEWEST_FOR_A_BOUND]} families an equal would win everything more often",
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
