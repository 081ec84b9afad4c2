"""What pages say of an arena that saves elsewhere what it stores."""

import gradio as gr
from playwright.sync_api import expect
from serving import free_port
from starlette.routing import Route
from watched import watched

from arena.store import SaveStatus
from arena.ui.app import application
from arena.ui.health import HealthCheck
from arena.ui.markup import render
from arena.ui.parts import html
from arena.ui.server import run

SAID = {
    (0, 0.0, False): "Everything is saved.",
    (1, 4.2, False): "1 fact is not saved yet, the oldest for 4 s.",
    (1234, 200.0, True): "1,234 facts are not saved yet, the oldest for 200 s.",
}
"""Facts that are not saved, seconds since the oldest of them, and whether battles pause -> what pages say."""


def test_every_page_tells_how_much_is_not_saved_and_for_how_long(browser, tmp_path):
    current: list[SaveStatus] = []
    with gr.Blocks(analytics_enabled=False) as blocks:
        html(render("foot.html", contact="", saves=True), elem_id="foot")
    port = free_port()
    with watched(tmp_path / "home") as it:
        health = HealthCheck(it.arena, lambda: current[-1])

        def visit() -> None:
            page = browser.new_page(viewport={"width": 390, "height": 844})
            for (facts, seconds, paused), says in SAID.items():
                current.append(SaveStatus(None, facts, seconds, "", paused=paused, read_only=""))
                page.goto(f"http://127.0.0.1:{port}/")
                expect(page.locator("#unsaved")).to_have_text(says, timeout=60_000)
            page.close()
            raise KeyboardInterrupt

        run(application(blocks, [Route("/healthz", health.answer)]), "127.0.0.1", port, visit)
