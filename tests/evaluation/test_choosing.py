"""What is asked, of whom, and in which order."""

from dataclasses import replace

from evaluation_world import choice, norm, with_probe
from hypothesis import given
from hypothesis import strategies as st

from arena.evaluation.choosing import Inquiry, chosen, largest_first
from arena.models.lineage import COUNTRY, FOLD, GROUPING
from arena.strategies.folds import FOLDS, fold_of

QUESTIONS = [choice(number) for number in range(40)]


def items(questions):
    return {question.item for question in questions}


def inquiry(question):
    return Inquiry(question.item, (question.probe,), lambda _: [])


@given(st.integers(1, 50), st.integers(1, 50), st.randoms())
def test_a_smaller_sample_is_part_of_a_larger_one_in_whatever_order_questions_come(few, many, random):
    few, many = sorted((few, many))
    shuffled = random.sample(QUESTIONS, len(QUESTIONS))
    small = items(chosen(shuffled, audience="writers", limit=few))
    assert small <= items(chosen(QUESTIONS, audience="writers", limit=many))
    assert len(small) == min(few, len(QUESTIONS))


def test_a_sample_holds_all_questions_of_its_items():
    twice = [*QUESTIONS, *(with_probe(question, cell="image1/captions01") for question in QUESTIONS)]
    assert len(chosen(twice, audience="writers", limit=7)) == 14


def test_a_sample_does_not_follow_the_order_of_the_file():
    assert items(chosen(QUESTIONS, audience="writers", limit=10)) != items(QUESTIONS[:10])


def test_questions_go_to_their_audience():
    mixed = [choice(0), choice(1, "writers"), choice(2, "scorers")]
    assert items(chosen(mixed, audience="writers")) == {"item0", "item1"}
    assert items(chosen(mixed, audience="scorers")) == {"item0", "item2"}


def test_only_the_tasks_asked_for_are_asked():
    mixed = [choice(0), norm(1)]
    assert items(chosen(mixed, audience="writers", tasks=["cultural_response"])) == {"norm1"}


def test_a_tuned_model_is_asked_only_about_the_families_that_were_left_out_of_its_data():
    folds = [chosen(QUESTIONS, audience="writers", settings={FOLD: fold}) for fold in range(FOLDS)]
    assert all(fold_of(question.family) == fold for fold, asked in enumerate(folds) for question in asked)
    assert sorted(items(QUESTIONS)) == sorted(question.item for asked in folds for question in asked)


def test_where_countries_were_left_out_they_decide_and_a_suite_without_any_tests_everything():
    places = [replace(question, slices={"country": name}) for question, name in zip(QUESTIONS, "abcdefgh", strict=False)]
    settings = {FOLD: 2, GROUPING: COUNTRY}
    assert {question.slices["country"] for question in chosen(places, audience="writers", settings=settings)} == {
        name for name in "abcdefgh" if fold_of(name) == 2
    }
    assert items(chosen(QUESTIONS, audience="writers", settings=settings)) == items(QUESTIONS)


def test_what_is_longest_to_read_and_write_comes_first_with_all_of_its_item():
    short, long = choice(1), with_probe(choice(2), max_new_tokens=500)
    also_long = with_probe(long, cell="image1/captions01", max_new_tokens=1)
    order = largest_first([inquiry(question) for question in (short, also_long, norm(3), long)])
    assert [one.item for one in order] == ["norm3", "item2", "item2", "item1"]
