"""Submissions are checked before anything large is downloaded, and who is refused is told which file and field to change."""

import hashlib
import json
import time
from dataclasses import replace

import numpy as np
import pytest
from hostile_models import GOOD, HOSTILE, Draft, pickled
from hub_repositories import Fault
from hub_server import COMMIT, Hub
from huggingface_hub import HfApi
from safetensors.numpy import load_file, save_file

from arena.models import check_repository
from arena.models.machine import Machine
from arena.roster import STARTER_MODELS
from arena.settings import Settings
from arena.submissions.check_report import Facts
from arena.submissions.checks import check_submission
from arena.submissions.listed_weights import listed_weights
from arena.submissions.submission_limits import SubmissionLimits

LIMITS = SubmissionLimits(Machine(16 * 2**30), 20 * 2**30, endpoints=("host.example", "together"))


@pytest.fixture(scope="module")
def served():
    """A Hub that all tests here share, asked over a network."""
    with pytest.MonkeyPatch.context() as patch, Hub() as hub:
        hub.reach(patch)
        yield hub
    assert not hub.rejected


@pytest.fixture
def check(served, tmp_path):
    def check(reference, limits=LIMITS, token=False, **options):
        api = HfApi(endpoint=served.address, token=token)
        return check_submission(reference, limits, api, cache=tmp_path / "cache", **options)

    return check


@pytest.fixture
def draft(tmp_path):
    return Draft(tmp_path / "bad")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_may_not_enter_is_refused_within_seconds_by_file_and_field_and_no_weights_are_fetched(name, served, draft, check):
    change, failed, says = HOSTILE[name]
    change(draft)
    draft.serve(served)
    served.requested.clear()
    began = time.monotonic()
    report = check("org/bad", token=served.accounts.token(served.accounts.add("arena")))
    assert time.monotonic() - began < 20
    (found,) = [one for one in report.checks if not one.passed and one.name == failed]
    assert says in f"{found.seen}; {found.remedy}"
    assert found.remedy
    assert "\n" not in found.seen + found.remedy
    assert not report.passed
    assert all("bytes=" in line for line in served.requested if line.startswith("GET storage/"))


@pytest.mark.parametrize(("folder", "kind"), [("llava-mini", "generative"), ("clip-mini", "contrastive")])
def test_a_good_model_passes_and_what_it_is_is_told(served, check, folder, kind):
    served.add("org/good", STARTER_MODELS / "drawn-world" / folder)
    report = check("org/good@main")
    assert [one.name for one in report.checks if not one.passed] == []
    weights = STARTER_MODELS / "drawn-world" / folder / "model.safetensors"
    assert report.facts.weights == {weights.name: hashlib.sha256(weights.read_bytes()).hexdigest()}
    assert (report.facts.repository, report.facts.revision, report.facts.licence) == ("org/good", COMMIT, "apache-2.0")
    assert (report.facts.kind, report.facts.images) == (kind, 2)
    known = check_repository(str(weights.parent))
    assert (report.facts.architecture, report.facts.parameters) == (known.architecture, known.parameters)
    assert json.loads(json.dumps(report.as_json()))["passed"]


def test_a_model_passes_that_the_hub_has_not_scanned_to_the_end_and_that_is_told(served, draft, check):
    draft.switches["told"] = {"securityRepoStatus": {"scansDone": False, "filesWithIssues": []}}
    draft.serve(served)
    report = check("org/bad")
    assert report.passed
    assert "the Hub has not scanned all files yet, and found nothing unsafe so far" in [one.seen for one in report.checks]


def test_of_weights_in_shards_every_header_is_read_and_told(served, draft, check):
    weights = load_file(draft.folder / "model.safetensors")
    (draft.folder / "model.safetensors").unlink()
    shards = {f"model-{number}.safetensors": sorted(weights)[number::3] for number in range(3)}
    for shard, names in shards.items():
        save_file({name: weights[name] for name in names}, draft.folder / shard)
    index = {"weight_map": {name: shard for shard, names in shards.items() for name in names}}
    (draft.folder / "model.safetensors.index.json").write_text(json.dumps(index))
    draft.serve(served)
    report = check("org/bad")
    assert report.passed
    assert f"{len(weights)} tensors" in [one.seen for one in report.checks]
    assert report.facts.weights.keys() == shards.keys()
    assert report.facts.parameters == check_repository(str(GOOD)).parameters


def test_a_private_or_gated_model_passes_that_the_arena_may_read(served, draft, check):
    draft.switches |= {"private": True, "gated": "auto", "granted": {"arena"}}
    draft.serve(served)
    report = check("org/bad", token=served.accounts.token(served.accounts.add("arena", org="read")))
    assert report.passed
    assert report.facts.gated == "auto"


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("org/good@nothing", "is not on the Hub, or has no such commit"),
        ("org/none", "is private or not there"),
        ("../starter", "is no name on the Hub"),
        (str(GOOD), "is no name on the Hub"),
        ("", "is no name on the Hub"),
        ("org/good?colour=blue", "the option 'colour=blue' is unknown"),
    ],
)
def test_what_is_no_repository_of_the_hub_is_told_and_nothing_else_checked(served, check, reference, says):
    served.add("org/good", GOOD)
    report = check(reference)
    assert not report.passed
    assert says in report.checks[-1].seen
    assert report.checks[-1].remedy
    assert report.facts == Facts()


@pytest.mark.parametrize(
    ("switch", "known", "says"),
    [
        ({"private": True}, False, "is private or not there; check the name, or let the arena's account read it"),
        ({"gated": "manual"}, True, "is gated; let the arena's account in, on the page of the repository"),
    ],
)
def test_what_the_arena_may_not_read_is_told_to_people_who_do_not_know_its_token(served, draft, check, switch, known, says):
    draft.switches |= switch
    draft.serve(served)
    report = check("org/bad", token=served.accounts.token(served.accounts.add("arena")) if known else False)
    (failed,) = [one for one in report.checks if not one.passed]
    assert f"{failed.seen}; {failed.remedy}" == says


