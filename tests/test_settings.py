"""Settings from the environment."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from arena.errors import SettingsError
from arena.settings import Settings, from_environment, unknown_names


def test_an_empty_environment_gives_the_defaults():
    assert from_environment({}) == Settings()


VARIABLES = {
    "ARENA_HOME": ("/data", "home", Path("/data")),
    "ARENA_DATABASE": (" ducklake:postgres:dbname=arena ", "database", "ducklake:postgres:dbname=arena"),
    "ARENA_DATA_PATH": ("s3://arena/facts", "data_path", "s3://arena/facts"),
    "ARENA_OUTBOX": (" buckets/org/facts ", "outbox", "buckets/org/facts"),
    "ARENA_OUTBOX_SECONDS": ("2.5", "outbox_seconds", 2.5),
    "ARENA_LEASE": ("org/lease", "lease", "org/lease"),
    "ARENA_LEASE_SECONDS": ("30", "lease_seconds", 30.0),
    "ARENA_HOST": ("::1", "host", "::1"),
    "ARENA_PORT": ("8000", "port", 8000),
    "ARENA_ROOT_PATH": ("/tools/arena/", "root_path", "/tools/arena"),
    "ARENA_EMBED_SITES": (
        "https://lab.example, *.Lab.example:8080",
        "embed_sites",
        ("https://lab.example", "*.lab.example:8080"),
    ),
    "ARENA_METRICS_TOKEN": ("abcdef-0123456789", "metrics_token", "abcdef-0123456789"),
    "ARENA_LOG": ("JSON", "log", "json"),
    "ARENA_AUTOPLAY": ("on", "autoplay", True),
    "ARENA_MEMORY": ("2.5", "memory_gigabytes", 2.5),
    "ARENA_MODEL_FILES": ("7.5", "model_gigabytes", 7.5),
    "ARENA_SUBMISSION_PARAMETERS": ("9", "submission_billions", 9.0),
    "ARENA_SUBMISSION_SECONDS": ("45", "submission_seconds", 45),
    "ARENA_SUBMISSION_ENDPOINTS": ("Host.example:8000, together", "submission_endpoints", ("host.example:8000", "together")),
    "ARENA_DATASET": ("org/pairs@" + "0" * 40, "dataset", "org/pairs@" + "0" * 40),
    "ARENA_MODELS": ("a/b@" + "0" * 40 + ", ./mine,", "models", ("a/b@" + "0" * 40, "./mine")),
    "ARENA_STARTER_MODELS": ("0", "starter_models", False),
    "ARENA_ACCEPTS": ("3", "accepts", 3),
    "ARENA_EDITOR": (" ./editor ", "editor", "./editor"),
    "ARENA_GATE": ("./gate.json", "gate", Path("gate.json")),
    "ARENA_IMAGE_SAFETY": ("a/safety", "image_safety", "a/safety"),
    "ARENA_IMAGE_SAFETY_LABELS": ("violence, gore", "image_safety_labels", ("violence", "gore")),
    "ARENA_IMAGE_SAFETY_THRESHOLD": ("0.8", "image_safety_threshold", 0.8),
    "ARENA_IMAGE_SIZE": ("384", "image_size", 384),
    "ARENA_UPLOAD_MEGABYTES": ("8", "upload_megabytes", 8),
    "ARENA_UPLOAD_MEGAPIXELS": ("24", "upload_megapixels", 24),
    "ARENA_UPLOAD_SECONDS": ("30", "upload_seconds", 30),
    "ARENA_UPLOAD_SPEED": ("63", "upload_kilobytes_per_second", 63),
    "ARENA_UPLOAD_PLACES": ("12", "upload_places", 12),
    "ARENA_UPLOAD_PLACES_OF_CLIENT": ("2", "upload_places_of_client", 2),
    "ARENA_UPLOAD_GRACE": ("4", "upload_grace_seconds", 4),
    "ARENA_UPLOAD_DECODERS": ("1", "upload_decoders", 1),
    "ARENA_UPLOAD_DECODING_SECONDS": ("20", "upload_decoding_seconds", 20),
    "ARENA_BODY_KILOBYTES": ("50", "body_kilobytes", 50),
    "ARENA_CONTACT": (" us@example.org ", "contact", "us@example.org"),
    "ARENA_UPLOADS": ("1", "uploads", True),
    "ARENA_REVIEWERS": ("ada, an-organisation", "reviewers", ("ada", "an-organisation")),
    "ARENA_REVIEW_TOKEN": ("0123456789-abcdef", "review_token", "0123456789-abcdef"),
    "ARENA_TRUSTED_PROXIES": ("10.0.0.1, fd00::/8", "trusted_proxies", ("10.0.0.1", "fd00::/8")),
    "ARENA_SHARE_READS": ("9 3", "shares", {"reads": "9 3"}),
    "ARENA_PLACES_READS": ("6 12", "places", {"reads": "6 12"}),
    "ARENA_BATTLES_BESIDE_OTHERS": ("5", "battles_beside_others", 5),
    "ARENA_BOARD_SECONDS": ("0", "board_seconds", 0),
    "ARENA_ENDPOINT_REQUESTS_A_DAY": ("0", "endpoint_requests_a_day", 0),
    "ARENA_ENDPOINT_SECONDS": ("21", "endpoint_seconds", 21),
    "ARENA_AUTOPLAY_ENDPOINTS": ("1", "autoplay_endpoints", True),
    "ARENA_ACCEPT_LOSS": ("11", "accepted_loss", 11),
    "ARENA_SUBMISSIONS": ("Here", "submissions", "here"),
    "ARENA_SUBMISSION_SUITES": ("starter, degradation", "submission_suites", ("starter", "degradation")),
    "ARENA_SUBMISSIONS_A_DAY": ("2", "submissions_a_day", 2),
    "ARENA_SUBMISSIONS_OF_ORGANISATION": ("5", "submissions_of_organisation", 5),
    "ARENA_SUBMISSION_HOURS": ("1.5", "submission_hours", 1.5),
    "ARENA_ADDRESS": (" https://arena.example.org/", "address", "https://arena.example.org"),
    "ARENA_PUBLISH": (" org/battles ", "publish", "org/battles"),
    "ARENA_EMBARGO_DAYS": ("7", "embargo_days", 7),
    "ARENA_ADMINS": ("ada, grace", "admins", ("ada", "grace")),
}
"""Variable -> what is written in it, the setting that it is, and what is read."""


def test_every_variable_is_read_into_the_setting_that_it_is():
    read = {setting: value for _, setting, value in VARIABLES.values()}
    assert from_environment({name: text for name, (text, _, _) in VARIABLES.items()}) == Settings(**read)
    assert read.keys() == {field.name for field in fields(Settings)}
    assert all(getattr(Settings(), setting) != value for setting, value in read.items()), (
        "no default is taken for what was read"
    )


def test_a_name_that_is_no_setting_is_told_with_the_nearest_that_is():
    environment = {
        "ARENA_MODLES": "./mine",
        "ARENA_XYZ": "1",
        "ARENA_HF_TOKEN": "1",
        "ARENA_HOME": "/data",
        "HOME": "/root",
        "ARENA_SHARE_BATTLES": "1 1",
    }
    assert unknown_names(environment) == [
        "ARENA_HF_TOKEN: is no setting; ARENA_REVIEW_TOKEN is",
        "ARENA_MODLES: is no setting; ARENA_MODELS is",
        "ARENA_XYZ: is no setting",
    ]


def test_every_setting_of_the_documentation_is_known():
    table = (Path(__file__).parents[1] / "docs" / "hosting.md").read_text(encoding="utf-8")
    named = set(re.findall(r"ARENA_[A-Z]+(?:_[A-Z]+)*(?![A-Z_…])", table))
    assert len(named) > 30
    assert unknown_names(dict.fromkeys(named, "")) == []


def test_gradios_name_for_the_folder_of_a_site_counts_where_ours_is_not_given():
    assert from_environment({"GRADIO_ROOT_PATH": "https://lab.example/tools/arena"}).root_path == "/tools/arena"
    assert from_environment({"GRADIO_ROOT_PATH": "/one", "ARENA_ROOT_PATH": "/two"}).root_path == "/two"


def test_all_sites_may_be_named_by_a_star():
    assert from_environment({"ARENA_EMBED_SITES": "*"}).embed_sites == ()


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


def test_a_space_listens_to_the_outside_and_knows_its_address():
    assert from_environment({"SPACE_ID": "team/arena"}).host == "0.0.0.0"
    in_space = {"SPACE_HOST": "team-arena.hf.space,arena.example.org"}
    assert from_environment(in_space).address == "https://team-arena.hf.space"
    assert from_environment({**in_space, "ARENA_ADDRESS": "https://a.b/c"}).address == "https://a.b/c"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ARENA_PORT", "0"),
        ("ARENA_PUBLISH", "battles"),
        ("ARENA_PUBLISH", "org/battles@" + "0" * 40),
        ("ARENA_EMBARGO_DAYS", "-1"),
        ("ARENA_PORT", "http"),
        ("ARENA_PORT", "70000"),
        ("ARENA_PORT", "٨٠٨٠"),
        ("ARENA_ACCEPTS", "٢"),
        ("ARENA_BOARD_SECONDS", "-1"),
        ("ARENA_AUTOPLAY", "maybe"),
        ("ARENA_SUBMISSIONS", "on"),
        ("ARENA_ROOT_PATH", "arena"),
        ("ARENA_ROOT_PATH", "/arena/../etc"),
        ("ARENA_ROOT_PATH", "/a b"),
        ("ARENA_EMBED_SITES", "https://lab.example/page"),
        ("ARENA_EMBED_SITES", "*, https://lab.example"),
        ("ARENA_EMBED_SITES", "none, https://lab.example"),
        ("ARENA_METRICS_TOKEN", "short"),
        ("ARENA_LOG", "xml"),
        ("ARENA_ADDRESS", "arena.example.org"),
        ("ARENA_DATASET", "pairs"),
        ("ARENA_DATASET", "org/pairs@main"),
        ("ARENA_ADDRESS", "https://arena.example.org/?a=b"),
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
