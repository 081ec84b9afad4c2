"""What the server remembers of open pages."""

import gradio as gr

from arena.ui.app import SESSIONS, application
from arena.ui.visitor_queue import THREADS


def test_no_more_open_pages_are_remembered_than_is_said():
    with gr.Blocks() as page:
        gr.Textbox()
    application(page)
    for number in range(SESSIONS + 3):
        page.state_holder[str(number)]
    assert len(page.state_holder.session_data) == SESSIONS
    assert str(SESSIONS + 2) in page.state_holder


def test_what_is_under_way_is_not_forgotten():
    assert SESSIONS > THREADS