@pytest.mark.parametrize(
    ("fault", "failed", "says"),
    [
        (Fault(429, {"Retry-After": "30"}), "access", "too many requests; try again in 30 s"),
        (Fault(500), "access", "the Hub failed with HTTP 500; try again later"),
        (Fault(cut=True, on="good/auth"), "access", "the Hub cannot be reached"),
        (Fault(delay=5), "access", "the Hub does not answer in time; try again later"),
        (Fault(500, on="model.safetensors"), "headers", "the Hub failed with HTTP 500"),
        (Fault(cut=True, on="storage"), "headers", "the Hub cannot be reached"),
    ],
    ids=["too many", "broken", "cut off", "late", "broken weights", "cut off weights"],
)
def test_a_hub_that_fails_is_told_in_one_line_and_not_waited_for(served, check, fault, failed, says):
    served.add("org/good", GOOD).faults.append(fault)
    began = time.monotonic()
    report = check("org/good", replace(LIMITS, seconds=0.5 if fault.delay else 60))
    assert time.monotonic() - began < 4
    (found,) = [one for one in report.checks if not one.passed]
    assert found.name == failed
    assert says in f"{found.seen}; {found.remedy}"


def test_a_copy_of_a_listed_model_is_refused_and_one_that_differs_is_not(served, draft, check):
    listed = listed_weights(Settings())
    assert len(listed) == 6
    draft.serve(served)
    report = check("org/bad", listed=listed)
    (found,) = [one for one in report.checks if not one.passed]
    assert (found.name, found.seen) == ("copies", "model.safetensors is the same as in drawn-world/llava-mini, which is listed")
    data = bytearray((draft.folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    draft.weights(data)
    draft.serve(served)
    assert check("org/bad", listed=listed).passed


@pytest.mark.parametrize(
    ("limits", "failed", "says"),
    [
        (replace(LIMITS, parameters=10**5), "size", "0.7 M parameters, and at most 0.1 M may be submitted"),
        (replace(LIMITS, machine=Machine(2**20)), "size", "MB of memory as float32, and 1 MB are there"),
        (replace(LIMITS, file_bytes=1000), "download", "1 MB of files; at most 0 MB may enter"),
    ],
)
def test_a_model_that_is_too_large_for_the_arena_is_told_what_would_fit(served, check, limits, failed, says):
    served.add("org/good", GOOD)
    (found,) = [one for one in check("org/good", limits).checks if not one.passed]
    assert found.name == failed
    assert says in f"{found.seen}; {found.remedy}"


def adapter_of(folder, **changes):
    """An adapter in form: its configuration, and weights that nothing reads here."""
    folder.mkdir()
    config = {"peft_type": "LORA", "base_model_name_or_path": "org/base", "revision": COMMIT, **changes}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "README.md").write_text("---\nlicense: mit\nbase_model: org/base\n---\n")
    save_file({"lora": np.ones((2, 2), "float32")}, folder / "adapter_model.safetensors")
    return folder


def test_an_adapter_is_checked_with_the_model_that_it_changes(served, check, tmp_path):
    served.add("org/base", GOOD)
    served.add("org/adapter", adapter_of(tmp_path / "adapter"))
    report = check("org/adapter")
    assert report.passed
    assert report.facts.base_models == ("org/base",)
    assert report.facts.weights.keys() == {"adapter_model.safetensors"}
    assert report.facts.download_bytes > (GOOD / "model.safetensors").stat().st_size


def test_an_adapter_of_pickled_weights_is_refused_as_those_are(served, draft, check, tmp_path):
    pickled(draft)
    draft.serve(served, "org/base")
    served.add("org/adapter", adapter_of(tmp_path / "adapter"))
    (found,) = [one for one in check("org/adapter").checks if not one.passed]
    assert (found.name, found.remedy) == ("weights", "save them as safetensors")


def test_an_adapter_may_not_name_a_folder_of_this_machine(served, check, tmp_path):
    served.add("org/adapter", adapter_of(tmp_path / "adapter", base_model_name_or_path=str(GOOD)))
    (found,) = [one for one in check("org/adapter").checks if not one.passed]
    assert found.name == "base"
    assert "adapter_config.json: base_model_name_or_path" in found.seen


@pytest.mark.parametrize(
    ("reference", "failed", "says"),
    [
        ("https://host.example/v1#org/model", None, ""),
        ("https://other.example/v1#model", "host", "other.example is not among the hosts that are allowed here"),
        ("https://host.example:444/v1#model", "host", "host.example:444 is not among the hosts"),
        ("http://host.example/v1#model", "reference", "http"),
        ("https://host.example/v1", "reference", "names no model"),
        ("https://host.example/v1#<b>", "model", "the name of the model has other characters"),
        ("together:org/model", "key", "the arena has no key for together"),
    ],
)
def test_an_endpoint_is_submitted_by_an_address_that_is_allowed_and_the_name_of_a_model(reference, failed, says, monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    report = check_submission(reference, LIMITS, HfApi(endpoint="http://127.0.0.1:9", token=False))
    assert [one.name for one in report.checks if not one.passed] == ([failed] if failed else [])
    assert says in " ".join(one.seen for one in report.checks if not one.passed)


def test_no_endpoint_may_be_submitted_where_none_is_allowed():
    report = check_submission("https://host.example/v1#model", replace(LIMITS, endpoints=()), HfApi(token=False))
    assert [one.remedy for one in report.checks if not one.passed] == ["submit a repository, as no endpoint is"]
