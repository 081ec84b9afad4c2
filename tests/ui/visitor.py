"""A visitor's browser window: opens pages, plays battles, and keeps what the server sends where that is asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Route

PATIENCE = 120_000
"""Milliseconds that a loaded test machine may take for a page or a battle."""
STREAM = "**/gradio_api/queue/data**"
"""Where the server streams the results of events."""

# Event streams never end, so Playwright cannot give their bodies; the page itself reads along, chunk by chunk.
READ_ALONG = """
window.received = [];
const realFetch = window.fetch;
window.fetch = async (...request) => {
  const response = await realFetch(...request);
  const reader = response.clone().body?.getReader();
  const decoder = new TextDecoder();
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      window.received.push(decoder.decode(value, { stream: true }));
    }
  };
  if (reader) read().catch(() => {});
  return response;
};
const RealEventSource = window.EventSource;
window.EventSource = class extends RealEventSource {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", (event) => window.received.push(event.data));
  }
};
"""


_LEFT: list[Page] = []
"""Empty windows that visitors have left, of any browser."""


class Visitor:
    """One browser window on the arena; it keeps all that the server sends if it `listens`."""

    def __init__(self, page: Page, server, *, listens: bool = False) -> None:
        self.server = server
        self.page = page
        self.page.set_default_timeout(PATIENCE)
        self.other_hosts: list[str] = []
        self.complaints: list[str] = []
        self.addresses: list[str] = []
        self.bodies: list[str] = []
        self._first: list[CDPSession] = []
        self._notes = [("request", self._note_request), ("console", self._note_console), ("pageerror", self._note_error)]
        if listens:
            self.run_first(READ_ALONG)
            self._notes.append(("response", self._note_response))
        for event, note in self._notes:
            self.page.on(event, note)

    def run_first(self, script: str) -> None:
        """Run a script in every page that this visitor opens in the window, before those of the page."""
        self._first.append(self.page.context.new_cdp_session(self.page))
        self._first[-1].send("Page.enable")
        self._first[-1].send("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    def leave(self) -> None:
        """Leave the window to the next visitor, with an empty page, and without what was to be run first."""
        if self.page.is_closed():
            return
        for page in self.page.context.pages:
            if page != self.page:
                page.close()
        for event, note in self._notes:
            self.page.remove_listener(event, note)
        self.page.unroute_all(behavior="ignoreErrors")
        while self._first:
            self._first.pop().detach()
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")
        _LEFT.append(self.page)

    def open(self, path: str = "/") -> Page:
        with self._old_page_ignored():
            self.page.goto(self.server.url + path, wait_until="commit")
        self.page.wait_for_load_state()
        return self.page

    @contextmanager
    def _old_page_ignored(self) -> Iterator[None]:
        """Take no complaints: a page that is left in the middle of an event complains of it, and nobody sees that."""
        complaints, self.complaints = self.complaints, []
        yield
        self.complaints = complaints

    def wait_for_events(self, count: int) -> None:
        """Wait until the page has heard the end of so many of its events; for a visitor who `listens`."""
        self.page.wait_for_function("count => window.received.join('').split('process_completed').length > count", arg=count)

    def open_battle(self, path: str = "/") -> Page:
        """Open the battle page and wait until both models have answered everything."""
        self.open(path)
        self.wait_for_answers()
        return self.page

    @contextmanager
    def answers_held_back(self) -> Iterator[None]:
        """Let the page open, and keep from it what its events stream until the block ends."""
        with self.requests_held_back(STREAM) as held:
            self.open()
            while not held:
                self.page.wait_for_timeout(50)
            yield

    @contextmanager
    def requests_held_back(self, address: str) -> Iterator[list[Route]]:
        """Let requests to `address` go only when the block ends; all of them, since a page may send more than the one meant."""
        held: list[Route] = []
        holds = True

        def hold(route: Route) -> None:
            if holds:
                held.append(route)
            else:
                route.continue_()

        self.page.route(address, hold)
        yield held
        holds = False
        for route in held:
            route.continue_()

    def wait_for_answers(self) -> None:
        self.page.wait_for_selector("#vote-a:not([disabled]):not([inert])")
        self.page.wait_for_selector("#answers td.seat-a")

    @contextmanager
    def another_pair(self) -> Iterator[None]:
        """What is done in the block brings another pair, maybe of the same pictures: wait for it and all answers about it."""
        self.page.locator("#pair .pair").evaluate_all("pairs => pairs.forEach((pair) => { pair.dataset.before = ''; })")
        yield
        self.page.wait_for_selector("#pair .pair:not([data-before]) .picture")
        self.wait_for_answers()

    def choose(self, label: str, option: str) -> None:
        """Choose from a dropdown."""
        self.page.get_by_label(label).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def wait_for_reveal(self) -> None:
        self.page.wait_for_selector("#reveal .card")

    def all_received(self) -> str:
        """Everything that came from the server so far, as text."""
        streamed = self.page.evaluate("window.received.join('\\n')")
        return "\n".join([*self.addresses, *self.bodies, streamed, self.page.content()])

    def _note_request(self, request) -> None:
        self.addresses.append(request.url)
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and not request.url.startswith(self.server.url):
            self.other_hosts.append(request.url)

    def _note_response(self, response) -> None:
        kind = response.headers.get("content-type", "")
        if "event-stream" in kind or response.request.resource_type in ("image", "font"):
            return
        try:
            self.bodies.append(response.text())
        except Exception:  # noqa: BLE001 - a page that was left takes the bodies of its last requests along
            return

    def _note_console(self, message) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _note_error(self, error) -> None:
        self.complaints.append(str(error))


@contextmanager
def windows(browser: Browser, server) -> Iterator[Callable[..., Visitor]]:
    """Opens windows of visitors who know nothing of each other. At the end, checks what every visit must hold.

    Pages stand still but for those who want `motion`: each frame of it is drawn by the processor.
    """
    visitors: list[Visitor] = []
    special: list[BrowserContext] = []

    def open_window(
        *, width: int = 1280, height: int = 900, dark: bool = False, motion: bool = False, listens: bool = False, **options
    ) -> Visitor:
        if options:
            special.append(browser.new_context(**options))
        page = special[-1].new_page() if options else _forgetful_page(browser, server.url)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="no-preference" if motion else "reduce")
        visitors.append(Visitor(page, server, listens=listens))
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.leave()
    for context in special:
        context.close()
    for visitor in visitors:
        assert visitor.other_hosts == [], visitor.other_hosts
        assert visitor.complaints == [], visitor.complaints


def _forgetful_page(browser: Browser, address: str) -> Page:
    """A page of somebody who has nothing stored of an address.

    Where one was left it is taken: most of what a page costs is a process that knows none of the scripts yet.
    """
    _LEFT[:] = [page for page in _LEFT if not page.is_closed()]
    left = next((page for page in _LEFT if page.context.browser == browser), None)
    if left:
        _LEFT.remove(left)
    page = left or browser.new_context().new_page()
    storage = {"origin": address, "storageTypes": "cookies,local_storage"}
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", storage)
    session.detach()
    return page
