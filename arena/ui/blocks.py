"""Pages of one site, without the apps and the configurations that Gradio makes for each of them and never serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import gradio as gr
from gradio.data_classes import BlocksConfigDict
from gradio.routes import App


class Pages(gr.Blocks):
    """Gradio's `Blocks`, to be mounted. Gradio makes an app after each page, and a configuration of all pages so far; it serves
    those that it makes when they are mounted. The others are left out: they take more than half of a start.
    """

    _ends_a_page = False

    def __exit__(self, *error: Any) -> None:  # noqa: PYI036 - of the kinds that Gradio names
        """End a page."""
        self._ends_a_page = True
        try:
            with _no_app():
                super().__exit__(*error)
        finally:
            self._ends_a_page = False

    def get_config_file(self) -> BlocksConfigDict:
        """What a browser makes the pages of; nothing yet where one of them ends."""
        return cast("BlocksConfigDict", {}) if self._ends_a_page else super().get_config_file()

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
