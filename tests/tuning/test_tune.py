"""A starter model tuned by the real TRL: for a few steps, on twins, into a repository that plays."""

import io
import json
import math
import shutil
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from small_pictures import picture
from transformers import AutoModelForImageTextToText, LlavaForConditionalGeneration
from tuning_world import HELPER, REFUSER, SUITE, answer, helps, refuses, twins

from arena.cli import main
from arena.errors import TuningError
from arena.judging.agreement import verdicts
from arena.models import check_repository, contestant_of, load
from arena.models.loading import fetch
from arena.models.pretrained import from_pretrained
from arena.probes import Probe
from arena.roster import STARTER_MODELS
from arena.store import Store
from arena.tuning import tune as tune_module
from arena.tuning.data_set import DESCRIPTION, data_hash
from arena.tuning.export import Order, export
from arena.tuning.split import Split
from arena.tuning.tune import ORDER, WORK, tune
from arena.tuning.tuned import Recipe, read_tuning

pytestmark = pytest.mark.long

MINI = STARTER_MODELS / "drawn-world" / "llava-mini"
SFT = Recipe("sft", rate=1e-3, batch=4)
WEIGHTS = "model.safetensors"
NO_WEIGHTS = "--model: has no weights here; name a contestant, a folder, or organisation/name@commit"


@pytest.fixture(scope="module")
def base():
    return check_repository(str(MINI))


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """Kind -> a data set of one or two twins; the replies to learn come with choices of two images."""
    folder = tmp_path_factory.mktemp("sets")
    with Store.open(folder / "home") as store:
        edition, answers = answer(store, twins(("knife", "ladder"), pairs=2), {HELPER: helps, REFUSER: refuses})
        for order in (Order("sft", Split(0), choices=2), Order("preferences", Split(0))):
            export(store, SUITE, edition, answers, verdicts(answers), order, folder / order.kind, rater="rules")
    return folder


class Steps:
    """Remembers what it is told, and stops the training at a step, as Ctrl-C does."""

    def __init__(self, stop: int | None = None) -> None:
        self.stop = stop
        self.losses: dict[int, float | None] = {}
        self.total = 0

    def __call__(self, done: int, total: int, loss: float | None) -> None:
        self.losses[done], self.total = loss, total
        if done == self.stop:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def tuned(base, sets, tmp_path_factory):
    """A model that was tuned at a stretch, and what was told of that."""
    out, steps = tmp_path_factory.mktemp("models") / "tests" / "tuned", Steps()
    return tune(base, sets / "sft", SFT, out, watch=steps), steps


def test_every_step_is_told_and_the_weights_change(tuned, base):
    report, steps = tuned
    assert (sorted(steps.losses), steps.total) == ([0, 1, 2, 3, 4], 4)
    assert report.repository == "tests/tuned"
    before, after = load_file(MINI / WEIGHTS), load_file(report.folder / WEIGHTS)
    assert {name: tensor.dtype for name, tensor in before.items()} == {name: tensor.dtype for name, tensor in after.items()}
    assert any(not torch.equal(before[name], after[name]) for name in before)
    for file in ("tokenizer.json", "processor_config.json", "chat_template.jinja"):
        assert json_of(MINI / file) == json_of(report.folder / file), file


def json_of(file: Path):
    return json.loads(file.read_text()) if file.suffix == ".json" else file.read_text()


def test_the_repository_tells_how_it_was_made_and_where_it_may_be_tested(tuned, base, sets):
    report, _ = tuned
    told = read_tuning(report.folder)
    assert told is not None
    assert (told.base, told.recipe, told.data.test_fold) == (f"{base.repository}@{base.revision}", SFT, 0)
    assert told.data_sha256 == data_hash(sets / "sft")
    card = (report.folder / "README.md").read_text()
    for line in (
        "base_model: drawn-world/llava-mini",
        "base_model_relation: finetune",
        "license: apache-2.0",
        told.data_sha256,
    ):
        assert line in card
    assert "This is a control" not in card


def test_what_was_stopped_goes_on_from_its_checkpoint_to_the_same_weights(tuned, base, sets, tmp_path):
    out = tmp_path / "tests" / "again"
    with pytest.raises(KeyboardInterrupt):
        tune(base, sets / "sft", SFT, out, watch=Steps(stop=3))
    assert not out.exists()
    with pytest.raises(TuningError, match="another tuning was begun here"):
        tune(base, sets / "sft", replace(SFT, seed=1), out)
    steps = Steps()
    report = tune(base, sets / "sft", SFT, out, watch=steps)
    assert sorted(steps.losses) == [0, 3, 4], "the first two were kept"
    whole, resumed = load_file(tuned[0].folder / WEIGHTS), load_file(report.folder / WEIGHTS)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert not (out.parent / WORK.format(name=out.name)).exists()


