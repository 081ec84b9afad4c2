"""One bucket of the Hub as a place for parts."""

import pytest
from outbox_world import BUCKET

from arena.outbox.bucket_target import BucketTarget


def test_a_manifest_comes_only_once_the_files_that_it_names_are_there(later_world):
    target = BucketTarget(later_world.api, BUCKET)
    there = set(later_world.files)
    missing = later_world.folder / "deleted-meanwhile.parquet"
    with pytest.raises(Exception, match=missing.name):
        target.publish({"commits/9.parquet": missing}, "commits/9.json", b"{}")
    assert set(later_world.files) == there
    missing.write_bytes(b"facts")
    target.publish({"commits/9.parquet": missing}, "commits/9.json", b"{}")
    assert set(later_world.files) == there | {"commits/9.parquet", "commits/9.json"}
