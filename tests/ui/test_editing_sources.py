"""What a visitor asks to have edited, and what its provenance tells."""

from datetime import UTC, datetime

import pytest
from PIL import Image

from arena.battles.scoring import ELO_RULE
from arena.errors import InputError
from arena.generation.workshop import Workshop
from arena.images import picture_from_pixels
from arena.settings import Settings
from arena.store import Store
from arena.ui.sources import About, Reference, Sources, Wording, read_reference
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


@pytest.mark.parametrize("text", ["", "a castle", "scene", "scene x", "scene 1 2", "pair 0000", "pair 0000 2", "picture"])
def test_what_names_no_source_is_told_how_to_choose_one(text):
    with pytest.raises(InputError, match="there is none yet; choose a scene, a pair or a picture first"):
        read_reference(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [("pair 0000000000000000 0", "is not known here; choose another one"), ("picture 0000", "choose the file again")],
)
def test_a_source_that_is_not_here_is_told_in_one_line(sources, text, says):
    found, _ = sources
    with pytest.raises(InputError, match=says) as raised:
        found.worded(read_reference(text), WORDING, ABOUT, BROWSER)
    assert "\n" not in str(raised.value)
