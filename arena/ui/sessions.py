"""What Gradio remembers of each session, made small: it would copy the description of every part of every page, 1.3 MB."""

from copy import copy
from typing import Any

import gradio as gr
from gradio.state_holder import SessionState, StateHolder

MOST = 1000
"""Sessions that are remembered. Whoever is forgotten gets the choices that the page began with."""
CLOSED_SECONDS = 3600


class Session(SessionState):
    """One session: the parts of pages that its events changed, described as they are asked for."""

    def __init__(self, blocks: gr.Blocks) -> None:  # pyright: ignore[reportMissingSuperCall]
        # Gradio's own would describe all parts here, for links to a session's state, which the arena does not offer.
        self.blocks_config = copy(blocks.default_config)
        self.config_values: dict[int, Any] = {}
        self.state_data = {}
        self._state_ttl = {}
        self.is_closed = False
        self.STATE_TTL_WHEN_CLOSED = CLOSED_SECONDS


class Sessions(StateHolder):
    """In place of Gradio's sessions of some pages."""

    def __init__(self, blocks: gr.Blocks, most: int = MOST) -> None:
        super().__init__()
        self.set_blocks(blocks)
        self.capacity = most

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        return super().__getitem__(session_id)
