"""An arena as a Space: made, brought up to date, followed until it runs, and refused in one line."""

import subprocess
import sys
import threading
import time
import warnings
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hub_repositories import Fault
from hub_server import Hub
from huggingface_hub import CommitOperationAdd, HfApi

from arena.cli import main
from arena.errors import SettingsError
from arena.hub.space import SpaceOrder, addresses, deploy, follow, last_lines, read_volume, without_secrets
from arena.hub.space_files import SpaceFiles, card_for, front_matter, space_files

CARD = b"---\ntitle: Arena\nsdk: gradio\n---\n\n# Arena\n"
FILES = SpaceFiles(
    {"README.md": CARD, "app.py": b"pass\n", "arena/one.py": b"one\n", "arena/weights.safetensors": b"w" * 99}, "checkout"
)
ORDER = SpaceOrder(
    "org/arena",
    hardware="t4-small",
    sleep_seconds=3600,
    variables={"ARENA_ADMINS": "ann"},
    secrets={"HF_TOKEN": "hf_very_secret"},
    volumes=[read_volume("buckets/org/state:/data")],
)


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with Hub() as running:
        running.reach(monkeypatch, tmp_path / "cache")
        monkeypatch.setenv("HF_TOKEN", running.accounts.token(running.accounts.add("ann", org="write"), "write"))
        yield running
        assert running.rejected == []


@pytest.fixture
def api(hub):
    return HfApi(endpoint=hub.address)


def changes(hub):
    """What was asked of the Hub that changes something; some others only ask what is there."""
    questions = ("preupload", "validate-yaml", "objects/batch")
    return [line for line in hub.requested if line.startswith(("POST", "PUT")) and not any(one in line for one in questions)]


def test_a_new_space_has_all_that_was_ordered_and_the_files(hub, api):
    done = deploy(api, ORDER, FILES)
    space = hub.spaces["org/arena"]
    assert done.made
    assert (space.sdk, space.hardware, space.sleep_seconds) == ("gradio", "t4-small", 3600)
    assert (space.variables, space.secrets) == ({"ARENA_ADMINS": "ann"}, {"HF_TOKEN": "hf_very_secret"})
    assert space.volumes == [{"type": "bucket", "source": "org/state", "mountPath": "/data"}]
    head = hub.repository("spaces", "org/arena").head
    assert {name: file.read() for name, file in head.files.items()} == FILES.files
    assert head.id == done.commit


def test_said_twice_it_changes_nothing_but_what_nobody_can_read(hub, api):
    first = deploy(api, ORDER, FILES)
    hub.requested.clear()
    again = deploy(api, ORDER, FILES)
    assert (again.made, again.changes, again.commit) == (False, ["secret HF_TOKEN"], first.commit)
    assert changes(hub) == ["POST api/repos/create", "POST api/spaces/org/arena/secrets"]


def test_what_is_not_given_stays_and_what_is_given_is_changed(hub, api):
    deploy(api, ORDER, FILES)
    other = SpaceOrder("org/arena", variables={"ARENA_ADMINS": "bob"}, volumes=[read_volume("buckets/org/state:/data:ro")])
    files = replace(FILES, files={"README.md": CARD, "arena/two.py": b"two\n"})
    assert deploy(api, other, files).changes == ["variable ARENA_ADMINS", "volumes"]
    space = hub.spaces["org/arena"]
    assert (space.hardware, space.sleep_seconds, list(space.secrets)) == ("t4-small", 3600, ["HF_TOKEN"])
    assert space.volumes[0]["readOnly"] is True
    left = {"README.md", "app.py", "arena/two.py"}
    assert hub.repository("spaces", "org/arena").head.files.keys() == left, "files of older code are gone, others stay"
    assert deploy(api, replace(other, hardware="l4x1", sleep_seconds=60), files).changes == ["hardware l4x1"]
    assert (space.hardware, space.sleep_seconds) == ("l4x1", 60)


