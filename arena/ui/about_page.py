"""The about page: the method as it is written in docs/method.md, and how to cite the arena."""

import gradio as gr

import arena
from arena.resources import resource
from arena.ui.markup import render
from arena.ui.parts import html

METHOD = resource("docs/method.md")


def about_page() -> None:
    """Build the page into the surrounding `gr.Blocks`."""
    gr.Markdown(METHOD.read_text(encoding="utf-8"), elem_id="method", elem_classes="text")
    html(render("citation.html", version=arena.__version__), elem_classes="text")
