import gc
import tracemalloc

import gradio as gr
import pytest

from arena.ui.app import application
from arena.ui.sessions import Session, Sessions


@pytest.fixture(scope="module")
def blocks():
    """A hundred inputs, each of which an event can change."""
    with gr.Blocks(analytics_enabled=False) as made:
        parts = [gr.Dropdown([str(number) for number in range(50)]) for _ in range(100)]
        gr.Button().click(lambda: None, None, parts)
    application(made)
    return made


def test_pages_are_served_with_small_sessions(blocks):
    assert isinstance(blocks.state_holder, Sessions)
    assert isinstance(blocks.state_holder["a"], Session)


def test_a_session_takes_little_memory_however_much_is_on_the_pages(blocks):
    Session(blocks)
    gc.collect()
    tracemalloc.start()
    made = [Session(blocks) for _ in range(10)]
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / len(made)
    tracemalloc.stop()
    assert size < 20_000


def test_what_an_event_changed_is_that_session_s_own(blocks):
    sessions = Sessions(blocks)
    part = next(iter(blocks.fns[0].outputs))
    sessions["a"][part._id] = changed = gr.Dropdown(["new"], render=False)
    sessions["a"]._update_value_in_config(part._id, "new")
    assert sessions["a"][part._id] is changed
    assert sessions["b"][part._id] is part


def test_the_session_that_was_used_the_longest_ago_is_forgotten_first(blocks):
    sessions = Sessions(blocks, most=2)
    for name in ("a", "b", "a", "c"):
        assert sessions[name]
    assert [name in sessions for name in "abc"] == [True, False, True]
