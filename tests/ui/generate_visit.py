"""What tests do on the generate page."""

import base64
import io

from PIL import Image
from playwright.sync_api import Page, expect

CAPTION, INSTRUCTION = "Caption after the edit", "Instruction to the editor"


def opened(visitor, source: str) -> Page:
    """The page with this source."""
    page = visitor.open(f"/generate?source={source}")
    page.wait_for_selector("#source .picture, #source [role=alert]")
    expect(page.get_by_role("combobox", name="Editor")).not_to_have_value("")
    return page


def generate(page: Page) -> None:
    page.click("#generate")
    page.wait_for_selector("#verdict-title")
    expect(page.locator("#making")).to_contain_text("Done")


def picture_at(address: str | None) -> Image.Image:
    """What a `data:` address shows."""
    return Image.open(io.BytesIO(base64.b64decode((address or "").partition(",")[2])))


def pictures(page: Page) -> list[Image.Image]:
    """Both sides of the pair that was made."""
    return [picture_at(one.get_attribute("src")).convert("RGB") for one in page.locator("#pair .picture").all()]


def shown_source(page: Page) -> str | None:
    return page.locator("#source .picture").get_attribute("src")
