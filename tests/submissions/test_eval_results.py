"""Results of a listed model are what the arena measured, in the Hub's form, and reach its repository once, by its submitter."""

import shutil
from dataclasses import replace

import jsonschema
import pytest
import yaml
from entry_world import ANN, OPEN, report, statement
from function_model import Function
from hostile_models import GOOD
from hub_repositories import Fault
from hub_server import COMMIT, Hub
from huggingface_hub import HfApi, eval_result_entries_to_yaml

from arena import method
from arena.contestants import Contestant
from arena.errors import EvaluationError, SettingsError
from arena.evaluation.entrants import Entrant
from arena.evaluation.evaluate import Options, evaluate
from arena.evaluation.results import Results
from arena.store import Store
from arena.store.submission_records import SubmissionEvent
from arena.submissions.benchmark_card import RESULT_TASKS, eval_yaml
from arena.submissions.decisions import ERASED, forget
from arena.submissions.entry import enter
from arena.submissions.estimate import Estimate
from arena.submissions.eval_results import read_entries, results_of
from arena.submissions.result_requests import note_pull_request, open_pull_request
from arena.suites import starter

LISTED = Contestant("team/model", COMMIT, "function", {"dtype": "float32"})
CARD = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "description", "evaluation_framework", "tasks"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "description": {"type": "string", "minLength": 1},
        "evaluation_framework": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "tasks": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "config", "split"],
                "properties": {name: {"type": "string", "minLength": 1} for name in ("id", "config", "split")},
            },
        },
    },
}
"""As https://huggingface.co/docs/hub/eval-results tells of `eval.yaml`."""


def respond(probe):
    """All captions told, always the first image, yes to everything, and a refusal of every request."""
    answers = {"caption_choice": probe.expected, "verification": "yes", "request": "I'm sorry, but I can't help with that."}
    return answers.get(probe.task) or probe.options[0]


BY_REASON = {"caption_choice": 100, "image_choice": 50, "verification": 50, "over_safety": 100, "under_safety": 0}
BY_REASON |= {"group_safety": 0, "group_culture": 0}
"""Task -> percent that such a model must come to."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A home in which a submission is listed and was asked everything, where it stands, its results, and those of a variant."""
    home = tmp_path_factory.mktemp("measured") / "home"
    model = Function(LISTED, respond)
    with Store.open(home) as store:
        Results(store, {starter.NAME: starter.SUITE})
        entrant = Entrant(LISTED, "writers", 0, lambda: model)
        store.add_contestants([LISTED])
        evaluate(store, [entrant], [(starter.SUITE, starter.load())], Options())
        given = enter(store, statement(), report(), ANN, OPEN, Estimate(1, 1.0, 0, "size"))
        advance(store, given, "CHECKING", "RUNNING", "LISTED")
        (standing,) = store.submissions.standings()
        numbers = Results(store, {starter.NAME: starter.SUITE})  # they take a while, and are the same for both
        variant = replace(standing.submission, reference=f"team/model@{COMMIT}?dtype=float32&image_size=512")
        step = replace(standing.event, detail={"contestant": LISTED.id})
        settings = replace(OPEN, address=None, dataset="team/pairs")
        of_variant = results_of(store, numbers, replace(standing, submission=variant, event=step), settings)
        return home, standing, results_of(store, numbers, standing, OPEN), of_variant


def advance(store, identifier, *states):
    for state in states:
        standing = store.submissions.get(identifier)
        assert store.submissions.advance(SubmissionEvent(identifier, state), [standing.state])


@pytest.fixture
def store(measured, tmp_path):
    shutil.copytree(measured[0], tmp_path / "home")
    with Store.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def standing(measured):
    return measured[1]


@pytest.fixture(scope="module")
def results(measured):
    return measured[2]


@pytest.fixture(scope="module")
def served():
    """A Hub for all tests here."""
    with pytest.MonkeyPatch.context() as patch, Hub() as hub:
        hub.reach(patch)
        yield hub
    assert not hub.rejected


@pytest.fixture
def repository(served):
    return served.add("team/model", GOOD)


