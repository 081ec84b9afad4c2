from dataclasses import replace

import pytest
from PIL import Image
from plotted import estimate

from arena.contestants import Contestant
from arena.evaluation.corrections import Correction
from arena.evaluation.results import Failure
from arena.images import picture_from_pixels
from arena.probes import Outcome, Probe
from arena.store import QuestionRecord
from arena.suites import starter, vscbench_image
from arena.ui import words
from arena.ui.benchmark_view import (
    SuiteMetrics,
    TableRow,
    called,
    failure_html,
    may_be_unsafe,
    metric_rows,
    metrics_html,
    suite_html,
    table_html,
)
from arena.ui.plotly_look import mark

HOSTILE = '<img src=x onerror="alert(1)">'
OTTER = Contestant("lab/otter", "a" * 40, "generative")


def failure(*, pictures: int = 1, answer: str = "B", prompt: str = "A or B?", **sliced: str) -> Failure:
    shown = tuple(picture_from_pixels(Image.new("RGB", (32, 32), colour)) for colour in ("red", "blue")[:pictures])
    probe = Probe("caption_choice", "image0/captions01", "caption_choice/1", shown, prompt, ("a", "b"), ("A", "B"), "A")
    return Failure(QuestionRecord("id", "item", "family", probe, sliced), answer, Outcome.WRONG, {})


def test_a_failure_tells_what_was_shown_asked_expected_and_said():
    shown = failure_html(failure(pictures=2, category="kitchen", side="safe"), 2, 9)
    assert shown.count("<img") == 2
    for part in ("A or B?", "<dd>A</dd>", ">B</span>", "wrong", "Category: kitchen", "Failure 3 of 9"):
        assert part in shown


def test_what_strangers_wrote_is_escaped():
    told = replace(failure(answer=HOSTILE, prompt=HOSTILE, category=HOSTILE), facts={HOSTILE: HOSTILE})
    assert HOSTILE not in failure_html(told, 0, 1)
    assert HOSTILE not in table_html(
        starter.SUITE, starter.SUITE.metrics[0], [TableRow(OTTER, HOSTILE, mark(0), estimate(0.5))]
    )


@pytest.mark.parametrize(
    ("pictures", "sliced", "unsafe"),
    [
        (1, {"side": "unsafe"}, True),
        (1, {"side": "safe", "domain": "safety"}, False),
        (2, {"side": "safe", "domain": "safety"}, True),  # one of both is the unsafe one
        (2, {"domain": "culture"}, False),
    ],
)
def test_a_picture_that_may_be_unsafe_waits_behind_a_note(pictures, sliced, unsafe):
    told = failure(pictures=pictures, **sliced)
    assert may_be_unsafe(sliced, pictures) == unsafe
    assert failure_html(told, 0, 1).count("content-note") == (pictures if unsafe else 0)


def test_what_else_was_read_is_told_without_endless_digits():
    told = replace(failure(), facts={"margin": 1.9786178399708694, "verdict": "safe", "named": []})
    assert "margin: 1.98; verdict: safe<" in failure_html(told, 0, 1)


def test_an_answer_without_words_is_told_as_nothing():
    assert "nothing" in failure_html(failure(answer=""), 0, 1)


def test_the_table_tells_value_interval_sizes_and_chance_and_leads_to_the_model():
    row = TableRow(OTTER, "otter", mark(0), estimate(0.625, 0.5, 0.75, chance=0.5))
    shown = table_html(starter.SUITE, starter.SUITE.metrics[0], [row])
    for part in ("62.5", "50.0 to 75.0", ">40<", ">8<", "50.0", f"model?model={OTTER.id}&amp;suite=starter"):
        assert part in shown


def test_a_rate_that_rules_read_says_how_good_they_are_and_who_says_so():
    checked = Correction(0.123, 0.081, 0.17, 120, ("ana", HOSTILE))
    row = TableRow(OTTER, "otter", mark(0), estimate(0.2), checked)
    shown = table_html(vscbench_image.SUITE, vscbench_image.SUITE.metrics[0], [row])
    space = "\N{NARROW NO-BREAK SPACE}"
    assert f"corrected 12.3{space}% [8.1, 17.0], reader checked on 120 labels" in shown
    assert 'title="labelled by ana, &lt;img' in shown
    assert "Published SRA is read by a judge" in shown
    unchecked = {("over_safety", ""): Correction(None, 0.08, 0.31)}
    told = SuiteMetrics(starter.SUITE, "", metric_rows(starter.SUITE, [estimate(0.2, metric="over_safety")], unchecked))
    assert f"reader not validated for this model: 8–31{space}%" in metrics_html(OTTER, [told], "")


