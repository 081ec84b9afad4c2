"""The Hub on loopback answers what huggingface_hub asks, and refuses what its API does not know."""

import base64
import hashlib
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import yaml
from hub_repositories import Fault
from hub_server import COMMIT
from huggingface_hub import CommitOperationAdd, EvalResultEntry, eval_result_entries_to_yaml
from huggingface_hub.errors import (
    BadRequestError,
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

RESULT = EvalResultEntry("org/pairs", "caption_choice", 41.2, source_url="https://example.org/model")


def results(entries):
    return CommitOperationAdd(".eval_results/arena.yaml", yaml.safe_dump(entries).encode())


def test_a_model_is_described_as_its_files_say(hub, api, model):
    hub.add("org/model", model).unsafe["model.safetensors"] = "unsafe"
    info = api().model_info("org/model", files_metadata=True, securityStatus=True)
    assert (info.id, info.sha, info.gated, info.card_data.license) == ("org/model", COMMIT, False, "apache-2.0")
    assert info.config["model_type"] == "clip"
    assert info.safetensors.parameters == {"F32": 6}
    weights = (model / "model.safetensors").read_bytes()
    files = {sibling.rfilename: sibling for sibling in info.siblings}
    assert files["model.safetensors"].lfs.sha256 == hashlib.sha256(weights).hexdigest()
    assert files["model.safetensors"].size == len(weights)
    assert files["config.json"].lfs is None
    assert info.security_repo_status["filesWithIssues"] == [{"path": "model.safetensors", "level": "unsafe"}]
    assert api().model_info("org/model", expand=["sha", "cardData"]).siblings is None


def test_files_are_listed_and_fetched_and_large_ones_come_from_another_host(hub, api, model, tmp_path):
    hub.add("org/model", model)
    token = hub.accounts.token(hub.accounts.add("ann"))
    tree = {entry.path for entry in api().list_repo_tree("org/model", recursive=True)}
    assert tree == {"README.md", "config.json", "model.safetensors", "part", "part/notes.txt"}
    assert {entry.path for entry in api().list_repo_tree("org/model", "part")} == {"part/notes.txt"}
    (entry,) = api().get_paths_info("org/model", ["model.safetensors"], expand=True)
    assert entry.security.safe
    folder = api(token).snapshot_download("org/model", cache_dir=tmp_path / "cache")
    for name in ("model.safetensors", "part/notes.txt"):
        assert (Path(folder) / name).read_bytes() == (model / name).read_bytes()
    assert any(line.startswith("GET storage/") for line in hub.requested)
    assert api().parse_safetensors_file_metadata("org/model", "model.safetensors").parameter_count == {"F32": 6}


@pytest.mark.parametrize(
    ("question", "error"),
    [
        (lambda api: api.model_info("org/none"), RepositoryNotFoundError),
        (lambda api: api.model_info("org/model", revision="none"), RevisionNotFoundError),
        (
            lambda api: api.get_hf_file_metadata(url=f"{api.endpoint}/org/model/resolve/main/none.json"),
            RemoteEntryNotFoundError,
        ),
        (lambda api: api.whoami("hf_wrong"), HfHubHTTPError),
    ],
)
def test_what_is_not_there_is_refused_as_the_library_expects(hub, api, model, question, error):
    hub.add("org/model", model)
    with pytest.raises(error):
        question(api())


def test_a_private_model_is_there_for_its_organisation_alone(hub, api, model):
    hub.add("org/model", model).private = True
    member, other = hub.accounts.add("ann", org="read"), hub.accounts.add("bob")
    without_scope = hub.accounts.token(member, "oauth", "openid", "profile")
    for token in (False, hub.accounts.token(other), without_scope):
        with pytest.raises(RepositoryNotFoundError):
            api(token).auth_check("org/model")
    api(hub.accounts.token(member)).auth_check("org/model")
    api(hub.accounts.token(member, "oauth", "read-repos")).auth_check("org/model")


def test_of_a_gated_model_everybody_sees_the_description_and_some_the_files(hub, api, model, tmp_path):
    repository = hub.add("org/model", model)
    repository.gated = "manual"
    repository.granted.add("ann")
    asked = api(hub.accounts.token(hub.accounts.add("bob")))
    assert asked.model_info("org/model").gated == "manual"
    for question in (asked.auth_check, lambda name: asked.hf_hub_download(name, "config.json", cache_dir=tmp_path)):
        with pytest.raises(GatedRepoError):
            question("org/model")
    api(hub.accounts.token(hub.accounts.add("ann"))).auth_check("org/model")


def test_a_model_that_the_hub_disabled_cannot_be_seen(hub, api, model):
    hub.add("org/model", model).disabled = True
    with pytest.raises(DisabledRepoError):
        api().model_info("org/model")


@pytest.mark.parametrize("status", [429, 500])
def test_faults_hit_the_repository_they_are_switched_on_for(hub, api, model, status):
    hub.add("org/fine", model)
    hub.add("org/model", model).faults.append(Fault(status, {"Retry-After": "30"}))
    with pytest.raises(HfHubHTTPError) as caught:
        api().model_info("org/model")
    assert (caught.value.response.status_code, caught.value.response.headers["retry-after"]) == (status, "30")
    api().model_info("org/fine")


def test_an_answer_can_be_late_or_cut_off(hub, api, model):
    repository = hub.add("org/model", model)
    repository.faults = [Fault(delay=0.3)]
    with pytest.raises(httpx2.TimeoutException):
        api().model_info("org/model", timeout=0.05)
    repository.faults = [Fault(cut=True)]
    with pytest.raises(httpx2.RemoteProtocolError):
        api().model_info("org/model")


def test_a_pull_request_holds_the_commit_of_who_may_discuss_and_leaves_the_branch_alone(hub, api, model):
    hub.add("org/model", model)
    ann = api(hub.accounts.token(hub.accounts.add("ann"), "oauth", "write-discussions"))
    made = ann.create_commit(
        "org/model",
        [results(eval_result_entries_to_yaml([RESULT]))],
        commit_message="Add results",
        create_pr=True,
        parent_commit=COMMIT,
    )
    assert made.pr_num == 1
    assert made.pr_url == f"{hub.address}/org/model/discussions/1"
    (discussion,) = ann.get_repo_discussions("org/model", discussion_type="pull_request", author="ann")
    assert (discussion.title, discussion.status, discussion.git_reference) == ("Add results", "open", "refs/pr/1")
    assert [commit.commit_id for commit in ann.list_repo_commits("org/model", revision="refs/pr/1")] == [made.oid, COMMIT]
    assert ann.model_info("org/model").sha == COMMIT
    assert ".eval_results/arena.yaml" in {
        entry.path for entry in ann.list_repo_tree("org/model", ".eval_results", revision=made.oid)
    }


def test_discussions_are_opened_commented_on_and_closed(hub, api, model):
    hub.add("org/model", model)
    ann = api(hub.accounts.token(hub.accounts.add("ann"), "write"))
    discussion = ann.create_discussion("org/model", "Listed", description="It plays.")
    ann.comment_discussion("org/model", discussion.num, "It won.")
    ann.change_discussion_status("org/model", discussion.num, "closed")
    events = ann.get_discussion_details("org/model", discussion.num).events
    assert [event.type for event in events] == ["comment", "comment", "status-change"]
    assert not list(ann.get_repo_discussions("org/model", discussion_status="open"))


@pytest.mark.parametrize("token", [None, ("read",), ("oauth", "read-repos")])
def test_nobody_discusses_without_the_right_to(hub, api, model, token):
    hub.add("org/model", model)
    who = api(hub.accounts.token(hub.accounts.add("ann"), *token) if token else False)
    with pytest.raises(HfHubHTTPError) as caught:
        who.create_discussion("org/model", "Listed")
    assert caught.value.response.status_code == (403 if token else 401)


def test_only_owners_commit_onto_a_branch_and_only_onto_what_they_have_seen(hub, api, model):
    hub.add("org/model", model)
    change = [CommitOperationAdd("notes.txt", b"new")]
    with pytest.raises(HfHubHTTPError, match="403"):
        api(hub.accounts.token(hub.accounts.add("bob"), "write")).create_commit("org/model", change, commit_message="Change it")
    owner = api(hub.accounts.token(hub.accounts.add("ann", org="write"), "write"))
    owner.create_commit("org/model", [CommitOperationAdd("notes.txt", b"new")], commit_message="Change it")
    with pytest.raises(HfHubHTTPError, match="412"):
        owner.create_commit("org/model", [CommitOperationAdd("b.txt", b"b")], commit_message="Change it", parent_commit=COMMIT)


def test_who_has_a_token_is_told_with_organisations_and_roles(hub, api):
    told = api(hub.accounts.token(hub.accounts.add("ann", org="admin", other="read"))).whoami()
    assert (told["name"], told["auth"]["accessToken"]["role"]) == ("ann", "read")
    assert {org["name"]: org["roleInOrg"] for org in told["orgs"]} == {"org": "admin", "other": "read"}


class TestRefused:
    """What is malformed is refused with 400, and noted."""

    @pytest.fixture
    def strict(self, hub):
        yield hub
        assert hub.rejected
        hub.rejected.clear()

    @pytest.mark.parametrize(
        "operation",
        [
            results([{"dataset": {"id": "org/pairs"}, "value": 1}]),
            results([{"dataset": {"id": "org/pairs", "task_id": "a"}, "value": 1, "rank": 1}]),
            results([{"dataset": {"id": "org/pairs", "task_id": "a"}, "value": 1, "source": {"name": "arena"}}]),
        ],
        ids=["no task", "unknown field", "source without address"],
    )
    def test_results_that_the_hub_would_not_take(self, strict, api, model, operation):
        strict.add("org/model", model)
        ann = api(strict.accounts.token(strict.accounts.add("ann"), "write"))
        with pytest.raises(BadRequestError):
            ann.create_commit("org/model", [operation], commit_message="Add results", create_pr=True)

    @pytest.mark.parametrize(
        ("method", "path", "options"),
        [
            ("GET", "/api/models/org/model?verbose=1", {}),
            ("GET", "/api/models/org/model?expand=everything", {}),
            ("GET", "/api/models/org/model?blobs=perhaps", {}),
            ("GET", "/org/model/resolve/main/config.json", {"headers": {"range": "lines=0-1"}}),
            ("POST", "/api/models/org/model/discussions", {"json": {"title": "Long", "description": "", "pullRequest": 1}}),
            ("POST", "/api/models/org/model/discussions", {"json": {"title": "Long", "pullRequest": False, "pinned": True}}),
            ("POST", "/api/models/org/model/commit/main?create_pr=1", {"content": b"{}"}),
            ("POST", "/api/models/org/model/preupload/main", {"json": {"files": [{"path": "../a", "sample": "", "size": 1}]}}),
        ],
    )
    def test_unknown_parameters_fields_and_paths(self, strict, model, method, path, options):
        strict.add("org/model", model)
        token = strict.accounts.token(strict.accounts.add("ann"), "write")
        headers = {"authorization": f"Bearer {token}", **options.pop("headers", {})}
        answer = httpx2.request(method, strict.address + path, headers=headers, **options)
        assert answer.status_code == 400
        assert answer.json()["error"]


class TestOAuth:
    """Signing in, as a Space sends people to: https://huggingface.co/docs/hub/oauth."""

    REDIRECT = "https://arena.hf.space/login/callback"

    @pytest.fixture
    def client(self, hub):
        hub.accounts.signed_in = hub.accounts.add("ann", org="admin")
        return hub.accounts.client("https://arena.hf.space/")

    def authorize(self, hub, client, **changes):
        query = {"client_id": client.id, "redirect_uri": self.REDIRECT, "response_type": "code", "state": "s", "nonce": "n"}
        return httpx2.get(f"{hub.address}/oauth/authorize", params={**query, "scope": "openid profile", **changes})

    def exchange(self, hub, client, code, **changes):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.REDIRECT, **changes}
        return httpx2.post(f"{hub.address}/oauth/token", data=form, auth=(client.id, client.secret))

    @pytest.mark.parametrize("told", [True, False], ids=["with memberships", "without"])
    def test_who_signs_in_is_told_as_far_as_the_scopes_go(self, hub, client, told):
        scope = "openid profile read-memberships" if told else "openid profile"
        place = urlsplit(self.authorize(hub, client, scope=scope).headers["location"])
        answer = parse_qs(place.query)
        assert (place.netloc, answer["state"]) == ("arena.hf.space", ["s"])
        token = self.exchange(hub, client, answer["code"][0]).json()
        _, claims, _ = token["id_token"].split(".")
        claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
        bearer = {"authorization": f"Bearer {token['access_token']}"}
        info = httpx2.get(f"{hub.address}/oauth/userinfo", headers=bearer).json()
        assert (claims["nonce"], claims["aud"], claims["sub"]) == ("n", client.id, info["sub"])
        assert info["preferred_username"] == "ann"
        assert [org.get("roleInOrg") for org in info["orgs"]] == ["admin" if told else None]

    def test_a_code_counts_once_for_the_application_that_asked(self, hub, client):
        def code():
            return parse_qs(urlsplit(self.authorize(hub, client).headers["location"]).query)["code"][0]

        other = hub.accounts.client("https://arena.hf.space/")
        assert self.exchange(hub, other, code()).status_code == 401
        once = code()
        assert self.exchange(hub, client, once).status_code == 200
        assert self.exchange(hub, client, once).status_code == 400
        assert self.exchange(hub, client, code(), redirect_uri="https://other.example/").status_code == 400
        hub.rejected.clear()

    def test_who_refuses_is_sent_back_without_a_code(self, hub, client):
        hub.accounts.consents = False
        assert parse_qs(urlsplit(self.authorize(hub, client).headers["location"]).query)["error"] == ["access_denied"]

    @pytest.mark.parametrize(
        "changes",
        [{"redirect_uri": "https://thief.example/"}, {"scope": "openid root"}, {"response_type": "token"}, {"client_id": "x"}],
    )
    def test_an_application_asks_for_no_more_than_it_is_registered_for(self, hub, client, changes):
        assert self.authorize(hub, client, **changes).status_code == 400
        hub.rejected.clear()
