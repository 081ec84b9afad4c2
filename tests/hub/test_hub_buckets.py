"""Buckets of the Hub on loopback, asked by huggingface_hub and hf_xet as they are."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hub_repositories import Fault
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import BucketBatchError, BucketNotFoundError, HfHubHTTPError
from huggingface_hub.utils import disable_progress_bars

CONTENT = bytes(range(256)) * 700


@pytest.fixture
def bucket(hub) -> HfApi:
    disable_progress_bars()
    ann = hub.accounts.add("ann", org="write")
    api = HfApi(endpoint=hub.address, token=hub.accounts.token(ann, "write"))
    api.create_bucket("org/facts", private=True)
    return api


def test_files_are_put_listed_fetched_and_deleted(bucket: HfApi, tmp_path: Path):
    (tmp_path / "large").write_bytes(CONTENT)
    bucket.batch_bucket_files("org/facts", add=[(tmp_path / "large", "facts/1.parquet"), (b"{}", "last/1.json")])
    tree = {one.path: one.size for one in bucket.list_bucket_tree("org/facts", recursive=True) if one.type == "file"}
    assert tree == {"facts/1.parquet": len(CONTENT), "last/1.json": 2}
    assert [one.path for one in bucket.list_bucket_tree("org/facts")] == ["facts", "last"]
    assert [one.path for one in bucket.list_bucket_tree("org/facts", prefix="last", recursive=True)] == ["last/1.json"]
    wanted: list[Any] = [("facts/1.parquet", tmp_path / "copy"), ("last/1.json", tmp_path / "last")]
    bucket.download_bucket_files("org/facts", wanted, raise_on_missing_files=True)
    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert (tmp_path / "last").read_bytes() == b"{}"
    bucket.batch_bucket_files("org/facts", delete=["facts/1.parquet"])
    assert [one.path for one in bucket.get_bucket_paths_info("org/facts", list(tree))] == ["last/1.json"]
    with pytest.raises(BucketBatchError, match="facts/1"):
        bucket.batch_bucket_files("org/facts", delete=["facts/1.parquet"])


def test_long_lists_come_in_pages(bucket: HfApi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hub_buckets.PAGE", 3)
    names = [f"a/{number}" for number in range(8)]
    bucket.batch_bucket_files("org/facts", add=[(name.encode(), name) for name in names])
    assert [one.path for one in bucket.list_bucket_tree("org/facts", prefix="a", recursive=True)] == names


def test_strangers_see_nothing_and_readers_write_nothing(hub, bucket: HfApi):
    reader = hub.accounts.token(hub.accounts.add("bob", org="read"), "write")
    with pytest.raises(BucketNotFoundError):
        list(HfApi(endpoint=hub.address, token=False).list_bucket_tree("org/facts"))
    with pytest.raises(ConnectionError, match="403"):  # as hf_xet says it
        HfApi(endpoint=hub.address, token=reader).batch_bucket_files("org/facts", add=[(b"x", "x")])
    assert list(bucket.list_bucket_tree("org/facts")) == []


def test_faults_hit_buckets_too(hub, bucket: HfApi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    hub.buckets.named("org/facts").faults = [Fault(status=500, on="batch")]
    with pytest.raises(HfHubHTTPError):
        bucket.batch_bucket_files("org/facts", add=[(b"x", "x")])
    hub.buckets.named("org/facts").faults = []
    bucket.batch_bucket_files("org/facts", add=[(b"x", "x")])


def test_of_commits_on_one_parent_one_is_taken(hub, bucket: HfApi):
    bucket.create_repo("org/lease", repo_type="dataset", private=True)
    head = bucket.dataset_info("org/lease").sha
    begin = threading.Barrier(4)

    def commit(number: int) -> int:
        begin.wait()
        operations = [CommitOperationAdd("lease.json", str(number).encode())]
        try:
            bucket.create_commit("org/lease", operations, commit_message="x", repo_type="dataset", parent_commit=head)
        except HfHubHTTPError as error:
            return error.response.status_code
        return 200

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(commit, range(4))) == [200, 412, 412, 412]
    bucket.super_squash_history("org/lease", repo_type="dataset")
    assert len(bucket.list_repo_commits("org/lease", repo_type="dataset")) == 1
