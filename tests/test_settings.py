"""Settings from the environment."""

import re
from pathlib import Path

import pytest

from arena.errors import SettingsError
from arena.settings import Settings, from_environment, unknown_names


def test_an_empty_environment_gives_the_defaults():
    assert from_environment({}) == Settings()


def test_every_variable_is_read():
    settings = from_environment(
        {
            "ARENA_HOME": "/data",
            "ARENA_HOST": "::1",
            "ARENA_PORT": "8000",
            "ARENA_AUTOPLAY": "on",
            "ARENA_MEMORY": "2.5",
            "ARENA_MODELS": "a/b@" + "0" * 40 + ", ./mine,",
            "ARENA_STARTER_MODELS": "0",
            "ARENA_ACCEPTS": "3",
            "ARENA_EDITOR": " ./editor ",
            "ARENA_GATE": "./gate.json",
            "ARENA_IMAGE_SAFETY": "a/safety",
            "ARENA_IMAGE_SAFETY_LABELS": "violence, gore",
            "ARENA_IMAGE_SIZE": "384",
            "ARENA_UPLOAD_MEGABYTES": "8",
            "ARENA_UPLOAD_MEGAPIXELS": "24",
            "ARENA_UPLOAD_SECONDS": "30",
            "ARENA_UPLOAD_SPEED": "64",
            "ARENA_UPLOAD_PLACES": "12",
            "ARENA_UPLOAD_PLACES_OF_CLIENT": "2",
            "ARENA_UPLOAD_GRACE": "3",
            "ARENA_UPLOAD_DECODERS": "1",
            "ARENA_UPLOAD_DECODING_SECONDS": "20",
            "ARENA_IMAGE_SAFETY_THRESHOLD": "0.8",
            "ARENA_CONTACT": " us@example.org ",
            "ARENA_UPLOADS": "1",
            "ARENA_REVIEWERS": "ada, an-organisation",
            "ARENA_REVIEW_TOKEN": "0123456789-abcdef",
            "ARENA_BOARD_SECONDS": "0",
            "ARENA_ENDPOINT_REQUESTS_A_DAY": "0",
            "ARENA_ENDPOINT_SECONDS": "20",
            "ARENA_AUTOPLAY_ENDPOINTS": "1",
        }
    )
    assert settings == Settings(
        Path("/data"),
        "::1",
        8000,
        True,
        2.5,
        ("a/b@" + "0" * 40, "./mine"),
        False,
        3,
        "./editor",
        Path("gate.json"),
        "a/safety",
        ("violence", "gore"),
        384,
        8,
        24,
        30,
        64,
        12,
        2,
        3,
        1,
        20,
        image_safety_threshold=0.8,
        contact="us@example.org",
        uploads=True,
        reviewers=("ada", "an-organisation"),
        review_token="0123456789-abcdef",
        board_seconds=0,
        endpoint_requests_a_day=0,
        endpoint_seconds=20,
        autoplay_endpoints=True,
    )


def test_a_name_that_is_no_setting_is_told_with_the_nearest_that_is():
    environment = {
        "ARENA_MODLES": "./mine",
        "ARENA_XYZ": "1",
        "ARENA_HOME": "/data",
        "HOME": "/root",
        "ARENA_SHARE_BATTLES": "1 1",
    }
    assert unknown_names(environment) == ["ARENA_MODLES: is no setting; ARENA_MODELS is", "ARENA_XYZ: is no setting"]


def test_every_setting_of_the_documentation_is_known():
    table = (Path(__file__).parents[1] / "docs" / "hosting.md").read_text(encoding="utf-8")
    named = set(re.findall(r"ARENA_[A-Z]+(?:_[A-Z]+)*(?![A-Z_…])", table))
    assert len(named) > 30
    assert unknown_names(dict.fromkeys(named, "")) == []


def test_pictures_may_keep_the_size_that_a_repository_ships():
    assert from_environment({"ARENA_IMAGE_SIZE": "own"}).image_size == 0


def test_the_owner_of_a_space_reviews_unless_others_are_named():
    assert from_environment({"SPACE_AUTHOR_NAME": "team"}).reviewers == ("team",)
    assert from_environment({"SPACE_AUTHOR_NAME": "team", "ARENA_REVIEWERS": "ada"}).reviewers == ("ada",)


def test_uploads_are_on_off_or_left_to_where_the_arena_listens():
    assert [from_environment({"ARENA_UPLOADS": said}).uploads for said in ("1", "off", "")] == [True, False, None]


def test_a_token_that_cannot_be_used_is_not_repeated():
    with pytest.raises(SettingsError) as caught:
        from_environment({"ARENA_REVIEW_TOKEN": "hunter2"})
    assert "hunter2" not in str(caught.value)
    assert "a-token-of-mine-1" not in repr(Settings(review_token="a-token-of-mine-1"))


def test_a_space_listens_to_the_outside():
    assert from_environment({"SPACE_ID": "team/arena"}).host == "0.0.0.0"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARENA_PORT", "0"),
        ("ARENA_PORT", "http"),
        ("ARENA_PORT", "70000"),
        ("ARENA_PORT", "٨٠٨٠"),
        ("ARENA_ACCEPTS", "٢"),
        ("ARENA_BOARD_SECONDS", "-1"),
        ("ARENA_AUTOPLAY", "maybe"),
        ("ARENA_MEMORY", "lots"),
        ("ARENA_MEMORY", "-1"),
        ("ARENA_MEMORY", "nan"),
        ("ARENA_MEMORY", "inf"),
        ("ARENA_MEMORY", "1e308"),
        ("ARENA_ACCEPTS", "0"),
        ("ARENA_ACCEPTS", "two"),
        ("ARENA_IMAGE_SIZE", "large"),
        ("ARENA_IMAGE_SIZE", "3"),
        ("ARENA_UPLOAD_PLACES", "0"),
        ("ARENA_UPLOADS", "perhaps"),
        ("ARENA_REVIEW_TOKEN", "fifteen-letters"),
        ("ARENA_REVIEW_TOKEN", "with spaces in between"),
        ("ARENA_IMAGE_SAFETY_THRESHOLD", "80 %"),
        ("ARENA_IMAGE_SAFETY_THRESHOLD", "nan"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(name, value):
    with pytest.raises(SettingsError, match=name):
        from_environment({name: value})
