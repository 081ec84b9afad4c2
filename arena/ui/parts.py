"""What the pages use of Gradio, with what nobody needs switched off."""

import logging
from functools import partial
from typing import Any

import gradio as gr

from arena.errors import BattleError, EditorError, GenerationError, InputError, StorePaused

log = logging.getLogger(__name__)

html = partial(gr.HTML, apply_default_css=False, js_on_load=None)
"""A piece of a page that we draw ourselves."""
Updates = dict[Any, Any]
"""Component -> its new value or properties."""
INTERNAL: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""For every event of a page: no spinner over the text being read, and no entry in the public API."""
USABLE_AGAIN = "() => [{ __type__: 'update', interactive: true }, '']"
"""Where a long event broke off: the button that began it can be pressed again, and what told how far it was tells nothing."""
RETRY = "Load the page again."
"""What a visitor may do about an error on a page without battles."""
ANY = ""
"""The value of a filter that lets everything through."""


def choice(label: str) -> gr.Dropdown:
    """A choice whose values come with the page's first event.

    Gradio forgets those when the server restarts under an open page, and would refuse them from then on; so it is kept from
    looking, and what is chosen is checked where it is used.
    """
    made = gr.Dropdown([], label=label, filterable=False, min_width=150)
    made.preprocess = lambda payload: payload or ""
    return made


def line_for_visitors(error: Exception, what_now: str = "Try the next pair.") -> str:
    """What a visitor is told about an error: the arena's own line, or no more than that it is ours; the log has it all."""
    if isinstance(error, BattleError | InputError | EditorError | GenerationError | StorePaused):
        return str(error)
    log.error("a request failed", exc_info=error)
    return f"Something failed on our side, and nobody lost a point for it. {what_now}"
