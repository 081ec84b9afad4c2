from dataclasses import replace

import pytest
from PIL import Image

from arena.battles import Answer, Reveal, Round, SeatReveal
from arena.contestants import Contestant
from arena.images import picture_from_pixels
from arena.pairs import Side, minimal_pair
from arena.probes import Outcome
from arena.ui import words
from arena.ui.battle_view import answers_html, pair_html, reveal_html

HOSTILE = '<img src=x onerror="alert(1)">'


def answer(text: str) -> Answer:
    return Answer("caption_choice", "image0/captions01", "Image 1: which caption is true?", text)


@pytest.fixture
def rounds():
    return (Round("caption_choice", "Which caption is true?", ((answer("the first"),), (answer(HOSTILE),)), counts=True),)


@pytest.fixture
def reveal():
    def seat(name: str, outcome: Outcome) -> SeatReveal:
        contestant = Contestant(f"lab/{name}", "0123456789abcdef" * 2 + "01234567", "generative transformers-5")
        judged = (("caption_choice", "image0/captions01", outcome),)
        return SeatReveal(contestant, judged, {"caption_choice": outcome is Outcome.CORRECT}, 1000.0, 1007.6)

    seats = (seat("otter", Outcome.CORRECT), seat("heron", Outcome.REFUSED))
    return Reveal("battle-1", seats, "a", "b", agrees=False)


def test_what_strangers_wrote_is_escaped(rounds):
    assert HOSTILE not in answers_html(rounds)
    assert "&lt;img" in answers_html(rounds)


def test_captions_are_escaped():
    pictures = [picture_from_pixels(Image.new("RGB", (32, 32), colour)) for colour in ("red", "blue")]
    sides = (Side(pictures[0], HOSTILE, "safe"), Side(pictures[1], "a blue square", HOSTILE))
    shown = pair_html(minimal_pair(family="f", domain="safety", category=HOSTILE, source="starter", sides=sides))
    assert HOSTILE not in shown


def test_answers_carry_no_mark_and_no_name_without_a_reveal(rounds, reveal):
    hidden, shown = answers_html(rounds), answers_html(rounds, reveal)
    for word in ("otter", "heron", "correct", "refused"):
        assert word not in hidden
        assert word in shown


def test_the_reveal_tells_who_played_and_how_ratings_moved(rounds, reveal):
    shown = reveal_html(reveal, rounds)
    for part in ("Model A won", "otter", "heron", "lab", "0123456", "1000", "1008", "+7.6", "1 task: A solved 1, B 0"):
        assert part in shown


def test_what_one_of_both_could_not_be_asked_is_listed_and_not_counted(rounds, reveal):
    asked, not_asked = (
        replace(seat, solved=seat.solved | {"request": solved}) for seat, solved in zip(reveal.seats, (True, None), strict=True)
    )
    shown = reveal_html(replace(reveal, seats=(asked, not_asked)), rounds)
    assert "1 task: A solved 1, B 0" in shown
    assert [shown.count(part) for part in ("does not count", "not asked")] == [1, 1]
    answers = answers_html((replace(rounds[0], counts=False),), reveal)
    assert "does not count" in answers
    assert "does not count" not in answers_html(rounds, reveal)


def test_a_battle_without_a_common_task_says_so():
    assert "to both models" in answers_html(())


@pytest.mark.parametrize(
    ("vote", "agrees", "said"),
    [
        ("a", True, "you agree with the score"),
        ("b", False, "you and the score differ"),
        ("both_good", None, "You said both did well."),
        ("skip", None, "without a vote"),
    ],
)
def test_the_reveal_says_whether_the_visitor_agreed(rounds, reveal, vote, agrees, said):
    assert said in reveal_html(replace(reveal, vote=vote, agrees=agrees), rounds)


@pytest.mark.parametrize("result", ["a", "b", "both_good", "both_bad", "tie", "void"])
def test_every_result_has_words(rounds, reveal, result):
    assert words.RESULTS[result] in reveal_html(replace(reveal, result=result), rounds)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_sign_and_a_word_of_its_own(outcome):
    mark = words.OUTCOMES[outcome]
    assert mark.sign
    assert [other.word for other in words.OUTCOMES.values()].count(mark.word) == 1


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [(1000, 1007.6, "+7.6"), (1000, 991.75, "−8.2"), (1000, 1000.01, "±0.0")],
)
def test_a_change_of_rating_is_signed(before, after, shown):
    assert words.change(before, after) == shown
