"""What people write for a strategy, alone or behind a model."""

import pytest

from arena.errors import StrategyError
from arena.strategies import split
from arena.strategies.names import StrategyName, read_name


@pytest.mark.parametrize(
    ("reference", "model", "strategy"),
    [
        ("llava-small", "llava-small", ""),
        ("llava-small+reminder", "llava-small", "reminder"),
        ("llava-small+none", "llava-small", ""),
        ("lab/otter@abc?turns=1+examples:2@./my+pairs", "lab/otter@abc?turns=1", "examples:2@./my+pairs"),
        ("blind:llava-small", "llava-small", "blind"),
        ("blind:http://localhost:8000/v1#name", "http://localhost:8000/v1#name", "blind"),
        ("https://host/v1#name+plus", "https://host/v1#name+plus", ""),
        ("https://host/v1#name+plus+reminder", "https://host/v1#name+plus", "reminder"),
        ("together:lab/otter+reminder", "together:lab/otter", "reminder"),
    ],
)
def test_a_strategy_follows_the_plus(reference, model, strategy):
    assert split(reference) == (model, strategy)


def test_a_folder_of_that_very_name_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("otter+reminder", "otter+best"):
        (tmp_path / name).mkdir()
        assert split(name) == (name, "")


def test_what_is_no_strategy_is_told():
    with pytest.raises(StrategyError, match=r"^otter\+remindr: 'remindr' is no strategy, and there is no such folder"):
        split("otter+remindr")


@pytest.mark.parametrize("reference", ["otter+reminder+blind", "blind:otter+reminder", "otter+reminder+none"])
def test_two_strategies_at_once_are_refused(reference):
    with pytest.raises(StrategyError, match="names two strategies, and a model is under one at most; leave out one of them"):
        split(reference)


def test_a_name_shows_only_the_last_part_of_a_folder(tmp_path):
    folder = tmp_path / "pairs"
    assert read_name(f"examples:2@{folder}") == StrategyName("examples", "2", str(folder))
    assert str(read_name(f"examples:2@{folder}/")) == "examples:2@pairs"
    assert str(read_name("reminder")) == "reminder"


@pytest.mark.parametrize("text", ["", ":2", "Reminder", "examples:", "examples@", "1"])
def test_what_has_not_the_form_of_a_name_is_refused(text):
    with pytest.raises(StrategyError, match="is no name of a strategy; arena strategies lists them"):
        read_name(text)
