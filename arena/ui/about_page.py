"""The about page: the method as it is written in docs/method.md, and how to cite the arena."""

from pathlib import Path

import gradio as gr

import arena
from arena.ui.parts import html

METHOD = Path(arena.__file__).parents[1] / "docs" / "method.md"
CITATION = f"""@software{{minimal_pair_arena,
  title   = {{Minimal-Pair Arena: vision-language models compared on minimal pairs}},
  year    = {{2026}},
  version = {{{arena.__version__}}},
  license = {{Apache-2.0}}
}}"""


def about_page() -> None:
    """Build the page into the surrounding `gr.Blocks`."""
    gr.Markdown(method_text(METHOD), elem_id="method", elem_classes="text")
    html(
        f"<h2>How to cite</h2><pre id='citation'>{CITATION}</pre>"
        "<p><button type='button' class='quiet' data-action='copy-citation'>Copy the citation</button></p>",
        elem_classes="text",
    )


def method_text(path: Path) -> str:
    """The method's page, or where to find it when the arena was installed without its docs."""
    if path.is_file():
        return path.read_text(encoding="utf-8")
    return "# Method\n\nThe description of the method, `docs/method.md`, is not part of this installation; it lies in the arena's repository."
