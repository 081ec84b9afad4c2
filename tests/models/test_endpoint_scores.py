import math

import pytest

from arena.models.endpoint_scores import option_tokens, read_scores, single_token, spellings, tokenize_address

LETTERS = (frozenset({32, 362}), frozenset({33}))


def named(first, *listed):
    """What vLLM gives where tokens are named: the sampled one first."""
    tokens = [{"token": f"token_id:{token}", "logprob": logprob} for token, logprob in listed]
    return {"content": [{"token": f"token_id:{first}", "logprob": -0.5, "top_logprobs": tokens}]}


def test_named_tokens_are_summed_over_the_spellings_of_an_option_whatever_the_model_wrote():
    # A: 0.25 + 0.25 = 0.5, B: 0.125; it wrote token 7, which is neither.
    given = named(7, (7, math.log(0.3)), (32, math.log(0.25)), (362, math.log(0.25)), (33, math.log(0.125)))
    scores, source = read_scores(given, ("A", "B"), LETTERS) or ((), "")
    assert scores == pytest.approx((math.log(0.5), math.log(0.125)))
    assert source == "token_ids"


def test_numbered_tokens_among_the_likeliest_alone_are_told_apart_from_named_ones():
    given = named(32, (32, -0.1), (33, -3.0), (7, -4.0))
    scores, source = read_scores(given, ("A", "B"), LETTERS) or ((), "")
    assert scores == pytest.approx((-0.1, -3.0))
    assert source == "top_logprobs"
    assert read_scores(named(7, (7, -0.1), (32, -2.0), (33, -3.0)), ("A", "B"), LETTERS) is None
    assert read_scores(named(32, (32, -0.1)), ("A", "B"), LETTERS) is None


def test_a_server_that_takes_no_names_gives_its_likeliest_tokens():
    top = [{"token": "A", "logprob": -0.1}, {"token": " B", "logprob": -3.0}]
    given = {"content": [{"token": "A", "logprob": -0.1, "top_logprobs": top}]}
    scores, source = read_scores(given, ("A", "B"), LETTERS) or ((), "")
    assert scores == pytest.approx((-0.1, -3.0))
    assert source == "top_logprobs"


@pytest.mark.parametrize("logprob", [True, "x", None, math.nan, [1], {"a": 1}])
def test_what_is_no_number_is_no_score(logprob):
    given = named(32, (32, -1.0), (362, -2.0), (33, logprob))
    assert read_scores(given, ("A", "B"), LETTERS) is None


def test_minus_infinity_is_very_unlikely_and_no_crash():
    scores, _ = read_scores(named(32, (32, 0.0), (362, -math.inf), (33, -9999.0)), ("A", "B"), LETTERS) or ((), "")
    assert scores == (0.0, pytest.approx(-744, abs=1))


@pytest.mark.parametrize("values", [(0.0, 0.0), (0.9, 0.1), (5, 3), (10**400, -1), (-0.1, -0.2)])
def test_numbers_that_cannot_be_log_probabilities_are_no_scores(values):
    first, second = values
    assert read_scores(named(32, (32, first), (362, -9999), (33, second)), ("A", "B"), LETTERS) is None


def test_a_number_without_bound_is_very_unlikely():
    scores, _ = read_scores(named(32, (32, -0.1), (362, -(10**400)), (33, -1e300)), ("A", "B"), LETTERS) or ((), "")
    assert scores == (pytest.approx(-0.1), pytest.approx(-744, abs=1))


def test_a_token_that_spells_two_options_is_left_out_of_both():
    known = {"yes": 1, "Yes": 2, " yes": 1, " Yes": 2, "no": 3, "No": 2, " no": 3, " No": None}
    assert option_tokens(("yes", "no"), known) == (frozenset({1}), frozenset({3}))
    assert option_tokens(("yes", "no"), {**known, "no": None, " no": None}) is None


def test_words_are_spelled_in_small_and_large_letters_and_letters_as_they_are():
    assert spellings("A") == ["A", " A"]
    assert spellings("yes") == ["Yes", " Yes", "yes", " yes"]


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ({"tokens": [32], "count": 1}, 32),
        ({"tokens": [32, 33]}, None),
        ({"tokens": []}, None),
        ({"tokens": [True]}, None),
        ({"tokens": ["32"]}, None),
        ({"tokens": [-1]}, None),
        ({"tokens": [2**70]}, None),
        ({"tokens": 32}, None),
        (None, None),
        ("32", None),
    ],
)
def test_a_text_is_one_token_only_where_the_server_says_so(answer, token):
    assert single_token(answer) == token


@pytest.mark.parametrize(
    ("address", "tokenize"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/tokenize"),
        ("http://localhost:8000/v1/chat/completions", "http://localhost:8000/tokenize"),
        ("https://host/models/v1?api-version=1", "https://host/models/tokenize?api-version=1"),
        ("https://host/api", "https://host/api/tokenize"),
    ],
)
def test_tokens_are_asked_for_beside_the_api(address, tokenize):
    assert tokenize_address(address) == tokenize
