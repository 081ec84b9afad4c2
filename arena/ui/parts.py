"""What the pages use of Gradio, with what nobody needs switched off."""

from functools import partial
from typing import Any

import gradio as gr

html = partial(gr.HTML, apply_default_css=False, js_on_load=None, padding=False)
"""A piece of a page that we draw ourselves."""

INTERNAL: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""For every event of a page: no spinner over the text being read, and no entry in the public API."""

ANY = ""
"""The value of a filter that lets everything through."""
