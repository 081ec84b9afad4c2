"""The pages by name: what stands in the line that heads each, and in the title of its window."""

from collections.abc import Mapping

from markupsafe import Markup

from arena.ui.markup import render

TITLE = "Minimal-Pair Arena"
HOME = "./"
PAGES: Mapping[str, str] = {
    "Battle": HOME,
    "Leaderboard": "leaderboard",
    "Benchmarks": "benchmarks",
    "Generate": "generate",
    "Review": "review",
    "Submit": "submit",
    "About": "about",
}
"""Name -> address, from any other page; all that the head of a page leads to."""
OTHERS: Mapping[str, str] = {
    "Calibration": "calibration",
    "Model": "model",
    "Privacy": "privacy",
    "Programs": "programs",
    "Submissions": "submissions",
}
"""Those that others lead to."""


def head_html(current: str = "") -> Markup:
    """The line that heads a page: the name of the arena, and the way to the pages, of which one is the current one."""
    return render("head.html", title=TITLE, pages=PAGES.items(), current=current)


def window_title(path: str) -> str | None:
    """What the window of a page is called; None where it is none of ours but the first.

    Args:
        path: of its address; the last part of it names the page.
    """
    names = {address: name for name, address in (*PAGES.items(), *OTHERS.items()) if address != HOME}
    name = names.get(path.strip("/").rpartition("/")[2])
    return f"{name} - {TITLE}" if name else None
