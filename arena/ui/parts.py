"""What the pages use of Gradio, with what nobody needs switched off."""

import logging
from functools import partial
from typing import Any

import gradio as gr

from arena.errors import BattleError, InputError

log = logging.getLogger(__name__)

html = partial(gr.HTML, apply_default_css=False, js_on_load=None)
"""A piece of a page that we draw ourselves."""
INTERNAL: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""For every event of a page: no spinner over the text being read, and no entry in the public API."""
ANY = ""
"""The value of a filter that lets everything through."""


def line_for_visitors(error: Exception) -> str:
    """What a visitor is told about an error: the arena's own line, or no more than that it is ours; the log has it all."""
    if isinstance(error, BattleError | InputError):
        return str(error)
    log.error("a request failed", exc_info=error)
    return "Something failed on our side, and nobody lost a point for it. Try the next pair."
