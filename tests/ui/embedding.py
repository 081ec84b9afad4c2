"""A page of another site, with the arena in a frame, in a browser that gives frames no cookies and no storage."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Browser, BrowserContext, Frame, Page, Request

PAGE = (
    """<!doctype html><title>A paper</title><body style="margin: 1rem"><h1>A paper</h1><main>{snippet}</main><p>The end</p>"""
)
LOCKED = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}
"""
"""What browsers do where a reader lets frames of other sites store nothing."""
NO_COOKIES = {
    "enableThirdPartyCookieRestriction": True,
    "disableThirdPartyCookieMetadata": True,
    "disableThirdPartyCookieHeuristics": True,
}


@dataclass
class OtherSite:
    """It. `127.0.0.1` is another site than the arena's `localhost`."""

    address: str
    pages: dict[str, str] = field(default_factory=dict)

    def show(self, snippet: str) -> str:
        """Put a snippet into a page, and give its address."""
        path = f"/{len(self.pages)}"
        self.pages[path] = PAGE.format(snippet=snippet)
        return self.address + path


@contextmanager
def other_site() -> Iterator[OtherSite]:
    """Serve pages until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.pages.get(self.path)
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = OtherSite(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Reader:
    """Somebody who reads the page of the other site."""

    page: Page
    complaints: list[str]
    requests: list[Request]

    def open(self, address: str) -> Frame:
        """The arena's frame in that page."""
        self.page.goto(address)
        self.page.wait_for_selector("iframe")
        (frame,) = self.page.main_frame.child_frames
        frame.wait_for_load_state()
        return frame

    def cookies(self) -> list[str]:
        """Those that were sent to anybody."""
        asked = [request for request in self.requests if request.url.startswith("http")]
        return [cookie for request in asked if (cookie := request.all_headers().get("cookie"))]

    def height(self) -> float:
        """Of the frame, as the page of the other site has it."""
        return self.page.locator("iframe").evaluate("frame => frame.getBoundingClientRect().height")


@contextmanager
def reader(browser: Browser, *, beside: Reader | None = None, width: int = 1280, dark: bool = False) -> Iterator[Reader]:
    """Open a window until the block ends.

    Args:
        browser: where.
        beside: a reader whose browser this is, too. Where the arena is open there, its frames are drawn by the same process,
            which knows all scripts already: most of what a page costs is one that does not.
        width: of the window.
        dark: whether its owner wants pages dark.
    """
    context = beside.page.context if beside else _locked(browser)
    page = context.new_page()
    there = [*context.pages]
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCookieControls", NO_COOKIES)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    complaints, requests = [], []
    notes = [
        ("console", lambda message: complaints.append(message.text) if message.type == "error" else None),
        ("pageerror", lambda error: complaints.append(str(error))),
        ("request", lambda request: requests.append(request)),  # noqa: PLW0108 - the library marks what it calls
    ]
    for event, note in notes:
        page.on(event, note)
    yield Reader(page, complaints, requests)
    for event, note in notes:
        page.remove_listener(event, note)
    for other in context.pages:
        if other not in there:
            other.close()
    page.close()
    if not beside:
        context.close()


def _locked(browser: Browser) -> BrowserContext:
    """A browser that stores nothing for frames."""
    context = browser.new_context()
    context.set_default_timeout(120_000)
    context.add_init_script(LOCKED)
    return context
