"""Sentences in published Python: read from its syntax, and never by running it."""

import pytest

from arena.errors import SuiteError
from arena.suites.published_python import LARGEST, PythonFile

FILE = PythonFile(("code/prompts.py", "prompts.py"), "https://example.org/benchmark")
CODE = """
import no_such_package
open("ran", "w").close()
GREETING = "Good " "morning: "
GREETING_LATE = \"\"\"Good evening.\"\"\"
ENDINGS = {"short": "In one word.", "long": "At length."}
MADE = "a" + str(1)
HALF = "half a \\ud83d character"
ODD = {[]: "a list is no key"}

def looks_for(reply):
    if any(word in reply for word in ["alpha", "beta"]) or holds(reply, ['gamma', ]):
        return True

raise SystemExit("ran")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prompts.py").write_text(CODE)
    return tmp_path


def test_texts_are_read_and_nothing_is_run(folder):
    source = FILE.read(folder)
    assert source is not None
    assert source.text("GREETING") == "Good morning: "
    assert source.text("GREETING_LATE") == "Good evening."
    assert source.texts("ENDINGS", ("long", "short")) == {"long": "At length.", "short": "In one word."}
    assert source.entries("looks_for") == ("alpha", "beta", "gamma")
    assert not (folder / "ran").exists()


def test_a_file_that_is_not_there_is_none_and_the_note_says_how_to_get_it(folder):
    (folder / "prompts.py").unlink()
    assert FILE.read(folder) is None
    note = FILE.own_wording_note(folder, "greetings are the arena's")
    assert note.startswith(f"own wording: greetings are the arena's, as {folder} has no code/prompts.py")
    assert "take code/prompts.py from https://example.org/benchmark" in note


def test_the_published_place_comes_first(folder):
    (folder / "code").mkdir()
    (folder / "code" / "prompts.py").write_text("GREETING = 'Hello'")
    source = FILE.read(folder)
    assert source is not None
    assert source.text("GREETING") == "Hello"


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (lambda source: source.text("MISSING"), "gives no text to MISSING"),
        (lambda source: source.text("MADE"), "gives no text to MADE"),
        (lambda source: source.text("HALF"), "gives no text to HALF"),
        (lambda source: source.texts("ODD", ("short",)), "gives no text to ODD['short']"),
        (lambda source: source.text("ENDINGS"), "gives no text to ENDINGS"),
        (lambda source: source.texts("ENDINGS", ("short", "middle")), "gives no text to ENDINGS['middle']"),
        (lambda source: source.texts("GREETING", ("short",)), "gives no text to GREETING['short']"),
        (lambda source: source.entries("listens_to"), "lists no texts in listens_to"),
    ],
)
def test_a_file_without_the_sentence_is_named_with_the_way_out(folder, look, said):
    source = FILE.read(folder)
    assert source is not None
    with pytest.raises(SuiteError) as caught:
        look(source)
    assert str(caught.value).startswith(f"{folder / 'prompts.py'}: {said}")
    assert "download it again" in str(caught.value)


@pytest.mark.parametrize(
    "held",
    [b"GREETING = ", b"\xff\xfe", b"x\x00", b"(" * 5000, b"#" * (LARGEST + 1)],
    ids=["cut", "bytes", "nul", "deep", "large"],
)
def test_what_is_no_python_is_an_error_of_one_line(folder, held):
    (folder / "prompts.py").write_bytes(held)
    with pytest.raises(SuiteError, match=r"take code/prompts\.py from https://example\.org/benchmark again") as caught:
        FILE.read(folder)
    assert "\n" not in str(caught.value)
