"""`arena evaluate` of endpoints: what is said before, and what is said of those that cannot be asked."""

import re
from typing import TYPE_CHECKING, cast

import pytest
from endpoint_server import serve

from arena.cli import main
from arena.probes import Probe, Reply

if TYPE_CHECKING:
    from starter_model import StarterModel

COMMAND = ("evaluate", "--suite", "starter", "--limit", "1")


class Says:
    """Answers everything with the same word."""

    def answer(self, probe: Probe) -> tuple[Reply, list[tuple[str, float]]]:
        return Reply("A", finished=True), [("A", -0.1), ("B", -2.5)]


@pytest.fixture
def server():
    with serve(cast("StarterModel", Says())) as served:
        yield served


@pytest.fixture
def evaluate(tmp_path, server, capsys):
    def run(*options, base="/v1", code=0):
        address = server.address.removesuffix("/v1") + base
        assert main(["--home", str(tmp_path), *COMMAND, "--model", f"{address}#m", *options]) == code
        return capsys.readouterr()

    return run


def test_what_will_be_asked_is_told_before_and_nothing_is_asked_where_only_that_is_wanted(server, evaluate):
    told = evaluate("--estimate").err
    found = re.search(
        r"arena: 127\.0\.0\.1:\d+/m on starter: (\d+) requests, about ([\d,]+) tokens to read \(([\d,]+) of pictures\) "
        r"and at most ([\d,]+) to write; about .* seconds if an answer takes 2 seconds",
        told,
    )
    assert found
    assert not server.requests
    assert found[0] in evaluate().err
    first = {(entry["prompt"], *entry["images"]) for entry in server.requests if len(entry["roles"]) == 1}
    assert len(first) == int(found[1])
    assert "no request, all is answered" in evaluate("--estimate").err


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ("404:The model `m` does not exist", "The model `m` does not exist"),
        ('429body:{"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}', "You exceeded your quota"),
        ("stream", "the server only streams"),
        ("400:something is wrong with all of this", "something is wrong with all of this"),
        ("reasoning:null:stop", "without its reasoning parser"),
    ],
)
def test_a_run_in_which_nothing_is_answered_ends_with_the_servers_line(server, evaluate, fault, line):
    server.faults = [fault] * 1000
    printed = evaluate(code=1)
    (told,) = [said for said in printed.err.splitlines() if "left out" in said]
    assert line in told
    assert not printed.out
    assert len(server.requests) <= 40


def test_an_address_below_any_path_that_takes_one_picture_leaves_no_failures(server, evaluate):
    server.path, server.most_images, server.refusal = "/v1beta/openai", 1, "Too many images. Max is {}."
    assert "failed" not in evaluate(base=server.path).err
