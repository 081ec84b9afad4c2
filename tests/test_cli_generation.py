"""`arena generate` and `arena pairs`: fresh pairs from the terminal, and one line where something is wrong."""

import json
from pathlib import Path

import pytest

from arena.cli import main
from arena.generators.editor_repository import SHIPPED, SHIPPED_EDITOR
from arena.opening import open_store
from arena.settings import Settings

SCENES = 4


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a few drawn pairs and two edits."""
    home = tmp_path_factory.mktemp("arena")
    assert main(["--home", str(home), "generate", "--scenes", str(SCENES)]) == 0
    assert main(["--home", str(home), "generate", "--source", "starter", "--count", "2", "--seed", "7"]) == 0
    return home


def arena(capsys, home, *arguments):
    """Exit code, standard output and standard error of a command."""
    code = main(["--home", str(home), *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def listed(capsys, home, *arguments):
    code, out, _ = arena(capsys, home, "pairs", "list", "--json", *arguments)
    assert code == 0
    return json.loads(out)


def test_everything_that_was_made_is_listed_with_where_it_stands(capsys, home):
    rows = listed(capsys, home)
    assert len(rows) == SCENES + 2
    drawn, edited = rows[:SCENES], rows[SCENES:]
    assert {row["editor"] for row in drawn} == {"drawn"}
    assert {row["editor"] for row in edited} == {SHIPPED_EDITOR}
    assert {row["state"] for row in drawn} <= {"in-play", "rejected"}
    assert {row["state"] for row in edited} <= {"pending", "rejected"}
    assert all(row["passed_gate"] == (row["state"] != "rejected") for row in rows)
    for state in ("pending", "in-play", "rejected", "retired", "failed"):
        assert listed(capsys, home, "--state", state) == [row for row in rows if row["state"] == state]


def test_the_same_command_makes_nothing_twice(capsys, home):
    code, out, _ = arena(capsys, home, "generate", "--scenes", str(SCENES))
    assert (code, out.split()) == (0, [str(SCENES), "were", "there", "before"])


def test_a_pair_is_shown_with_how_it_came_to_be(capsys, home):
    row = listed(capsys, home)[SCENES]
    code, out, _ = arena(capsys, home, "pairs", "show", row["id"], "--json")
    shown = json.loads(out)
    assert code == 0
    assert shown["asked"]["seed"] == 7
    assert shown["asked"]["instruction"]
    assert shown["tool"]["method"] == "StableDiffusionInstructPix2PixPipeline"
    assert shown["not_ranked"][0] == SHIPPED_EDITOR
    assert {score["name"] for score in shown["gate"]["scores"]} >= {"changed_area", "near_duplicate"}
    _, lines, _ = arena(capsys, home, "pairs", "show", shown["pair"])
    for told in (row["id"], shown["captions"][0], shown["source_image"], shown["gate"]["scores"][0]["words"]):
        assert told in lines


def test_a_pair_is_made_again_pixel_by_pixel(capsys, home):
    for row in (listed(capsys, home)[0], listed(capsys, home)[-1]):
        code, out, _ = arena(capsys, home, "pairs", "remake", row["id"])
        assert (code, out) == (0, f"{row['id']}: came out the same, pixel by pixel\n")


def test_all_of_it_works_beside_a_process_that_holds_the_home(capsys, home, monkeypatch):
    alone = listed(capsys, home)
    monkeypatch.chdir(home.parent)
    with open_store(Settings(home=Path(home.name))):  # which means nothing to who is in another folder
        assert listed(capsys, home) == alone
        _, shown, _ = arena(capsys, home, "pairs", "show", alone[0]["id"], "--json")
        assert Path(json.loads(shown)["source_image"]).is_absolute()
        assert arena(capsys, home, "pairs", "remake", alone[0]["pair"])[0] == 0
        assert arena(capsys, home, "pairs", "retire", alone[0]["id"], "--reason", "an example")[0] == 0
    assert [row["retired"] for row in listed(capsys, home, "--state", "retired")] == ["an example"]


def test_a_retired_pair_says_why_and_is_retired_once(capsys, home):
    name = listed(capsys, home)[1]["id"]
    assert arena(capsys, home, "pairs", "retire", name, "--reason", "leaked")[0] == 0
    assert {row["id"]: row["retired"] for row in listed(capsys, home, "--state", "retired")}[name] == "leaked"
    code, _, error = arena(capsys, home, "pairs", "retire", name, "--reason", "again")
    assert (code, error) == (1, f"arena: {name}: was retired before (leaked); once is enough\n")


def test_an_empty_arena_says_what_to_run(capsys, tmp_path):
    assert "arena generate" in arena(capsys, tmp_path, "pairs", "list")[1]
    assert listed(capsys, tmp_path) == []


@pytest.fixture
def wordless(tmp_path):
    """A copy of the editor that ships without its weights."""
    for config in (SHIPPED / SHIPPED_EDITOR).rglob("*.json"):
        copy = tmp_path / "wordless" / config.relative_to(SHIPPED / SHIPPED_EDITOR)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(config.read_bytes())
    return tmp_path / "wordless"


def of_class(folder, name):
    (folder / "model_index.json").write_text(json.dumps({"_class_name": name}))
    return folder


STARTER = ("generate", "--source", "starter", "--count", "1")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*STARTER, "--editor", "no-such-editor"), "no-such-editor: no such folder"),
        (("generate", "--source", "no-such-folder"), "no-such-folder/metadata.jsonl: no such file"),
        ((*STARTER, "--writer", "llava-mini"), "--writer: drawn scenes come with proposals of their own"),
        ((*STARTER, "--seed", str(2**40)), "out of range"),
        (("generate", "--scenes", "2", "--seed", str(2**40)), "out of range"),
        (("pairs", "show", "cafe"), "cafe: there is no such generated pair"),
        (("pairs", "remake", "cafe"), "cafe: there is no such generated pair"),
        (("pairs", "retire", "cafe", "--reason", "why"), "cafe: there is no such generated pair"),
        (("pairs", "retire", "cafe", "--reason", "  "), "--reason: is empty"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(capsys, tmp_path, arguments, says):
    check_one_line(*arena(capsys, tmp_path, *arguments), says)


def test_an_editor_of_an_unknown_class_is_refused_with_those_that_are_known(capsys, tmp_path):
    folder = of_class(tmp_path, "StableDiffusionPipeline")
    check_one_line(*arena(capsys, tmp_path, *STARTER, "--editor", str(folder)), "use one of StableDiffusionInstructPix2Pix")


def test_an_editor_without_weights_is_refused(capsys, tmp_path, wordless):
    check_one_line(*arena(capsys, tmp_path, *STARTER, "--editor", str(wordless)), "weights")


def test_an_editor_that_needs_more_memory_than_there_is_is_refused(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("arena.generators.editor_repository.available_memory", lambda: 2**20)
    check_one_line(*arena(capsys, tmp_path, *STARTER), "of memory, and 0.0 GB are there")


def check_one_line(code, out, error, says):
    assert (code, out) == (1, "")
    assert error.count("\n") == 1
    assert says in error


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate"],
        ["generate", "--source", "starter", "--scenes", "3"],
        ["generate", "--scenes", "0"],
        ["generate", "--source", "starter", "--seed", "-1"],
        ["generate", "--source", "starter", "--strength", "0"],
        ["generate", "--source", "starter", "--strength", "much"],
        ["pairs", "retire", "cafe"],
        ["pairs", "list", "--state", "lost"],
    ],
)
def test_arguments_that_mean_nothing_are_refused(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