@pytest.fixture(scope="module")
def adapter(base, sets, tmp_path_factory):
    """An adapter that was tuned by command on shuffled labels, and what that wrote to the terminal."""
    out, terminal = tmp_path_factory.mktemp("models") / "tests" / "adapter", io.StringIO()
    where = ["--home", str(out.parents[1] / "home"), "tune", "--data", str(sets / "preferences"), "--out", str(out)]
    how = ["--method", "dpo", "--model", base.repository, "--lora", "--shuffle-labels", "--rate", "1e-3", "--batch", "4"]
    with redirect_stderr(terminal):
        assert main([*where, *how]) == 0
    return check_repository(str(out)), terminal.getvalue()


def test_the_loss_of_dpo_starts_where_the_model_is_its_own_reference(adapter):
    _, shown = adapter
    assert "2/2" in shown
    assert f"loss {math.log(2):.3f}" in shown, "that of the step before the last one"


def test_an_adapter_stands_beside_its_base(adapter, base):
    report, _ = adapter
    assert report.base == base
    assert contestant_of(report).settings["base"] == f"{base.repository}@{base.revision}"
    assert (report.folder / "adapter_model.safetensors").exists()
    assert not (report.folder / WEIGHTS).exists()
    card = (report.folder / "README.md").read_text()
    for line in ("base_model_relation: adapter", "library_name: peft", "**This is a control.**"):
        assert line in card


def test_a_model_with_its_adapter_is_tuned_as_one(adapter, sets, tmp_path):
    report = tune(adapter[0], sets / "sft", SFT, tmp_path / "tests" / "merged", watch=Steps())
    assert (report.base, (report.folder / WEIGHTS).exists()) == (None, True)
    before, after = load_file(MINI / WEIGHTS), load_file(report.folder / WEIGHTS)
    assert any(not torch.equal(before[name], after[name]) for name in before)
    told = read_tuning(report.folder)
    assert told is not None
    assert told.base == f"tests/adapter@{adapter[0].revision}"


def test_a_tuned_model_answers(tuned):
    model = load(tuned[0], contestant_of(tuned[0]))
    (reply,) = model.answer([Probe("test", "", "", (picture(1),), "Is it red?", options=("yes", "no"))])
    assert reply.text
    assert not reply.error


def test_a_tuned_adapter_changes_its_base_as_peft_would(adapter):
    report, _ = adapter
    model, _ = from_pretrained(AutoModelForImageTextToText, contestant_of(report), fetch(report))
    plain = LlavaForConditionalGeneration.from_pretrained(MINI, dtype=torch.float32)
    before = {name: tensor.clone() for name, tensor in plain.state_dict().items()}
    expected = PeftModel.from_pretrained(plain, report.folder).merge_and_unload().state_dict()
    loaded = model.state_dict()
    assert loaded.keys() == expected.keys() == before.keys()
    for name, tensor in expected.items():
        torch.testing.assert_close(loaded[name], tensor, atol=1e-7, rtol=1e-5)
    changed = {name for name, tensor in before.items() if (loaded[name] - tensor).abs().max() > 1e-5}
    assert {name.rpartition(".layers.")[0] for name in changed} >= {"model.language_model", "model.vision_tower.encoder"}


@pytest.mark.usefixtures("unhindered")
def test_a_tuned_adapter_plays_a_battle(adapter, tmp_path, monkeypatch, capsys):
    """Named as any folder is: it is loaded first in a process with limits."""
    monkeypatch.setenv("ARENA_STARTER_MODELS", "0")
    monkeypatch.setenv("ARENA_MODELS", f"{MINI.with_name('clip-mini')},{adapter[0].folder}")
    assert main(["--home", str(tmp_path / "home"), "battle", "--count", "1", "--source", "starter"]) == 0
    capsys.readouterr()
    assert main(["--home", str(tmp_path / "home"), "leaderboard", "--json"]) == 0
    rows = {row["model"]: row["battles"] for row in json.loads(capsys.readouterr().out)}
    assert rows == {"drawn-world/clip-mini": 1, "tests/adapter": 1}
    with Store.open(tmp_path / "home") as store:
        assert contestant_of(adapter[0]).id in store.contestants(), "the one with its base"


