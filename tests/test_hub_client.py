"""What the Hub's client does and says, however oddly the Hub answers."""

import errno
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from hub_repositories import Fault
from hub_server import Hub
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.utils import get_session
from huggingface_hub.utils._http import _GLOBAL_CLIENT_FACTORY
from processes import exit_code, forked

from arena.errors import SettingsError
from arena.hub.hub_answers import ask
from arena.hub_client import CONNECT_SECONDS, LONGEST_WAIT, SECONDS, is_repository_name, limit_time, retry_after, status_of

REFUSALS = {401: "sign in", 403: "ask for the right", 404: "make it"}


@pytest.fixture
def api(hub: Hub) -> HfApi:
    api = HfApi(endpoint=hub.address, token=hub.accounts.token(hub.accounts.add("ann", org="write"), "write"))
    api.create_repo("org/data", repo_type="dataset")
    return api


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as running:
        running.reach(monkeypatch)
        yield running


@pytest.fixture
def _limited() -> Iterator[None]:
    limit_time()
    yield
    huggingface_hub.set_client_factory(_GLOBAL_CLIENT_FACTORY)


def failure(hub: Hub, api: HfApi, fault: Fault) -> Exception:
    faults = hub.repository("datasets", "org/data")
    assert faults is not None
    faults.faults = [fault]
    with pytest.raises(Exception, match=r".*") as caught:
        api.dataset_info("org/data")
    return caught.value


def commit_through_xet(address: str, token: str, told: Path) -> None:
    """Commit a large file, and write what is said; in a process of its own, as Xet reads its settings once."""
    constants: Any = huggingface_hub.constants
    constants.HF_HUB_OFFLINE, constants.HF_HUB_DISABLE_XET, constants.ENDPOINT = False, False, address
    limit_time()
    api, operations = HfApi(endpoint=address, token=token), [CommitOperationAdd("one.parquet", b"large")]
    try:
        ask("org/data", lambda: api.create_commit("org/data", operations, commit_message="One", repo_type="dataset"), REFUSALS)
    except SettingsError as error:
        told.write_text(str(error))


@pytest.mark.parametrize(
    ("status", "says"),
    [(401, "sign in"), (403, "ask for the right"), (404, "make it"), (429, "too many requests"), (500, "failed with HTTP 500")],
)
def test_what_xet_hides_behind_the_network_is_told(hub: Hub, api: HfApi, tmp_path: Path, status: int, says: str):
    repository = hub.repository("datasets", "org/data")
    assert repository is not None
    repository.faults = [Fault(status, on="xet-write-token")]
    with forked(commit_through_xet, hub.address, api.token, tmp_path / "told") as process:
        assert exit_code(process) == 0
    line = (tmp_path / "told").read_text()
    assert line.startswith("org/data: ")
    assert says in line


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("-5", 0), ("soon", 0), ("9" * 400, LONGEST_WAIT), ("٣", 0), ("nan", 0), ("1e9", 0), ("", 0)],
)
def test_a_wait_is_sound_whatever_an_answer_asks_for(hub: Hub, api: HfApi, text: str, seconds: float):
    fault = Fault(429, {"Retry-After": text.encode().decode("latin-1")})
    assert retry_after(failure(hub, api, fault)) == seconds


def test_a_wait_may_be_a_date(hub: Hub, api: HfApi):
    for ahead, seconds in ((100, 100), (-100, 0), (10**8, LONGEST_WAIT)):
        moment = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
        assert retry_after(failure(hub, api, Fault(503, {"Retry-After": moment}))) == pytest.approx(seconds, abs=3)


@pytest.mark.usefixtures("_limited")
def test_the_client_does_not_sleep_for_as_long_as_an_answer_says(hub: Hub, api: HfApi, monkeypatch: pytest.MonkeyPatch):
    slept: list[float] = []
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=slept.append))
    repository = hub.repository("datasets", "org/data")
    assert repository is not None
    for headers in ({"Retry-After": "86400"}, {"Retry-After": "-9"}, {"ratelimit": '"api";r=0;t=99999999999'}):
        repository.faults = [Fault(429, headers, on="tree")]
        with pytest.raises(Exception, match="429"):
            list(api.list_repo_tree("org/data", repo_type="dataset"))
    assert len(slept) >= 15
    assert 0 <= min(slept) <= max(slept) <= LONGEST_WAIT + 1


@pytest.mark.usefixtures("_limited")
def test_no_request_waits_for_ever():
    timeout = get_session().timeout
    assert (timeout.connect, timeout.read, timeout.write) == (CONNECT_SECONDS, SECONDS, SECONDS)


def test_what_is_no_answer_of_the_hub_is_one_line(hub: Hub, api: HfApi):
    repository = hub.repository("datasets", "org/data")
    assert repository is not None
    for told in ({"sha": 5, "siblings": 7}, {"createdAt": "yesterday"}):
        repository.told = told
        with pytest.raises(SettingsError, match="org/data: the answer of the Hub cannot be read") as caught:
            ask("org/data", lambda: api.dataset_info("org/data"), REFUSALS)
        assert "\n" not in str(caught.value)
    repository.told = {}
    repository.faults = [Fault(cut=True)]
    with pytest.raises(SettingsError, match="org/data: the Hub cannot be reached"):
        ask("org/data", lambda: api.dataset_info("org/data"), REFUSALS)


def test_a_disk_without_room_is_not_taken_for_a_hub_that_is_away(tmp_path: Path):
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "x")

    for question, told in ((full, "no room left on the disk"), ((tmp_path / "gone").read_bytes, "gone cannot be used")):
        with pytest.raises(SettingsError, match=told):
            ask("org/data", question, REFUSALS)


@pytest.mark.parametrize(
    "name", ["../x", "org/..", "org/a..b", "org/.x", "x", "a/b/c", "org/", "o g/x", "org/x.git", "org/x\n"]
)
def test_what_is_no_name_of_a_repository_is_none(name: str):
    assert not is_repository_name(name)


def test_names_of_repositories_are_known():
    assert all(map(is_repository_name, ("org/name", "a/b", "Org-1/my.model_v2")))


def test_an_error_without_an_answer_has_no_code():
    assert status_of(ConnectionError("no route to host")) == 0
    assert status_of(ConnectionError("Request error: HTTP status server error (502 Bad Gateway), domain: x")) == 502
