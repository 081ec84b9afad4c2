"""The about page: the method as it is written in docs/method.md, how to cite the arena, and the way to other pages."""

import gradio as gr

import arena
from arena.resources import resource
from arena.ui.markup import render
from arena.ui.parts import html

METHOD = resource("docs/method.md")
SUBMISSIONS = """<h2>Submissions</h2>
<p>Organisations enter their models <a href="submit">by themselves</a>; how each came from the queue to the board is
<a href="submissions">public</a>.</p>"""
PRIVACY = """<h2>Privacy</h2>
<p>What the arena keeps of its visitors, and how to have it erased, stands <a href="privacy">on a page of its own</a>.</p>"""


def about_page() -> None:
    """Build the page into the surrounding `gr.Blocks`."""
    gr.Markdown(METHOD.read_text(encoding="utf-8"), elem_id="method", elem_classes="text")
    html(SUBMISSIONS, elem_classes="text")
    html(PRIVACY, elem_classes="text")
    html(render("citation.html", version=arena.__version__), elem_classes="text")
