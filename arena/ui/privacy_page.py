"""The privacy page: what the arena keeps of its visitors, and a button that has the hash beside one's votes erased."""

import gradio as gr
from gradio.events import api

from arena.store import Store
from arena.ui.api import errors_told
from arena.ui.contact import contact_html
from arena.ui.markup import error_html, render
from arena.ui.parts import INTERNAL, RETRY, html, line_for_visitors
from arena.ui.shares import ERASURES
from arena.ui.visitor_queue import counted_as
from arena.ui.voters import voter

BROWSER_NUMBER = "minimal-pair-arena-browser"
"""Where fresh.js keeps the browser's number."""


class PrivacyPage:
    """Builds the page into the surrounding `gr.Blocks`, and answers its event."""

    def __init__(self, store: Store, contact: str | None) -> None:
        self.store = store
        html(
            render("privacy.html", contact=contact_html(contact), number=BROWSER_NUMBER), elem_id="privacy", elem_classes="text"
        )
        self.browser = gr.Textbox(visible="hidden")
        self.erase = gr.Button("Erase the hash beside my votes", elem_id="erase-votes", size="sm")
        self.said = html(elem_id="erased", elem_classes="text")

    def connect(self) -> None:
        """Tie the button to what it does."""
        told = {"js": "() => window.freshPairs.browser()", **INTERNAL, **counted_as(ERASURES)}
        self.erase.click(self.erase_votes, [self.browser], [self.said], **told)

    def erase_votes(self, browser: str) -> str:
        """Erase the hash of this browser, and say beside how many votes it stood."""
        try:
            return render("erased.html", votes=self.store.erase_voter(voter(browser)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets one calm line
            return error_html(line_for_visitors(error, RETRY))


def add_erasure(store: Store) -> None:
    """Add the endpoint `/erase_votes` to the surrounding `gr.Blocks`."""

    def erase_votes(browser: str) -> dict:
        """Erase the hash of a browser from the votes that it cast, and say how many those were; the votes still count.

        `browser` is the number that the browser keeps: 32 hexadecimal digits.
        """
        with errors_told():
            return {"votes": store.erase_voter(voter(browser))}

    api(erase_votes, api_name="erase_votes", **counted_as(ERASURES))