def test_it_is_followed_through_its_stages_until_it_runs(hub, api):
    done = deploy(api, ORDER, FILES)
    told = []
    end = follow(api, "org/arena", done.commit, 10, told.append, pause=0.01)
    assert (end.runs, told) == (True, ["BUILDING", "APP_STARTING"])
    assert addresses(api, "org/arena") == [f"{hub.address}/spaces/org/arena"]


def test_a_space_that_still_runs_the_commit_before_is_not_taken_for_the_new_one(hub, api):
    deploy(api, ORDER, FILES)
    hub.spaces["org/arena"].stages = ["RUNNING"]
    with pytest.raises(SettingsError, match="org/arena: is still RUNNING after"):
        follow(api, "org/arena", "f" * 40, 0.05, lambda _: None, pause=0.01)


@pytest.mark.parametrize(("stage", "which"), [("BUILD_ERROR", "build"), ("RUNTIME_ERROR", "run"), ("PAUSED", None)])
def test_a_space_that_fails_says_which_log_tells_why(hub, api, stage, which):
    done = deploy(api, ORDER, FILES)
    hub.spaces["org/arena"].stages = ["BUILDING", stage]
    end = follow(api, "org/arena", done.commit, 10, lambda _: None, pause=0.01)
    assert (end.stage, end.which_log, end.runs) == (stage, which, False)


def test_the_end_of_a_log_is_told_without_secrets(hub, api):
    deploy(api, ORDER, FILES)
    hub.spaces["org/arena"].logs["build"] = [*(f"step {number}\n" for number in range(99)), "env HF_TOKEN=hf_very_secret\n"]
    lines = last_lines(api, "org/arena", "build", list(ORDER.secrets.values()))
    assert lines[0] == "step 60"
    assert lines[-1] == "env HF_TOKEN=***"


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (401, "org/arena: the Hub does not know who you are; run `hf auth login`, or set HF_TOKEN"),
        (402, "org/arena: the Hub wants an account that pays for Spaces of this kind; see hf.co/pricing"),
        (403, "org/arena: your token may not write there; make one that may"),
        (429, "org/arena: the Hub has had too many requests; try again in 30 s"),
        (503, "org/arena: the Hub failed with HTTP 503; try again later"),
    ],
)
def test_what_the_hub_refuses_is_one_line(hub, api, status, line):
    hub.faults.append(Fault(status, {"Retry-After": "30"}, on="repos/create"))
    with pytest.raises(SettingsError) as caught:
        deploy(api, ORDER, FILES)
    assert str(caught.value).startswith(line)
    assert "hf_very_secret" not in str(caught.value)


def test_who_may_not_write_or_is_nobody_is_told_the_way_out(hub, api):
    with pytest.raises(SettingsError, match=r"other/arena: your token may not write there"):
        deploy(api, replace(ORDER, name="other/arena"), FILES)
    with pytest.raises(SettingsError, match=r"org/arena: the Hub does not know who you are"):
        deploy(HfApi(endpoint=hub.address, token=False), ORDER, FILES)


def test_a_value_that_the_hub_does_not_know_is_named(hub, api):
    with pytest.raises(SettingsError, match=r"org/arena: the Hub does not take this: hardware: gpu-9000 is unknown"):
        deploy(api, replace(ORDER, hardware="gpu-9000"), FILES)
    assert hub.rejected.pop() == "POST /api/repos/create: hardware: gpu-9000 is unknown"


def test_a_space_of_something_else_is_left_alone(hub, api, tmp_path):
    deploy(api, replace(ORDER, secrets={}, variables={}), replace(FILES, files={"README.md": CARD, "docs/thesis.md": b"mine"}))
    hub.requested.clear()
    with pytest.raises(SettingsError, match="org/arena: is a Space of something else than an arena"):
        deploy(api, ORDER, FILES)
    assert changes(hub) == ["POST api/repos/create"]
    assert hub.repository("spaces", "org/arena").head.files["docs/thesis.md"].read() == b"mine"
    assert hub.spaces["org/arena"].secrets == {}


def test_a_change_of_what_builds_it_is_told(hub, api):
    deploy(api, ORDER, FILES)
    hub.repository("spaces", "org/arena").told = {"sdk": "docker"}
    assert deploy(api, ORDER, FILES).changes[0] == "sdk gradio, which was docker"