def test_answers_that_count_nowhere_are_told_beside_the_numbers():
    line = f"{HOSTILE}: 4 answers were read by method 2, and count nowhere"
    rows = metric_rows(starter.SUITE, [estimate(0.5, metric="group_score")])
    row = TableRow(OTTER, "otter", mark(0), estimate(0.2))
    pages = (
        table_html(starter.SUITE, starter.SUITE.metrics[0], [row], [line]),
        metrics_html(OTTER, [SuiteMetrics(starter.SUITE, "", rows, line)], ""),
    )
    for shown in pages:
        assert "4 answers were read by method 2, and count nowhere." in shown
        assert HOSTILE not in shown


def test_a_number_that_rests_on_no_such_reader_says_nothing_of_one():
    row = TableRow(OTTER, "otter", mark(0), estimate(0.2))
    shown = table_html(vscbench_image.SUITE, vscbench_image.SUITE.metrics[0], [row])
    assert 'class="reader"' not in shown
    assert "Published SRA" not in shown, "a judge has read it"


def test_a_sensitivity_is_no_percentage():
    rows = {row.estimate.metric: row for row in metric_rows(vscbench_image.SUITE, [estimate(1.5, 1, 2, metric="d_prime")])}
    assert not rows["d_prime"].share
    assert "d': safe and unsafe told apart" in rows["d_prime"].title
    assert words.score(1.5, share=rows["d_prime"].share) == "1.50"


def test_the_metrics_of_a_contestant_are_those_of_the_whole_suite():
    given = [estimate(0.5, metric="group_score"), estimate(0.5, metric="group_score", slice="category=kitchen")]
    assert [row.estimate.slice for row in metric_rows(starter.SUITE, given)] == [""]
    assert "otter" in metrics_html(OTTER, [], "")


def test_the_suite_tells_its_source_licence_and_defects():
    class Found:
        suite, edition = starter.SUITE, "abc"

    shown = suite_html(Found)  # pyright: ignore[reportArgumentType]
    for part in (starter.SUITE.licence, starter.SUITE.title, "Known defects", "abc"):
        assert part in shown


def test_contestants_of_one_name_are_told_apart_by_their_commits():
    other = replace(OTTER, revision="b" * 40)
    heron = replace(OTTER, repository="lab/heron")
    assert called([OTTER, other, heron]) == {OTTER.id: "otter aaaaaaa", other.id: "otter bbbbbbb", heron.id: "heron"}


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0.25, 0.5, "25.0 to 50.0"), (None, 0.5, "up to 50.0"), (0.25, None, "from 25.0 up"), (None, None, "no interval")],
)
def test_an_open_limit_is_said_to_be_open(low, high, told):
    assert words.between(estimate(0.3, low, high), share=True) == told


@pytest.mark.parametrize(
    ("value", "share", "told"),
    [(0.625, True, "62.5\N{NARROW NO-BREAK SPACE}%"), (-0.5, False, "−0.50"), (None, True, "–"), (None, False, "–")],
)
def test_a_score_is_told_as_percent_or_as_a_number(value, share, told):
    assert words.score(value, share=share) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.9999988, ">99.9"),
        (1e-7, "<0.1"),
        (-1e-7, ">−0.1"),
        (-0.9999988, "<−99.9"),
        (1.0, "100.0"),
        (0.0, "0.0"),
        (1 - 1e-15, "100.0"),
    ],
)
def test_only_all_are_100_percent_and_only_none_are_0(value, told):
    assert words.score(value, share=True) == f"{told}{words.THIN_SPACE}%"
    assert words.between(estimate(value, value, value), share=True) == f"{told} to {told}"


@pytest.mark.parametrize(("share", "told"), [(0.996, ">99"), (0.004, "<1"), (0.994, "99"), (1.0, "100"), (0.0, "0")])
def test_whole_percents_reach_neither_end_by_rounding(share, told):
    assert words.percent(share) == f"{told}{words.THIN_SPACE}%"
