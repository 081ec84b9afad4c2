import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from arena.cli import main
from arena.cli.settings import SET, _documented, setting_rows
from arena.settings import Settings, from_environment


def rows(environment, **changes):
    settings = replace(from_environment(environment), **changes)
    return {row.setting: row for row in setting_rows(settings, environment)}


def test_every_setting_has_a_row_with_a_meaning():
    assert {name for name, *_ in _documented()} == {field.name for field in fields(Settings)} - {"shares", "places"}
    told = setting_rows(Settings(), {})
    assert len({row.setting for row in told}) == len(told)
    assert [row for row in told if row.setting != "ARENA_PORT" and not row.meaning] == []


@pytest.mark.parametrize(
    ("environment", "setting", "value", "source"),
    [
        ({}, "ARENA_PORT", "7860", "default"),
        ({"ARENA_PORT": "8000"}, "ARENA_PORT", "8000", "environment"),
        ({}, "ARENA_AUTOPLAY", "off", "default"),
        ({}, "ARENA_CONTACT", "", "default"),
        ({"ARENA_MODELS": "one, two"}, "ARENA_MODELS", "one, two", "environment"),
        ({"SPACE_ID": "team/arena"}, "ARENA_HOST", "0.0.0.0", "Space"),
        ({"SPACE_AUTHOR_NAME": "team"}, "ARENA_REVIEWERS", "team", "Space"),
        ({"ARENA_SHARE_BATTLES": "7 3"}, "ARENA_SHARE_BATTLES", "7 3", "environment"),
        ({}, "ARENA_PLACES_VOTES", "48 128", "default"),
        ({"ARENA_VLLM_SECONDS": "60"}, "ARENA_VLLM_SECONDS", "60", "environment"),
    ],
)
def test_value_and_source_are_told(environment, setting, value, source):
    row = rows(environment)[setting]
    assert (row.value, row.source) == (value, source)


def test_what_the_command_line_gives_is_told():
    assert rows({}, home=Path("elsewhere"))["ARENA_HOME"].source == "command line"


def test_secrets_are_never_shown():
    names = ("ARENA_REVIEW_TOKEN", "ARENA_DATABASE", "HF_TOKEN", "OPENAI_API_KEY", "ARENA_ENDPOINT_KEY")
    environment: dict[str, str] = dict.fromkeys(names, "hunter2-hunter2-hunter2")
    told = rows(environment)
    assert not [row for row in told.values() if "hunter2" in str(row)]
    assert {name for name, row in told.items() if row.value == SET} == set(environment)


def test_the_command_prints_a_table_or_json(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ARENA_PORT", "8123")
    assert main(["--home", str(tmp_path), "settings"]) == 0
    assert "ARENA_PORT" in capsys.readouterr().out
    assert main(["--home", str(tmp_path), "settings", "--json"]) == 0
    told = {row["setting"]: row for row in json.loads(capsys.readouterr().out)}
    assert told["ARENA_PORT"]["value"] == "8123"
    assert told["ARENA_HOME"] == {
        "setting": "ARENA_HOME",
        "value": str(tmp_path),
        "source": "command line",
        "meaning": "database, images, logs. Deleting it resets the arena",
    }


def test_what_is_set_and_is_no_setting_is_named_beside_the_table(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ARENA_MODEL", "organisation/name")
    assert main(["--home", str(tmp_path), "settings", "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err == "arena: ARENA_MODEL: is no setting; ARENA_MODELS is\n"
    assert json.loads(printed.out)
