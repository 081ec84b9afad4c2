"""One browser for all files of tests in a row that need one.

Its event loop runs in the thread of the tests, where others could start none of their own, so
it ends before a file that opens no page.
"""

import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--js-flags=--no-turbofan --no-maglev",  # no page lives so long that its code is worth more compiling
]

_open: "dict[Browser, ExitStack]" = {}
"""The browser that runs, if any, with what ends it."""


def shared_browser(program: str) -> "Browser":
    """The browser that runs; where none does, one is started."""
    if not _open:
        from playwright.sync_api import sync_playwright  # most tests need none of it

        stack = ExitStack()
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        stack.callback(browser.close)
        _open[browser] = stack
    return next(iter(_open))


def end_browser() -> None:
    """End it, where one runs."""
    while _open:
        _, stack = _open.popitem()
        stack.close()
