"""The about page: the method as it is written in docs/method.md, and how to cite the arena."""

from pathlib import Path

import gradio as gr

import arena
from arena.ui.markup import render
from arena.ui.parts import html

METHOD = Path(arena.__file__).parents[1] / "docs" / "method.md"
WITHOUT_DOCS = "# Method\n\nThis installation came without `docs/method.md`, which describes it; the arena's repository has it."


def about_page() -> None:
    """Build the page into the surrounding `gr.Blocks`."""
    method = METHOD.read_text(encoding="utf-8") if METHOD.is_file() else WITHOUT_DOCS
    gr.Markdown(method, elem_id="method", elem_classes="text")
    html(render("citation.html", version=arena.__version__), elem_classes="text")
