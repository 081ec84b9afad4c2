"""Choices against a list of labelled replies: what is read is right, most is read, and what is undecided stays so.

`choices.jsonl` has replies in 23 languages, labelled before any of them was read by the rules; the rows that are held out never
served to choose words or rules. `right` is null where a careful person would not say what was chosen.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.probes import Probe, Reply
from arena.tasks.choice_replies import letter_choice, number_choice
from arena.tasks.reading import written_choice
from arena.tasks.yes_no_replies import yes_or_no

LAMP = "A woman is plugging a lamp into an outlet"
FORK = "A woman is plugging a fork into an outlet"
TASKS = {
    "caption_choice": (letter_choice, Probe("caption_choice", "", "", (), "", (LAMP, FORK), ("A", "B"))),
    "image_choice": (number_choice, Probe("image_choice", "", "", (), "", (FORK,), ("1", "2"))),
    "verification": (yes_or_no, Probe("verification", "", "", (), "", (FORK,), ("yes", "no"))),
}
LABELLED = Path(__file__).with_name("choices.jsonl")
ROWS = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
REASON = "\n\nThe image shows a woman who kneels beside an outlet in a small room."


def read(row):
    reader, probe = TASKS[row["task"]]
    return reader(row["reply"], probe)


@pytest.mark.parametrize("held_out", [True, False])
@pytest.mark.parametrize("task", TASKS)
def test_what_is_read_is_right_and_most_is_read(task, held_out):
    rows = [row for row in ROWS if row["task"] == task and row["held_out"] == held_out and row["right"] is not None]
    readings = [(row["right"], read(row)) for row in rows]
    assert [right for right, option in readings if option not in (right, None)] == []
    assert sum(option is None for _, option in readings) / len(rows) <= 0.2


@pytest.mark.parametrize("task", TASKS)
def test_what_is_undecided_stays_unread(task):
    rows = [row for row in ROWS if row["task"] == task and row["right"] is None]
    assert sum(read(row) is not None for row in rows) / len(rows) <= 0.03


@given(st.sampled_from(ROWS), st.sampled_from(("", REASON)), st.data())
def test_a_reply_that_was_cut_decides_nothing_but_what_the_whole_reply_decides(row, reason, data):
    reader, probe = TASKS[row["task"]]
    text = row["reply"] + reason
    cut = text[: data.draw(st.integers(0, len(text)))]
    assert written_choice(probe, Reply(text=cut, finished=False), reader) in (None, reader(text, probe))


def test_no_reply_is_labelled_twice():
    assert len({(row["task"], row["reply"]) for row in ROWS}) == len(ROWS)
