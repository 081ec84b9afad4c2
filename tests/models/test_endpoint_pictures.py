from itertools import product

import pytest

from arena.models.endpoint_failures import Failure
from arena.models.endpoint_pictures import MOST_QUESTIONS, PictureTest, may_refuse_pictures

REFUSED = Failure("HTTP 400: no", again=False, status=400)
NOT_FOUND = Failure("HTTP 404: no", again=False, status=404, permanent=True)


def settled(most, pictures, failure=REFUSED, answered=()):
    """What is found of a server that takes so many pictures, and how many questions that took."""
    test = PictureTest()
    for number in answered:
        test.answered(number)
    while (number := test.next_question(pictures, failure)) is not None:
        test.questions += 1
        test.tried(number, taken=number <= most)
    return test.most(pictures), test.questions


@pytest.mark.parametrize(("most", "pictures", "failure"), [*product((0, 1, 2), (1, 2, 3), (REFUSED, NOT_FOUND))])
def test_how_many_pictures_are_taken_is_found_in_three_questions(most, pictures, failure):
    found, questions = settled(most, pictures, failure)
    assert questions <= MOST_QUESTIONS
    if pictures <= most:
        assert found is None, "it was not for their number"
    else:
        enough = pictures < 3 or most == 2 or (most == 1 and failure is REFUSED)
        assert found == (most if enough else None)


def test_a_server_that_takes_not_even_words_has_not_refused_pictures():
    assert settled(-1, 2) == (None, 3)
    assert settled(-1, 2, NOT_FOUND) == (None, 1)


def test_what_real_questions_have_shown_to_be_taken_is_not_asked_again():
    assert settled(2, 1, answered=(2,)) == (None, 0)


def test_a_server_that_answers_nothing_any_more_has_not_refused_pictures_whatever_it_answered_before():
    assert settled(-1, 2, answered=(0, 1)) == (None, 3)
    assert settled(1, 2, answered=(1,)) == (1, 2)


@pytest.mark.parametrize(
    ("failure", "may"),
    [
        (REFUSED, True),
        (NOT_FOUND, True),
        (Failure("the server sent an error: no", again=False, status=200), True),
        (Failure("HTTP 500: image input is not supported", again=True, status=500), True),
        (Failure("HTTP 500: out of order", again=True, status=500), False),
        (Failure("HTTP 429: slow down", again=True, status=429), False),
        (Failure("HTTP 401: no key", again=False, status=401), False),
        (Failure("HTTP 403: images are not for you", again=False, status=403), True),
        (Failure("HTTP 403: not for you", again=False, status=403), False),
        (Failure("HTTP 400: your credit balance is too low for images", again=False, status=400, of_account=True), False),
        (Failure("HTTP 307: elsewhere", again=False, status=307), False),
        (Failure("no answer in time", again=True), False),
        (Failure("today's requests are used up", again=False), False),
    ],
)
def test_what_the_server_has_not_said_no_to_tells_nothing_of_pictures(failure, may):
    assert may_refuse_pictures(failure) is may


@pytest.mark.parametrize(("status", "may"), [(500, True), (502, False), (503, False), (429, False)])
def test_a_server_error_that_does_not_pass_may_be_about_pictures(status, may):
    assert may_refuse_pictures(Failure("HTTP", again=True, status=status), last=True) is may
