"""What a visitor asks to have edited, and what its provenance tells."""

from datetime import UTC, datetime

import pytest
from PIL import Image

from arena.battles.scoring import ELO_RULE
from arena.generation.workshop import Workshop
from arena.images import picture_from_pixels
from arena.settings import Settings
from arena.store import Store
from arena.ui.sources import About, Reference, Sources, Wording
from arena.ui.upload_policy import TERMS
from arena.ui.uploads import Uploads

BROWSER = "0" * 32
ABOUT = About("a lamp that is off", "safety", "safe")
WORDING = Wording("a lamp that is on", "switch the lamp on")


@pytest.fixture
def sources(tmp_path):
    uploads = Uploads()
    with Store.open(tmp_path / "home", ELO_RULE) as store:
        yield Sources(Workshop(store, Settings(home=tmp_path / "home"), ()), uploads), uploads


def test_the_provenance_of_an_upload_tells_what_was_agreed_to_and_when_and_nothing_of_who_did(sources):
    found, uploads = sources
    picture = uploads.add(picture_from_pixels(Image.effect_noise((64, 64), 90)).encoded, BROWSER)
    origin = found.worded(Reference("picture", picture.digest), WORDING, ABOUT, BROWSER).origin
    assert origin.keys() == {"proposed_by", "agreed_to", "agreed_at"}
    assert all(f"{name}: {words}" in origin["agreed_to"] for name, words in TERMS.items())
    agreed_at = datetime.strptime(origin["agreed_at"], "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - agreed_at).total_seconds()) < 120
    assert BROWSER not in str(origin)


def test_where_nothing_was_uploaded_nothing_was_agreed_to(sources):
    found, _ = sources
    assert "agreed_to" not in found.worded(Reference("scene", "3"), WORDING, ABOUT, BROWSER).origin
