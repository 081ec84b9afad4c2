"""`arena serve` as a service manager sees it: how it stops, and what a restart changes for who looks at a page."""

import signal
import time

import pytest
from gradio_client import Client
from playwright.sync_api import expect
from serving import free_port, serving
from visitor import PATIENCE, Visitor

STOPPED_WITHIN = 60
"""Seconds that a crowded machine may take; a free one needs two."""


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "playing"])
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_stops_it_at_once_and_without_a_traceback(tmp_path, signal_number, busy):
    with serving(tmp_path / "home") as server:
        while "Ctrl-C stops it" not in server.output.read_text():
            time.sleep(0.1)
        if busy:
            visitor = Client(server.url, verbose=False)
            jobs = [visitor.submit(source="fresh", api_name="/battle") for _ in range(40)]
            time.sleep(1)
            assert not all(job.done() for job in jobs)
        server.process.send_signal(signal_number)
        assert server.process.wait(STOPPED_WITHIN) in (0, 130)
        assert "Traceback" not in server.output.read_text()


def test_a_page_that_outlived_the_server_can_still_judge_and_play_on(tmp_path, browser):
    port = free_port()
    with serving(tmp_path / "home", port) as server:
        visitor = Visitor(browser.new_context(), server)
        page = visitor.open_battle()
    with serving(tmp_path / "home", port):
        page.click("#vote-b")
        visitor.wait_for_reveal()
        expect(page.locator("#reveal .verdict")).to_contain_text("You said Model B did better")
        page.click("#next-pair")
        visitor.wait_for_answers()
        expect(page.locator("#reveal .card")).to_have_count(0)


def test_a_vote_on_a_battle_that_is_gone_is_one_calm_line_and_the_next_pair_works(tmp_path, browser):
    port = free_port()
    with serving(tmp_path / "home", port) as server:
        visitor = Visitor(browser.new_context(), server)
        page = visitor.open_battle()
    with serving(tmp_path / "another-home", port):
        page.click("#vote-b")
        told = page.locator(".toast-body")
        expect(told).to_contain_text("unknown", timeout=PATIENCE)
        assert "Traceback" not in page.content()
        before = visitor.first_picture()
        page.click("#next-pair")
        visitor.wait_for_another_pair(before)
        page.click("#vote-b")
        visitor.wait_for_reveal()