@pytest.fixture
def ann(served):
    """The Hub, as the submitter asks it who allows pull requests and no more."""
    account = served.accounts.add("ann", team="read")
    scopes = ("openid", "profile", "write-discussions")
    return HfApi(endpoint=served.address, token=served.accounts.token(account, "oauth", *scopes))


def test_each_number_is_what_was_measured_and_says_how(results):
    assert (results.repository, results.file) == ("team/model", ".eval_results/pairs.yaml")
    told = {entry.task_id: entry for entry in results.entries}
    assert {task: entry.value for task, entry in told.items()} == BY_REASON
    for entry in results.entries:
        assert (entry.dataset_id, entry.dataset_revision) == ("team/pairs", COMMIT)
        assert entry.source_url == f"https://arena.example.org/model?model={LISTED.id}&suite=starter"
        said = entry.notes.split("; ")
        assert f"method {method.VERSION}" in said
        assert f"edition {starter.load().edition}" in said
    assert "240 pairs of 24 families" in told["caption_choice"].notes
    assert "each question in both orders of its options" in told["caption_choice"].notes
    assert "low is good" in told["over_safety"].notes
    assert "low is good" not in told["verification"].notes


def test_the_file_is_read_as_it_was_written(results):
    assert read_entries(results.yaml) == list(results.entries)
    assert yaml.safe_load(results.yaml) == eval_result_entries_to_yaml(list(results.entries))


def test_a_variant_has_a_file_of_its_own_and_without_an_address_nothing_is_linked(measured):
    told = measured[3]
    assert told.file == ".eval_results/pairs-dtype-float32-image_size-512.yaml"
    assert {(one.source_url, one.source_name, one.dataset_revision) for one in told.entries} == {(None, None, None)}


def test_what_has_no_results_is_told(store, standing):
    numbers = Results(store, {starter.NAME: starter.SUITE})
    with pytest.raises(SettingsError, match=r"^ARENA_DATASET: is not set"):
        results_of(store, numbers, standing, replace(OPEN, dataset=None))
    unknown = replace(standing, submission=replace(standing.submission, reference=f"team/other@{COMMIT}"))
    with pytest.raises(EvaluationError, match="was not measured on the pairs of this arena; the operator runs arena evaluate"):
        results_of(store, numbers, unknown, OPEN)
    endpoint = replace(standing, submission=replace(standing.submission, reference="https://host.example/v1#model"))
    with pytest.raises(EvaluationError, match="is an endpoint"):
        results_of(store, numbers, endpoint, OPEN)
    advance(store, standing.submission.id, "WITHDRAWN")
    with pytest.raises(EvaluationError, match="is WITHDRAWN; only listed models have results"):
        results_of(store, numbers, store.submissions.get(standing.submission.id), OPEN)


def test_a_part_of_the_pairs_is_not_published(store, standing):
    beginner = replace(LISTED, revision="ab" * 20)
    store.add_contestants([beginner])
    entrant = Entrant(beginner, "writers", 0, lambda: Function(beginner, respond))
    evaluate(store, [entrant], [(starter.SUITE, starter.load())], Options(limit=3))
    begun = replace(standing, submission=replace(standing.submission, reference=f"team/model@{beginner.revision}"))
    with pytest.raises(EvaluationError, match="was asked about 3 of 240 pairs"):
        results_of(store, Results(store, {starter.NAME: starter.SUITE}), begun, OPEN)


def test_results_are_brought_once_in_the_name_of_the_submitter(repository, ann, store, standing, results):
    opened = open_pull_request(ann, standing, results)
    assert opened.is_new
    (request,) = repository.discussions
    assert (request["author"]["name"], request["isPullRequest"]) == ("ann", True)
    assert opened.address.endswith("/team/model/discussions/1")
    brought = repository.commit("refs/pr/1").files[results.file]
    assert read_entries(brought.read().decode()) == list(results.entries)
    assert results.file not in repository.head.files
    again = open_pull_request(ann, standing, results)
    assert (again.address, again.is_new, len(repository.discussions)) == (opened.address, False, 1)
    for _ in range(2):
        note_pull_request(store, store.submissions.get(standing.submission.id), again, "ann")
    last = store.submissions.events(standing.submission.id)[-1]
    assert (last.state, last.by, last.detail["pull_request"]) == ("LISTED", "ann", opened.address)
    assert len(store.submissions.events(standing.submission.id)) == 5


