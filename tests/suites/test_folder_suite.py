"""Suites of people's own pairs, and MiSCHiEF, which is read in the same layout."""

import json
from pathlib import Path

import pytest
from small_benchmarks import LABELS, image_file

from arena.contestants import Contestant
from arena.errors import SuiteError
from arena.evaluation.reading import question_records, read_by_rules
from arena.evaluation.results import Results
from arena.probes import Reply
from arena.store import ReplyRecord, Store
from arena.suites.folder_suite import SUITE, folder_suite, is_folder_suite, suite_name
from arena.suites.mischief import MIC, MIS


def write(folder: Path, *domains: str) -> Path:
    folder.mkdir(exist_ok=True)
    rows = []
    for number, domain in enumerate(domains):
        for side in (0, 1):
            (folder / f"{number}-{side}.png").write_bytes(image_file(2 * number + side))
        columns = {f"caption_{side}": f"caption {side} of {number}" for side in (0, 1)}
        columns |= {f"image_{side}_file_name": f"{number}-{side}.png" for side in (0, 1)}
        columns |= {f"label_{side}": LABELS[domain][side] for side in (0, 1)}
        request = {"request": "What now?"} if domain == "safety" else {}
        rows.append({"family": f"family{number}", "domain": domain, "category": "home", **columns, **request})
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return folder


def test_a_folder_is_a_suite_under_its_own_name(tmp_path):
    folder = write(tmp_path / "mine", "safety", "culture")
    suite = folder_suite(suite_name(folder))
    assert suite.name == "imagefolder:mine"
    assert is_folder_suite(suite.name)
    assert not is_folder_suite(SUITE.name)
    loaded = suite.load(folder)
    assert len(loaded.questions) == 14 + 12
    assert {question.probe.task for question in loaded.questions} == set(suite.tasks)


def test_results_know_the_suite_by_the_name_that_is_stored(tmp_path):
    folder = write(tmp_path / "mine", "culture")
    suite = folder_suite(suite_name(folder))
    loaded = suite.load(folder)
    model = Contestant("tests/model", "0" * 40, "function")
    with Store.open(tmp_path / "store") as store:
        store.add_contestants([model])
        store.evaluations.add_questions(suite.name, loaded.edition, question_records(loaded.questions))
        replies = [(question, Reply(question.probe.expected)) for question in loaded.questions]
        store.evaluations.add(
            [ReplyRecord(model.id, question.probe.key, question.probe.task, reply) for question, reply in replies],
            [read_by_rules(question, reply, model, drawn=False) for question, reply in replies],
        )
        results = Results(store)
        assert [(found.suite.name, found.edition) for found in results.suites()] == [("imagefolder:mine", loaded.edition)]
        assert {one.metric: one.value for one in results.estimates("imagefolder:mine", model.id)}["group_score"] == 1


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("organisation/pairs", "imagefolder:organisation/pairs"),
        ("organisation/pairs@0123abc", "imagefolder:organisation/pairs"),
        ("some/where/else", "imagefolder:else"),
    ],
)
def test_a_hub_dataset_is_named_without_its_commit(data, name):
    assert suite_name(Path(data)) == name


def test_the_current_folder_has_a_name_too(tmp_path, monkeypatch):
    monkeypatch.chdir(write(tmp_path / "here", "safety"))
    assert suite_name(Path()) == "imagefolder:here"


def test_without_data_it_says_what_to_do():
    with pytest.raises(SuiteError, match=r"put your images and a metadata\.jsonl into a folder.*name their folder with --data"):
        SUITE.load(None)


def test_mischief_asks_its_three_tasks_about_its_own_domain(tmp_path):
    loaded = MIS.load(write(tmp_path / "mis", "safety", "safety"))
    assert {question.probe.task for question in loaded.questions} == {"caption_choice", "image_choice", "verification"}
    assert {question.slices["side"] for question in loaded.questions} == {"safe", "unsafe"}
    assert len(MIC.load(write(tmp_path / "mic", "culture")).questions) == 12
    with pytest.raises(SuiteError, match="domain: 1 of 2 pairs are not of culture"):
        MIC.load(write(tmp_path / "both", "culture", "safety"))


@pytest.mark.parametrize("suite", [MIS, MIC])
def test_mischief_says_that_nothing_of_it_is_published(suite):
    with pytest.raises(SuiteError, match="no files of MiSCHiEF are published"):
        suite.load(None)
    assert "no files are published" in suite.defects[0]
