"""The way of a model through the pages, with a real worker: from signing in to the board, results back, and withdrawn.

    python benchmarks/submission_journey.py [--pictures FOLDER]

A browser signs in at the Hub of the tests, submits a model that fails its checks and one that passes, and watches the page
while `arena worker --once` takes it to the board; it opens the pull request with its results, twice, and withdraws it. Each
page is held against the check of the layout at two widths, in light and dark, and photographed with --pictures. It prints when
each step came, and exits with 1 where one does not come, or a page is laid out badly. It takes some minutes.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "ui"))
from browsers import CHROMIUM, end_browser, shared_browser
from layout import faults
from processes import forked
from submitting import BAD, GOOD, Site, ada, serve_with_hub, submitting

PATIENCE = 300
"""Seconds that a busy machine may take for one step."""
SIZES = ((390, 844), (1280, 900))


class Journey:
    """One browser on its way, which notes when it comes where."""

    def __init__(self, site: Site, page: Page, pictures: Path | None) -> None:
        self.site, self.page, self.pictures = site, page, pictures
        self.began = time.monotonic()
        self.faults: list[str] = []
        page.set_default_timeout(1000 * PATIENCE)

    def note(self, step: str) -> None:
        """Print when something has come."""
        print(f"{time.monotonic() - self.began:7.1f} s  {step}", flush=True)

    def look(self, name: str) -> None:
        """Hold the page against the check of the layout, and photograph it."""
        for dark in (True, False):
            self.page.emulate_media(color_scheme="dark" if dark else "light")
            for width, height in SIZES:
                self.page.set_viewport_size({"width": width, "height": height})
                self.faults += [f"{name} at {width}: {fault}" for fault in faults(self.page)]
                if self.pictures:
                    file = self.pictures / f"{name}-{width}-{'dark' if dark else 'light'}.png"
                    self.page.screenshot(path=file, full_page=True)

    def submit(self) -> str:
        """Sign in, have two models checked, and enter the one that passes; the id of its submission."""
        page, hub = self.page, self.site.hub
        page.goto(f"{self.site.url}/submit")
        hub.accounts.signed_in = ada(hub)
        page.click("a.sign-in")
        page.wait_for_selector("#submit-form")
        self.look("form")
        page.get_by_role("textbox", name="How to reach you").fill("ada@example.org")
        page.get_by_label("On behalf of").click()
        page.get_by_role("option", name="glade", exact=True).click()
        page.locator("#submit-terms input").check()
        self._check(BAD, "#submit-checked .wrong", "a model with code of its own has failed its checks")
        self.look("failed-checks")
        page.click("#submit-change")
        self._check(GOOD, "#submit-continue", "another has passed them")
        page.click("#submit-continue")
        page.wait_for_selector("#submit-confirm h2")
        self.look("confirm")
        page.click("#submit-model")
        page.wait_for_selector(".permanent a")
        self.note("it is in the queue")
        page.click(".permanent a")
        page.wait_for_selector(".standing")
        return page.url.partition("id=")[2]

    def watch(self) -> None:
        """Look on while a worker takes it to the board."""
        output = self.site.home / "worker.txt"
        arguments = ["--home", str(self.site.home), "worker", "--once"]
        state, last = self.page.locator(".standing p.state").first, ""
        with forked(serve_with_hub, arguments, output, self.site.environment, self.site.hub.address) as worker:
            deadline = time.monotonic() + PATIENCE
            while "Listed" not in last and time.monotonic() < deadline:
                if (told := state.inner_text()) != last:
                    last = told
                    self.note(f"its page says: {told}")
                    if "%" in told:
                        self.look("running")
                self.page.wait_for_timeout(100)
            worker.join(PATIENCE)
        if "Listed" not in last:
            raise TimeoutError(f"it is not listed: {last}; {output.read_text()[-1000:]}")
        self.page.wait_for_selector("#results-back")
        self.look("listed")

    def bring_results(self) -> None:
        """Open the pull request with its results, once by two clicks."""
        for _ in range(2):
            self.page.click("#open-pull-request")
            self.page.wait_for_selector("#results-said a")
            self.page.wait_for_timeout(1000)
        self.look("results")
        address = f"{self.site.hub.address}/api/models/{GOOD}/discussions"
        opened = httpx.get(address).json()["discussions"]
        if [one["author"]["name"] for one in opened if one["isPullRequest"]] != ["ada"]:
            raise AssertionError(f"there is not one pull request by ada: {opened}")
        self.note(f"its results wait in one pull request by ada: {self.page.locator('#results-said a').inner_text()}")

    def withdraw(self) -> None:
        """Take it off the ranks."""
        self.page.fill("#decision-reason input, #decision-reason textarea", "a better one comes")
        self.page.click("#withdraw-submission")
        self.page.wait_for_selector(".standing.gone")
        self.look("withdrawn")
        self.note("it is withdrawn")

    def wait_for_board(self, *, listed: bool) -> None:
        """Load the board until it shows the model, or no more."""
        self._until(lambda: self._on_board() == listed, f"the board {'shows' if listed else 'does not show'} it")

    def _on_board(self) -> bool:
        self.page.goto(f"{self.site.url}/leaderboard")
        self.page.wait_for_selector("#board table, #board .empty")
        return GOOD.partition("/")[2] in self.page.locator("#board").inner_text()

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not within {PATIENCE} s")
            self.page.wait_for_timeout(1000)
        self.note(what)

    def _check(self, model: str, found: str, what: str) -> None:
        self.page.get_by_role("textbox", name="Model").fill(model)
        self.page.click("#submit-check")
        self.page.wait_for_selector(found)
        self.note(what)


def main() -> int:
    """Go the way once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, help="folder for screenshots")
    options = parser.parse_args()
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    if CHROMIUM is None:
        parser.error("no Chromium found; `make test` installs it")
    with tempfile.TemporaryDirectory() as folder, submitting(Path(folder), ARENA_AUTOPLAY="1") as site:
        server = psutil.Process(site.process)
        journey = Journey(site, shared_browser(CHROMIUM).new_context().new_page(), options.pictures)
        submission = journey.submit()
        before = server.memory_info().rss
        journey.watch()
        journey.bring_results()
        journey.wait_for_board(listed=True)
        journey.page.goto(f"{site.url}/submissions?id={submission}")
        journey.page.wait_for_selector("#withdraw-submission")
        journey.withdraw()
        journey.wait_for_board(listed=False)
        print(f"the server holds {before / 2**20:.0f} MiB before the worker, and {server.memory_info().rss / 2**20:.0f} after")
        refused = site.hub.rejected
    end_browser()
    for fault in (*journey.faults, *refused):
        print(fault)
    return 1 if journey.faults or refused else 0


if __name__ == "__main__":
    raise SystemExit(main())