def test_what_was_cut_off_between_making_and_uploading_is_gone_on_with(hub, api):
    hub.faults.append(Fault(503, on="validate-yaml"))
    with pytest.raises(SettingsError, match="org/arena: the answer of the Hub cannot be read; try again"):
        deploy(api, ORDER, FILES)
    assert not hub.repository("spaces", "org/arena").head.files
    hub.faults.clear()
    assert not deploy(api, ORDER, FILES).made
    assert hub.repository("spaces", "org/arena").head.files.keys() == FILES.files.keys()


@pytest.mark.parametrize("fault", [Fault(502), Fault(429, {"Retry-After": "0"}), Fault(cut=True)])
def test_a_hub_that_fails_for_a_moment_ends_no_following(hub, api, fault):
    done = deploy(api, ORDER, FILES)
    repository, told = hub.repository("spaces", "org/arena"), []

    def tell(stage):
        told.append(stage)
        repository.faults = [fault]
        threading.Timer(0.3, repository.faults.clear).start()

    assert follow(api, "org/arena", done.commit, 30, tell, pause=0.05).runs
    assert told[0] == "BUILDING"


def test_a_hub_that_refuses_ends_the_following(hub, api):
    done = deploy(api, ORDER, FILES)
    hub.repository("spaces", "org/arena").faults = [Fault(401)]
    with pytest.raises(SettingsError, match="does not know who you are"):
        follow(api, "org/arena", done.commit, 30, print, pause=0.05)


KEY = '{"key": "-----BEGIN-----\\n0123456789abcdef"}\nsecond line of it'


@pytest.mark.parametrize(
    "told", [KEY, f"the value {KEY!s}", "x" * 280 + KEY, KEY.replace("\n", " "), KEY.replace("\n", "\nlog: ")]
)
def test_what_the_hub_repeats_of_a_secret_is_not_told(hub, api, told):
    hub.faults.append(Fault(400, {"X-Error-Message": "value: " + told.replace("\n", " ") + " is odd"}, on="repos/create"))
    with pytest.raises(SettingsError, match="org/arena: the Hub does not take this") as caught:
        deploy(api, replace(ORDER, secrets={"KEY": KEY}), FILES)
    shown = str(caught.value) + without_secrets(told, [KEY])
    assert "0123456789" not in shown
    assert "second line" not in shown
    assert "BEGIN" not in shown
    assert caught.value.__cause__ is None


def test_a_commit_of_somebody_else_meanwhile_is_not_lost(hub, api):
    class Interrupted(HfApi):
        """Somebody else commits just before."""

        def create_commit(self, repo_id, operations, **more):
            notes = [CommitOperationAdd("notes.txt", b"of somebody else")]
            api.create_commit(repo_id, notes, commit_message="Add notes", repo_type="space")
            return super().create_commit(repo_id, operations, **more)

    deploy(api, ORDER, FILES)
    with pytest.raises(SettingsError, match="somebody has changed it meanwhile; run the same command again"):
        deploy(Interrupted(endpoint=hub.address), ORDER, replace(FILES, files={"README.md": CARD, "app.py": b"new\n"}))
    assert hub.repository("spaces", "org/arena").head.files["app.py"].read() == b"pass\n"


@pytest.mark.parametrize(
    ("order", "line"),
    [
        (replace(ORDER, name="arena"), "arena: is no name of a Space"),
        (replace(ORDER, name="../arena"), "../arena: is no name of a Space"),
        (replace(ORDER, name="org/.."), "org/..: is no name of a Space"),
        (replace(ORDER, variables={"A-B": "1"}), "--variable: 'A-B' is no name of a variable"),
        (replace(ORDER, variables={"HF_TOKEN": "1"}), "--variable: HF_TOKEN is a secret, too"),
        (replace(ORDER, hardware=None), "--sleep: cannot be chosen on cpu-basic"),
    ],
)
def test_what_cannot_be_is_found_before_the_hub_is_asked(hub, api, order, line):
    with pytest.raises(SettingsError) as caught:
        deploy(api, order, FILES)
    assert str(caught.value).startswith(line)
    assert hub.requested == []


