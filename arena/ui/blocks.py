"""Pages of one site, without the apps that Gradio makes for each of them and never serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.routes import App


class Pages(gr.Blocks):
    """Gradio's `Blocks`, to be mounted. Gradio makes an app after each page, and serves the one that it makes when they are
    mounted. The others are left out: they take a third of a start.
    """

    def __exit__(self, *error: Any) -> None:  # noqa: PYI036 - of the kinds that Gradio names
        """End a page."""
        with _no_app():
            super().__exit__(*error)

    def queue(self, *args: Any, **options: Any) -> gr.Blocks:
        """Let events wait in a queue."""
        with _no_app():
            return super().queue(*args, **options)


@contextmanager
def _no_app() -> Iterator[None]:
    create_app = App.create_app
    setattr(App, "create_app", lambda *_args, **_options: None)  # noqa: B010 - no app is none of the kind that it gives
    try:
        yield
    finally:
        App.create_app = staticmethod(create_app)
