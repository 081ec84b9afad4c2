import gradio as gr
import pytest
from fastapi import FastAPI
from gradio.events import api

from arena.errors import InputError
from arena.ui.event_inputs import UnknownFunction, call, call_by_names, cancellation, page_event, read_object, reset


def _vote(battle: str, choice: str = "skip") -> str:
    return battle + choice


@pytest.fixture(scope="module")
def blocks():
    """An endpoint, a function of the page with one input of each kind, and one that runs in the browser alone."""
    with gr.Blocks(analytics_enabled=False) as made:
        api(_vote, api_name="vote")
        inputs = [gr.Dropdown(["", "safety"], label="Domain"), gr.Textbox(label="Battle"), gr.Number(maximum=9, label="Seed")]
        button = gr.Button()
        button.click(lambda *values: values[1], [*inputs, gr.Checkbox(label="Fresh")], inputs[1], api_visibility="private")
        button.click(js="() => 1")
    made.queue(api_open=False)
    gr.mount_gradio_app(FastAPI(), made, path="/")
    return made


def _event(**changes):
    return {"fn_index": 1, "session_hash": "abc", "data": ["safety", "b", 3, True]} | changes


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"null",
        b'{"data": NaN}',
        b'{"data": 1e999}',
        b'{"data": "\\ud800"}',
        b"\xff",
        b"[" * 5000 + b"]" * 5000,
        b'{"data": [' + b"9" * 5000 + b"]}",
    ],
)
def test_what_is_no_object_of_json_is_refused(body):
    with pytest.raises(InputError, match=r"^body: "):
        read_object(body)


def test_an_event_is_passed_on_with_what_its_function_takes_and_nothing_else(blocks):
    sent = _event(trigger_id=4, batched=True, event_id="another's", oauth_token="t", simple_format=True, event_data={"a": 1})
    assert page_event(blocks, sent) == _event(trigger_id=4, event_data=None)


@pytest.mark.parametrize("number", [3, -1, 10**9, 10**30, 2], ids=["next", "negative", "large", "huge", "in the browser"])
def test_a_function_that_is_not_on_the_server_is_unknown(blocks, number):
    with pytest.raises(UnknownFunction, match="there is no function"):
        page_event(blocks, _event(fn_index=number))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"fn_index": "1"}, "fn_index: is text, not a number"),
        ({"fn_index": True}, "fn_index: is true or false, not a number"),
        ({"fn_index": None}, "fn_index: is null, not a number"),
        ({"fn_index": 1e9}, "fn_index: is a number, not a whole one"),
        ({"session_hash": None}, "session_hash: is null, not text"),
        ({"session_hash": "x" * 65}, "session_hash: is to be 1 to 64"),
        ({"session_hash": "a b"}, "session_hash: is to be 1 to 64"),
        ({"data": {}}, "data: is an object, not a list"),
        ({"data": []}, "data: 0 values for <lambda>, which takes 4"),
        ({"data": ["", "b", 3, True, 5]}, "data: 5 values for"),
        ({"data": [["safety"], "b", 3, True]}, "Domain: is a list, not text"),
        ({"data": ["culture", "b", 3, True]}, "Domain: 'culture' cannot be chosen here"),
        ({"data": ["", {"path": "/etc/passwd"}, 3, True]}, "Battle: is an object, not text"),
        ({"data": ["", "b", "3", True]}, "Seed: is text, not a number"),
        ({"data": ["", "b", True, True]}, "Seed: is true or false, not a number"),
        ({"data": ["", "b", 10, True]}, "Seed: '10' cannot be chosen here"),
        ({"data": ["", "b", 3, 1]}, "Fresh: is a number, not true or false"),
    ],
)
def test_wrong_types_counts_and_choices_are_one_line_that_names_them(blocks, changes, line):
    with pytest.raises(InputError) as refused:
        page_event(blocks, _event(**changes))
    assert str(refused.value).startswith(line)


@pytest.mark.parametrize("name", ["fn_index", "session_hash", "data"])
def test_what_is_missing_is_named(blocks, name):
    with pytest.raises(InputError, match=f"{name}: is missing"):
        page_event(blocks, {key: value for key, value in _event().items() if key != name})


def test_an_input_of_a_page_may_be_empty(blocks):
    assert page_event(blocks, _event(data=[None] * 4))["data"] == [None, "", None, None]


def test_an_input_that_cannot_be_empty_is_named():
    with gr.Blocks(analytics_enabled=False) as pages:
        strength = gr.Slider(1, 9, label="Strength")
        gr.Button().click(lambda value: value, strength)
    with pytest.raises(InputError, match="Strength: 'None' cannot be chosen here"):
        page_event(pages, {"fn_index": 0, "session_hash": "abc", "data": [None]})


def test_choices_that_an_event_gave_a_session_are_those_of_that_session(blocks):
    domain = blocks.fns[1].inputs[0]
    blocks.state_holder["mine"][domain._id] = gr.Dropdown(["culture"], render=False)
    assert page_event(blocks, _event(session_hash="mine", data=["culture", "", 1, False]))
    with pytest.raises(InputError, match="Domain"):
        page_event(blocks, _event(session_hash="another", data=["culture", "", 1, False]))


def test_asking_makes_no_session(blocks):
    page_event(blocks, _event(session_hash="stranger"))
    assert "stranger" not in blocks.state_holder


def test_a_call_gives_an_endpoint_its_values(blocks):
    assert call(blocks, "vote", {"data": ["b", "a"]}) == {"data": ["b", "a"]}
    assert call(blocks, "vote", {"data": ["b", "a"], "session_hash": "s"}) == {"data": ["b", "a"], "session_hash": "s"}


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ([1, "a"], "battle: is a number, not text"),
        (["b", {"a": 1}], "choice: is an object, not text"),
        ([None, "a"], "battle: is null, not text"),
        (["b"], "data: 1 values for _vote, which takes 2"),
    ],
)
def test_a_call_with_other_values_names_the_parameter(blocks, data, line):
    with pytest.raises(InputError, match=line):
        call(blocks, "vote", {"data": data})


@pytest.mark.parametrize("name", ["nobody", "_vote", "lambda", "js_fn"])
@pytest.mark.parametrize("called", [call, call_by_names])
def test_only_named_endpoints_can_be_called(blocks, name, called):
    with pytest.raises(UnknownFunction, match="there is no such endpoint"):
        called(blocks, name, {"data": []})


def test_a_call_by_names_fills_in_defaults(blocks):
    assert call_by_names(blocks, "vote", {"battle": "b"}) == {"data": ["b", "skip"]}
    assert call_by_names(blocks, "vote", {"choice": "a", "battle": "b"}) == {"data": ["b", "a"]}


@pytest.mark.parametrize("body", [{}, {"battle": "b", "nobody": 1}, {"battle": 5}])
def test_a_call_by_names_takes_its_own_names_and_types(blocks, body):
    with pytest.raises(InputError):
        call_by_names(blocks, "vote", body)


def test_ends_of_events_name_their_event():
    sent = {"session_hash": "abc", "fn_index": 1, "event_id": "e", "more": 1}
    assert cancellation(sent) == {"session_hash": "abc", "fn_index": 1, "event_id": "e"}
    assert reset(sent) == {"event_id": "e"}
    for broken in ({}, sent | {"event_id": 5}):
        with pytest.raises(InputError, match=r"event_id|session_hash"):
            cancellation(broken)
        with pytest.raises(InputError, match="event_id"):
            reset(broken)
