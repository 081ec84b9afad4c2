import pytest

from arena.errors import SettingsError
from arena.models.reference_options import LocalReference, local_reference, read_options


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("org/name", LocalReference("org/name")),
        ("org/name@c0ffee", LocalReference("org/name@c0ffee")),
        ("org/name?thinking=2048", LocalReference("org/name", "thinking=2048", 2048)),
        ("org/name@c0ffee?turns=1&thinking=64", LocalReference("org/name@c0ffee", "turns=1&thinking=64", 64, 1)),
        ("/folder/of/one?turns=2", LocalReference("/folder/of/one", "turns=2")),
        ("org/name?thinking=0", LocalReference("org/name", "thinking=0")),
        (
            "org/name?dtype=bfloat16&device=cuda:1",
            LocalReference("org/name", "dtype=bfloat16&device=cuda:1", dtype="bfloat16", device="cuda:1"),
        ),
        (
            "org/name?attention=eager&image_size=0",
            LocalReference("org/name", "attention=eager&image_size=0", attention="eager", image_size=0),
        ),
        ("org/name?", LocalReference("org/name")),
        ("?thinking=1", LocalReference("?thinking=1")),
        ("", LocalReference("")),
    ],
)
def test_a_reference_names_a_repository_and_settings(reference, expected):
    assert local_reference(reference) == expected


def test_a_folder_of_that_very_name_wins(tmp_path):
    folder = tmp_path / "model?turns=1"
    folder.mkdir()
    assert local_reference(str(folder)) == LocalReference(str(folder))


def test_the_same_options_are_given_to_another_name():
    assert local_reference("org/name?thinking=9").of("org/name@c0ffee") == "org/name@c0ffee?thinking=9"
    assert local_reference("org/name").of("org/name@c0ffee") == "org/name@c0ffee"


@pytest.mark.parametrize(
    "text",
    [
        "colour=red",
        "thinking",
        "thinking=",
        "thinking=-1",
        "thinking=1000000",
        "turns=3",
        "images=1",
        "&",
        "dtype=int8",
        "device=tpu",
    ],
)
def test_what_is_no_option_is_told_with_those_there_are(text):
    with pytest.raises(
        SettingsError, match=r"^org/name: the option '.*' is unknown; use thinking=2048, turns=1, .* or image_size=1024$"
    ):
        local_reference(f"org/name?{text}")


def test_an_endpoint_has_an_option_more():
    assert read_options("name", "images=1&thinking=9&turns=1", ("images", "thinking", "turns")) == {
        "images": 1,
        "thinking": 9,
        "turns": 1,
    }
