"""From the answers in a home to a data set that the real `datasets` loads, with nothing of the test fold in it."""

import json
import shutil
from dataclasses import replace
from functools import partial

import pytest
from datasets import load_dataset
from tuning_world import (
    FAMILIES,
    HELP,
    HELPER,
    REFUSAL,
    REFUSER,
    SEER,
    SUITE,
    WARNING,
    answer,
    answers_of,
    helps,
    judge,
    norms,
    refuses,
    sees,
    twins,
)

from arena.cli import main
from arena.errors import TuningError
from arena.evaluation.reading import question_records
from arena.images import pixel_digest
from arena.judging.agreement import verdicts
from arena.probes import Reply
from arena.store import Store
from arena.store.labels import LabelRecord, reply_digest
from arena.store.parquet import read_parquet
from arena.strategies.constants import WORDS, constant_entry
from arena.strategies.folds import fold_of
from arena.suites import cross, mossbench
from arena.tuning.data_set import describe, read_description, rows_file, write_data_set
from arena.tuning.examples import Example, Kind
from arena.tuning.export import Order, export
from arena.tuning.rated_replies import people_verdicts
from arena.tuning.split import Split

QUESTIONS = twins()
FIRST = Split(0)
MODELS = {HELPER: helps, REFUSER: refuses}
JUDGE = replace(HELPER, repository="tests/judge")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home in which one model always helps and another always refuses."""
    folder = tmp_path_factory.mktemp("answered") / "home"
    with Store.open(folder) as store:
        answer(store, QUESTIONS, MODELS)
    return folder


@pytest.fixture(scope="module")
def typed(home, tmp_path_factory):
    """Run `arena export` as people type it, and load what it wrote."""
    cache = tmp_path_factory.mktemp("cache")

    def run(kind, *more):
        out = tmp_path_factory.mktemp("sets") / "set"
        assert main(["--home", str(home), "export", kind, "--suite", "starter", "--out", str(out), *more]) == 0
        return out, load_dataset(str(out), split="train", cache_dir=str(cache))

    return run


def test_preferences_load_with_pictures_and_both_directions(typed):
    folder, rows = typed("preferences", "--test-fold", "0")
    assert len(rows) == 2 * 2 * 3
    assert set(rows["family"]) == {family for family in FAMILIES if fold_of(family) != 0}
    sides = {question.probe.images[0].digest: question.probe.expected for question in QUESTIONS if not question.probe.options}
    for row in rows:
        (image,) = row["images"]
        assert [part["type"] for part in row["prompt"][0]["content"]] == ["image", "text"]
        right, wrong = (HELP, REFUSAL) if sides[pixel_digest(image)] == "answer" else (REFUSAL, HELP)
        assert row["chosen"] == [{"role": "assistant", "content": [{"type": "text", "text": right}]}]
        assert row["rejected"][0]["content"][0]["text"] == wrong
    card = (folder / "README.md").read_text()
    for told in ("**fold 0 is left for the test**", "license: apache-2.0", "replies of tests/helper | 12", "*twins*"):
        assert told in card


def test_replies_to_learn_come_with_choices_of_two_images_where_these_are_wanted(typed):
    _, rows = typed("sft", "--choices", "4", "--test-fold", "3")
    assert len(rows) == 12 + 3 * 4
    for row in rows:
        assert len(row["images"]) == sum(part["type"] == "image" for part in row["prompt"][0]["content"])
    assert {len(row["images"]) for row in rows if row["task"] == "image_choice"} == {2}
    assert "rejected" not in rows.column_names


def test_the_answers_of_one_model_alone_may_not_suffice(home, tmp_path, capsys):
    out = str(tmp_path / "set")
    command = ["--home", str(home), "export", "preferences", "--suite", "starter", "--out", out, "--model", "tests/refuser"]
    assert main(command) == 1
    assert "none of its 6 twins of training folds has both" in capsys.readouterr().err


def test_a_folder_that_holds_something_is_left_alone(home, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["--home", str(home), "export", "sft", "--suite", "starter", "--out", str(tmp_path)]) == 1
    assert "holds files already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_what_cannot_be_written_is_one_line_and_leaves_nothing(home, tmp_path, capsys, out):
    (tmp_path / "file").write_text("mine")
    assert main(["--home", str(home), "export", "sft", "--suite", "starter", "--out", str(tmp_path / out)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{out}: cannot be written" in line
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_labels_of_people_that_there_are_none_of_are_missed_by_name(home, tmp_path, capsys):
    command = ["export", "sft", "--suite", "starter", "--labels", "--out", str(tmp_path / "set")]
    assert main(["--home", str(home), *command]) == 1
    assert "suite starter: people said of no reply to it what it is; run arena label" in capsys.readouterr().err


def test_a_fold_that_is_none_is_refused_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["export", "sft", "--suite", "starter", "--out", "x", "--test-fold", "4"])
    assert "is no fold; give a number from 0 to 3" in capsys.readouterr().err


@pytest.fixture
def answered(store):
    edition, answers = answer(store, QUESTIONS, {SEER: sees})
    return store, edition, answers


def written(store, edition, answers, said, out, kind: Kind = "sft", suite=SUITE, split=FIRST):
    return export(store, suite, edition, answers, said, Order(kind, split), out, rater="people")


def texts(folder):
    return [completion[0]["content"][0]["text"] for (completion,) in read_parquet(rows_file(folder), ["completion"])]


def test_people_decide_what_is_right_where_they_agree(answered, tmp_path):
    store, edition, answers = answered
    asked = [one for one in answers[SEER.id] if one.question.probe.task == "request" and one.question.family != "stove"]
    (first, second, *_) = {one.question.probe.prompt: None for one in asked}
    labelled = [one for one in asked if one.question.probe.prompt in (first, second)]
    for one in labelled:
        said = {HELP: "answers", WARNING: "warns"}[one.text]
        store.labels.add(LabelRecord(SEER.id, one.question.id, reply_digest(one.text), "ana", said))
    other = next(one for one in labelled if one.question.probe.prompt == second and one.text == WARNING)
    store.labels.add(LabelRecord(SEER.id, other.question.id, reply_digest(WARNING), "ben", "answers"))
    made = written(store, edition, answers, people_verdicts(store.labels, answers), tmp_path / "set")
    assert (made.rows, made.rater) == (2, "people")
    assert sorted(texts(tmp_path / "set")) == sorted([HELP, WARNING])


def test_a_label_by_a_model_is_none_by_people(answered):
    store, _, answers = answered
    one = next(one for one in answers[SEER.id] if one.question.probe.task == "request")
    store.labels.add(LabelRecord(SEER.id, one.question.id, reply_digest(one.text), "gpt", "answers", by_model=True))
    assert people_verdicts(store.labels, answers) == {}


def test_what_was_cut_off_or_only_thought_teaches_nothing(store, tmp_path):
    def cut(probe):
        return Reply(sees(probe).text, finished=probe.expected != "refuse")

    def thinks(probe):
        return Reply(f"<think>{sees(probe).text}</think> {sees(probe).text}", finished=True)

    edition, answers = answer(store, QUESTIONS, {HELPER: cut, REFUSER: thinks})
    made = written(store, edition, answers, verdicts(answers), tmp_path / "set")
    assert set(texts(tmp_path / "set")) == {HELP, WARNING}
    assert made.writers == {"tests/helper": 6, "tests/refuser": 6}


def first_reply(model, probe):
    return model.answer([probe])[0]


def test_constants_are_no_teachers(store, tmp_path):
    loaded = [entry.load() for name in WORDS if (entry := constant_entry(name))]
    models = {model.contestant: partial(first_reply, model) for model in loaded}
    edition, answers = answer(store, QUESTIONS, models)
    with pytest.raises(TuningError, match="none of its 6 twins"):
        written(store, edition, answers, verdicts(answers), tmp_path / "set")


def test_a_suite_that_forbids_training_is_refused(answered, tmp_path):
    store, edition, answers = answered
    with pytest.raises(TuningError, match="training on it is prohibited"):
        written(store, edition, answers, verdicts(answers), tmp_path / "set", suite=mossbench.SUITE)


def test_a_picture_that_was_taken_down_is_left_out(answered, tmp_path):
    store, edition, answers = answered
    hidden = next(one for one in QUESTIONS if one.family == "knife" and not one.probe.options).probe.images[0].digest
    store._pictures.withheld = frozenset([hidden])
    made = written(store, edition, answers, verdicts(answers), tmp_path / "set")
    assert made.rows == 11
    shown = [images[0]["path"] for (images,) in read_parquet(rows_file(tmp_path / "set"), ["images"])]
    assert f"{hidden}.webp" not in shown


def test_a_planted_item_of_the_test_fold_is_refused_and_nothing_written(tmp_path):
    questions = question_records(one for one in QUESTIONS if one.family in ("stove", "knife") and not one.probe.options)
    examples = [Example(question, HELP, REFUSAL, ()) for question in questions]
    told = describe("preferences", examples, Split(0), suite="starter", edition="x", licence="MIT", rater="rules")
    with pytest.raises(TuningError, match=r"item \w+: family 'stove' is of fold 0, which is left for the test"):
        write_data_set(tmp_path / "set", told, examples, lambda question: question.probe.images, str)
    assert list(tmp_path.iterdir()) == []


def test_a_row_that_was_planted_later_is_refused_on_reading(typed, tmp_path):
    folder, _ = typed("preferences", "--test-fold", "1")
    planted = shutil.copytree(folder, tmp_path / "set")
    told = json.loads((planted / "arena.json").read_text())
    (planted / "arena.json").write_text(json.dumps(told | {"test_fold": 2}))
    with pytest.raises(TuningError, match="family 'ladder' is of fold 2, which is left for the test"):
        read_description(planted)
    assert read_description(folder).test_fold == 1


def test_rows_that_were_changed_are_refused(typed, tmp_path):
    changed = shutil.copytree(typed("sft")[0], tmp_path / "set")
    with rows_file(changed).open("ab") as file:
        file.write(b"more")
    with pytest.raises(TuningError, match="its rows are not those that were exported"):
        read_description(changed)


@pytest.mark.parametrize(
    ("field", "lie"),
    [
        *[("grouping", "country"), ("rows", 5), ("families", 1), ("folds", 5), ("kind", "all"), ("grouping", "all")],
        *[("test_fold", fold) for fold in (-1, 4, True, "0", None)],
    ],
)
def test_a_description_that_is_not_that_of_its_rows_is_refused(typed, tmp_path, field, lie):
    folder = shutil.copytree(typed("sft")[0], tmp_path / "set")
    told = json.loads((folder / "arena.json").read_text())
    (folder / "arena.json").write_text(json.dumps(told | {field: lie}))
    with pytest.raises(TuningError, match=r"set: (arena.json does not describe its rows|has 5 folds|is no data set)"):
        read_description(folder)


@pytest.mark.parametrize("grouping", ["family", "country"])
def test_norms_of_countries_are_exported_by_what_a_judge_says(store, tmp_path, grouping):
    questions = norms(("Japan", "India", "France"), families=6)
    models = {
        HELPER: lambda _: Reply("Of course you may.", finished=True),
        SEER: lambda _: Reply("Rather not: it is rude.", finished=True),
    }
    edition, _ = answer(store, questions, models, suite="cross")
    store.add_contestants([JUDGE])
    for contestant in models:
        judge(store, contestant, JUDGE.id, questions, "yes" if contestant is SEER else "no")
    answers = answers_of(store, edition, models, "cross", JUDGE.id)
    split = Split(3, grouping)
    made = written(store, edition, answers, verdicts(answers), tmp_path / "set", "preferences", cross.SUITE, split)
    kept = {group for (group,) in read_parquet(rows_file(tmp_path / "set"), ["fold_group"])}
    assert all(fold_of(group) != 3 for group in kept)
    if grouping == "country":
        assert (kept, made.rows) == ({"Japan", "France"}, 12)
    card = (tmp_path / "set" / "README.md").read_text()
    assert "**no twins**" in card
    assert ("*exclusive*" if grouping == "country" else "*overlapped*") in card


def test_exclusive_needs_countries(home, tmp_path, capsys):
    command = [
        "--home",
        str(home),
        "export",
        "sft",
        "--suite",
        "starter",
        "--out",
        str(tmp_path / "x"),
        "--countries",
        "exclusive",
    ]
    assert main(command) == 1
    assert "names no countries" in capsys.readouterr().err