class TestRefused:
    @pytest.fixture
    def refused(self, base, sets, tmp_path):
        def refuse(*, recipe=SFT, data="sft", out="tests/model", model=base, watch=lambda *_: None):
            with pytest.raises(TuningError) as caught:
                tune(model, sets / data, recipe, tmp_path / out, watch=watch)
            return str(caught.value)

        return refuse

    def test_data_that_the_method_does_not_learn_from(self, refused):
        assert "holds sft, and dpo learns from preferences" in refused(recipe=Recipe("dpo"))

    def test_a_folder_that_holds_no_export(self, refused):
        assert "is no data set of `arena export`" in refused(data="home")

    def test_a_folder_that_holds_something(self, refused, tmp_path):
        (tmp_path / "tests" / "model").mkdir(parents=True)
        (tmp_path / "tests" / "model" / "mine.txt").touch()
        assert "holds files already" in refused()

    def test_what_is_no_name_of_a_repository(self, refused):
        assert "is no name of a repository" in refused(out="tests/my model")

    def test_a_folder_that_another_process_fills_meanwhile(self, refused, monkeypatch, tmp_path):
        checked = tune_module._checked

        def slowly(*arguments):
            tuning = checked(*arguments)
            (tmp_path / "tests" / "model").mkdir(parents=True)
            (tmp_path / "tests" / "model" / "theirs.txt").touch()
            return tuning

        monkeypatch.setattr(tune_module, "_checked", slowly)
        assert "holds files already" in refused()
        assert [path.name for path in (tmp_path / "tests").rglob("*")] == ["model", "theirs.txt"]

    @pytest.mark.parametrize(
        ("model", "says"),
        [
            (
                "http://localhost:9/v1#x",
                "--model: has no weights here; name a contestant, a folder, or organisation/name@commit",
            ),
            ("always-refuse", NO_WEIGHTS),
            ("llava-mini+reminder", "--model llava-mini+reminder: is under a strategy, which cannot be tuned; name llava-mini"),
            ("clip-mini", "drawn-world/clip-mini: only compares; name a model that writes"),
        ],
    )
    def test_a_model_without_weights_to_tune_in_one_line(self, sets, tmp_path, capsys, model, says):
        where = ["--home", str(tmp_path / "home"), "tune", "--data", str(sets / "sft"), "--out", str(tmp_path / "tests" / "x")]
        assert main([*where, "--method", "sft", "--model", model]) == 1
        assert capsys.readouterr().err == f"arena: {says}\n"

    def test_a_model_that_only_compares(self, refused):
        assert "only compares" in refused(model=check_repository(str(MINI.parent / "clip-mini")))

    def test_an_adapter_of_an_adapter(self, refused, adapter):
        assert "leave out --lora" in refused(model=adapter[0], recipe=replace(SFT, lora=True))

    def test_data_that_a_model_tuned_before_would_be_tested_on_though_it_knows_them(self, refused, tuned, sets):
        folder = shutil.copytree(sets / "sft", sets / "other-fold")
        told = json.loads((folder / DESCRIPTION).read_text())
        (folder / DESCRIPTION).write_text(json.dumps({**told, "test_fold": 3}))
        line = refused(data="other-fold", model=tuned[0])
        assert "leaves fold 3 for the test, and tests/tuned was tuned with fold 0 left" in line

    @pytest.mark.parametrize("out", ["file", "file/below/model"])
    def test_what_cannot_be_written(self, refused, tmp_path, out):
        (tmp_path / "file").write_text("mine")
        assert "cannot be written" in refused(out=out)
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    def test_another_tuning_only_where_something_of_it_is_kept(self, base, sets, tmp_path):
        out = tmp_path / "tests" / "model"
        with pytest.raises(KeyboardInterrupt):
            tune(base, sets / "sft", SFT, out, watch=Steps(stop=0))
        assert list(out.parent.iterdir()) == []

    def test_no_tuning_by_one_that_was_killed_before_its_first_checkpoint(self, refused, tmp_path):
        work = tmp_path / "tests" / WORK.format(name="model")
        (work / "checkpoint-1").mkdir(parents=True)
        (work / ORDER).write_text("of another recipe")

        def stop(*_):
            raise TuningError((work / ORDER).read_text())

        assert '"method": "sft"' in refused(watch=stop)
        assert not work.exists()

    def test_a_training_that_comes_apart_and_nothing_is_kept_of_it(self, base, sets, tmp_path):
        steps, out = Steps(), tmp_path / "tests" / "model"
        with pytest.raises(TuningError, match=r"are no numbers after [1-4] steps at a rate of 1e\+09; give a smaller"):
            tune(base, sets / "sft", replace(SFT, rate=1e9, epochs=9), out, watch=steps)
        assert list(out.parent.iterdir()) == []
        assert max(steps.losses) < steps.total == 36

    def test_a_folder_in_which_another_process_works(self, refused, base, sets, tmp_path):
        def meanwhile(*_):
            raise TuningError(refused())

        with pytest.raises(TuningError, match="another process tunes here"):
            tune(base, sets / "sft", SFT, tmp_path / "tests" / "model", watch=meanwhile)

    def test_missing_packages_by_the_extra_that_brings_them(self, refused, monkeypatch):
        monkeypatch.setattr(tune_module, "EXTRA", ("datasets", "no_such_trl"))
        assert refused() == "arena tune: needs no_such_trl; install minimal-pair-arena[tune]"

    def test_a_record_that_is_none(self, tuned, tmp_path):
        folder = shutil.copytree(tuned[0].folder, tmp_path / "broken")
        (folder / "tuning.json").write_text("{}")
        with pytest.raises(TuningError, match="is no record of a tuning"):
            read_tuning(folder)
        assert read_tuning(MINI) is None