def test_a_card_for_docker_has_its_port_and_nothing_of_gradio():
    text = "---\ntitle: A\nsdk: gradio\nsdk_version: 6\napp_file: app.py\ntags: [arena]\n---\n\nPage\n"
    made = card_for(text, "docker", {"models": ["a/b"], "datasets": [], "tags": ["lost"], "thumbnail": "https://x"})
    assert (
        made == "---\ntitle: A\nsdk: docker\napp_port: 7860\ntags: [arena]\nmodels: [a/b]\nthumbnail: https://x\n---\n\nPage\n"
    )
    with pytest.raises(SettingsError, match="begins with no front matter"):
        card_for("# A\n", "gradio", {})


@pytest.mark.parametrize("sdk", ["gradio", "docker"])
def test_the_hub_takes_the_card_of_this_repository(api, sdk):
    files = space_files(sdk, {"models": ["org/model"], "thumbnail": "https://huggingface.co/x.png"})
    with warnings.catch_warnings(action="error"):
        api._validate_yaml(bytes(files.files["README.md"]).decode(), repo_type="space")
    assert f"sdk: {sdk}" in front_matter(files)
    assert ("Dockerfile" in files.files) == (sdk == "docker")


def test_the_command_uploads_an_arena_that_runs_and_tells_no_secret(hub, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("MY_KEY", "a-secret-of-mine")
    monkeypatch.setattr("arena.hub.space.time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: None))
    code = main(["deploy", "space", "org/arena", "--secret", "MY_KEY", "--variable", "ARENA_AUTOPLAY=1"])
    told = capfd.readouterr()
    assert code == 0, told.err
    assert told.out == f"{hub.address}/spaces/org/arena\n"
    assert "org/arena: made; commit " in told.err
    assert "org/arena: keeps nothing when it restarts; add --variable ARENA_OUTBOX=buckets/org/arena-state" in told.err
    assert hub.spaces["org/arena"].secrets == {"MY_KEY": "a-secret-of-mine"}
    assert "a-secret-of-mine" not in told.err + told.out
    folder = tmp_path / "space"
    for name, file in hub.repository("spaces", "org/arena").head.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(file.read())
    question = (
        "import arena; from arena.resources import resource as r; print(r('docs/method.md'), r('starter/suite/metadata.jsonl'))"
    )
    run = subprocess.run([sys.executable, "-c", question], cwd=folder, capture_output=True, text=True, check=False)
    assert run.stdout.split() == [str(folder / "docs" / "method.md"), str(folder / "starter" / "suite" / "metadata.jsonl")]
    listed = subprocess.run([sys.executable, "app.py", "--help"], cwd=folder, capture_output=True, text=True, check=False)
    assert "usage: arena serve" in listed.stdout, listed.stderr


def test_a_build_that_fails_ends_with_its_log_and_exit_code_1(hub, capfd, monkeypatch):
    deploy(HfApi(endpoint=hub.address), ORDER, FILES)
    monkeypatch.setattr("arena.hub.space_files.space_files", lambda *_: FILES)
    space = hub.spaces["org/arena"]
    space.stages, space.logs["build"] = ["BUILD_ERROR"], ["ERROR: no matching distribution\n"]
    assert main(["deploy", "space", "org/arena"]) == 1
    told = capfd.readouterr()
    assert told.out == "ERROR: no matching distribution\n"
    assert told.err.splitlines()[-1].startswith(
        "arena: org/arena: is BUILD_ERROR; the lines above are the end of its build log"
    )


def test_a_dry_run_asks_the_hub_for_nothing(hub, capsys, monkeypatch):
    monkeypatch.setenv("MY_KEY", "a-secret-of-mine")
    assert main(["deploy", "space", "org/arena", "--dry-run", "--secret", "MY_KEY", "--models", "org/vlm@main"]) == 0
    told = capsys.readouterr().out
    assert hub.requested == []
    assert "secrets: MY_KEY\n" in told
    assert "variables: ARENA_MODELS=org/vlm@main\n" in told
    assert "models: [org/vlm]\n" in told
    assert "a-secret-of-mine" not in told
