"""Where suites come from. The Hub's part is over real HTTP, in a process of its own: its address is read on import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import COMMIT, Hub
from small_benchmarks import write_parquet
from test_folder_suite import write as write_folder
from test_winoground import as_download, row

from arena.errors import SuiteError
from arena.suites import folder_suite, winoground
from arena.suites.sources import file_inside, suite_folder

PROGRAM = """
import json, sys
from pathlib import Path
from arena.errors import SuiteError
from arena.suites import SUITES
for argument in sys.argv[1:]:
    suite, _, source = argument.partition("=")
    try:
        loaded = SUITES[suite].load(Path(source))
        print(json.dumps({"questions": len(loaded.questions), "edition": loaded.edition}))
    except SuiteError as error:
        print(json.dumps({"error": str(error)}))
"""


def run(home, *sources, endpoint="", offline="0"):
    """What a process with a Hub cache of its own makes of each source."""
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": offline, "HF_HUB_DISABLE_XET": "1"}
    if endpoint:
        environment["HF_ENDPOINT"] = endpoint
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *sources], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_dataset_is_downloaded_once_at_its_commit_and_no_more_of_it_than_the_suite_reads(tmp_path):
    published, own = tmp_path / "published", tmp_path / "own"
    as_download(published, [row(0), row(1)])
    write_parquet(published / "statistics" / "scores.parquet", [{"id": 1}])
    write_folder(own, "safety")
    asked = ["winoground=org/published", f"winoground=org/published@{COMMIT}", f"imagefolder=org/own@{COMMIT}"]
    missing = ["winoground=org/nothing", "winoground=org/published@abc"]
    with Hub() as hub:
        hub.add("org/published", published, kind="datasets")
        hub.add("org/own", own, kind="datasets")
        *found, nothing, other = run(tmp_path / "cache", *asked, *missing, endpoint=hub.address)
    gets = [line.removeprefix("GET ").split()[0] for line in hub.requested if line.startswith("GET ")]
    downloads = {"/".join(path.split("/")[4:]) for path in gets if path.startswith(("datasets/", "storage/datasets/"))}
    here = [winoground.load(published), folder_suite.SUITE.load(own)]
    editions = [{"questions": len(loaded.questions), "edition": loaded.edition} for loaded in here]
    assert found == [editions[0], editions[0], editions[1]]
    files = ("data/examples.jsonl", "data/images.zip", "metadata.jsonl", "0-0.png", "0-1.png")
    assert downloads == {f"{COMMIT}/{file}" for file in files}
    assert nothing["error"].startswith("winoground: org/nothing: is gated or private, or not there")
    assert nothing["error"].endswith("then name their folder with --data")
    assert "org/published: is not on the Hub, or has no such commit" in other["error"]
    *again, unknown = run(tmp_path / "cache", *asked[1:], "winoground=org/unknown", offline="1")
    assert again == editions
    assert "winoground: org/unknown: no such folder, and the Hub cannot be reached" in unknown["error"]


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "inside/../../secret", "link", "loop/../link"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret").touch()
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "loop").symlink_to("loop")
    with pytest.raises(SuiteError, match="row 1: leads out of the folder"):
        file_inside(folder, name, "row 1")


def test_the_folder_may_be_the_root_of_all():
    assert file_inside(Path("/"), "etc/./hostname", "row 1") == Path("/etc/hostname").resolve()


def test_a_folder_is_taken_as_it_is(tmp_path):
    assert suite_folder("mine", tmp_path, hub="org/other", files=(), how="ask for them") == tmp_path


@pytest.mark.parametrize(
    ("given", "hub", "said"),
    [
        (None, None, "mine: its files do not ship with the arena; ask for them, then name their folder with --data"),
        (Path("/no/such/folder"), "org/data", "mine: /no/such/folder: no such folder; ask for them, then name"),
        (Path("nowhere"), None, "mine: nowhere: no such folder; ask for them"),
    ],
)
def test_without_files_it_says_where_to_get_them(given, hub, said):
    with pytest.raises(SuiteError) as caught:
        suite_folder("mine", given, hub=hub, files=(), how="ask for them")
    assert said in str(caught.value)