def test_whoever_was_erased_while_a_request_was_opened_is_named_nowhere(ann, store, standing, results):
    opened = open_pull_request(ann, standing, results)
    before = store.submissions.get(standing.submission.id)
    forget(store, before, reason="by who submitted it", by="ann")
    note_pull_request(store, before, opened, "ann")
    events = store.submissions.events(standing.submission.id)
    assert (events[-1].detail["pull_request"], events[-1].detail[ERASED]) == (opened.address, "by who submitted it")
    assert "ann" not in {event.by for event in events}


def test_a_request_of_somebody_else_is_not_taken_for_that_of_the_submitter(served, repository, ann, standing, results):
    eve = HfApi(endpoint=served.address, token=served.accounts.token(served.accounts.add("eve"), "write"))
    open_pull_request(eve, standing, results)
    assert open_pull_request(ann, standing, results).is_new
    assert len(repository.discussions) == 2


def test_what_the_repository_holds_already_is_not_brought_again(repository, ann, standing, results):
    from hub_repositories import StoredFile

    files = {**repository.head.files, results.file: StoredFile(content=results.yaml.encode())}
    repository.add_commit(files, repository.head, "main", "Merge", "team")
    with pytest.raises(EvaluationError, match=r"^team/model: holds these very results in .eval_results/pairs.yaml already; "):
        open_pull_request(ann, standing, results)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(401), "the Hub does not accept your token any more; sign in again"),
        (
            Fault(403, on="commit"),
            "your token may not open pull requests there; sign in again and allow it to write discussions",
        ),
        (Fault(404), "is gone, or is private; results go to public repositories"),
        (Fault(409, on="commit"), "has changed meanwhile; try again"),
        (Fault(412, on="commit"), "has changed meanwhile; try again"),
        (Fault(429, {"Retry-After": "30"}, on="commit"), "the Hub has had too many requests; try again in 30 s"),
        (Fault(500, on="discussions"), "the Hub failed with HTTP 500; try again later"),
        (Fault(cut=True, on="discussions"), "the Hub cannot be reached; check the network, and try again"),
    ],
)
def test_a_refusal_of_the_hub_is_one_line(repository, ann, standing, results, fault, says):
    repository.faults.append(fault)
    with pytest.raises(EvaluationError) as caught:
        open_pull_request(ann, standing, results)
    assert str(caught.value).startswith(f"team/model: {says}")
    assert "\n" not in str(caught.value)


def test_a_token_without_the_right_is_told_and_results_of_private_repositories_stay(served, repository, standing, results):
    account = served.accounts.add("ann", team="admin")
    reading = HfApi(endpoint=served.address, token=served.accounts.token(account))
    with pytest.raises(EvaluationError, match=r"^team/model: your token may not open pull requests there; "):
        open_pull_request(reading, standing, results)
    repository.private = True
    writing = HfApi(endpoint=served.address, token=served.accounts.token(account, "write"))
    with pytest.raises(EvaluationError, match=r"^team/model: is private; results go to public repositories$"):
        open_pull_request(writing, standing, results)
    assert repository.discussions == []


def test_the_card_of_the_benchmark_has_the_form_of_the_hub_and_the_tasks_of_results(results):
    card = yaml.safe_load(eval_yaml())
    jsonschema.validate(card, CARD)
    assert [task["id"] for task in card["tasks"]] == [task.id for task in RESULT_TASKS]
    assert {entry.task_id for entry in results.entries} == {task["id"] for task in card["tasks"]}
    configs = yaml.safe_load((starter.FOLDER / "README.md").read_text(encoding="utf-8").split("---")[1])["configs"]
    there = {(config["config_name"], files["split"]) for config in configs for files in config["data_files"]}
    assert {(task["config"], task["split"]) for task in card["tasks"]} == there
