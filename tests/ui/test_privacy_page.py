"""What visitors are told of what is kept, and erasing the hash beside their votes."""

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from arena.errors import InputError
from arena.ui.identity import person
from arena.ui.markup import render
from arena.ui.voters import UNKNOWN, voter, voter_or_unknown

NUMBER = "0123456789abcdef" * 2


def test_a_browser_is_one_voter_and_another_browser_another():
    assert voter(NUMBER) == voter(NUMBER)
    assert voter(NUMBER) != voter("f" * 32)
    assert NUMBER[:8] not in voter(NUMBER)


def test_a_voter_is_not_told_from_the_name_under_which_the_same_browser_reviews():
    assert voter(NUMBER).rpartition(":")[2] != person(NUMBER, None, accounts=False).rpartition(":")[2]


@pytest.mark.parametrize("given", ["", "nobody", "erased", "0" * 31, NUMBER.upper(), f"{NUMBER}\n"])
def test_what_is_no_number_of_a_browser_votes_without_a_hash_and_erases_nothing(given):
    assert voter_or_unknown(given) == UNKNOWN
    with pytest.raises(InputError, match="browser"):
        voter(given)


@pytest.mark.parametrize(("contact", "says"), [("us@example.org", "us@example.org"), (None, "has named no contact")])
def test_the_page_names_the_contact_or_that_there_is_none(contact, says):
    assert says in render("privacy.html", contact=contact, number="key")


def test_a_contact_is_escaped():
    assert "<b>" not in render("privacy.html", contact="<b>", number="key") + render("foot.html", contact="<b>", saves=False)


def test_programs_may_erase_by_a_number_and_learn_whose_it_is_not(server):
    client = Client(server.url, verbose=False)
    assert client.predict(NUMBER, api_name="/erase_votes") == {"votes": 0}
    with pytest.raises(AppError, match="32 hexadecimal digits"):
        client.predict("nobody", api_name="/erase_votes")


def test_nothing_but_the_number_is_kept_in_the_browser_and_the_hash_beside_its_votes_is_erased_when_it_asks(visit):
    visitor = visit()
    page = visitor.open_battle()
    page.keyboard.press("a")
    visitor.wait_for_reveal()
    assert page.evaluate("Object.keys(localStorage)") == ["minimal-pair-arena-browser"]
    assert page.evaluate("[...Object.keys(sessionStorage), document.cookie].join('')") == ""
    assert page.context.cookies() == []
    number = page.evaluate("localStorage['minimal-pair-arena-browser']")
    page.get_by_role("link", name="Privacy").click()
    expect(page.locator("#privacy")).to_contain_text("minimal-pair-arena-browser")
    logs = "".join(path.read_text() for path in (visitor.server.home / "logs").iterdir())
    assert not any(part in logs + visitor.server.output.read_text() for part in ("127.0.0.1", number, voter(number)))
    said = page.locator("#erased [role=status]")
    page.get_by_role("button", name="Erase the hash").click()
    expect(said).to_contain_text("Erased beside 1 vote.")
    page.get_by_role("button", name="Erase the hash").click()
    expect(said).to_contain_text("No vote is kept")


@pytest.mark.parametrize("path", ["/generate", "/review"])
def test_pages_of_generated_pairs_lead_to_the_privacy_page_as_all_others_do(visit, path):
    """The others: `test_screenshots.py`."""
    page = visit().open(path)
    expect(page.locator("#foot").get_by_role("link", name="Privacy")).to_be_visible()
