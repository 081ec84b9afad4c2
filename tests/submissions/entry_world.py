"""A checked model, its submitter, and what that one says: sound as they are, to be changed by tests."""

from dataclasses import replace
from typing import Any

from hub_server import COMMIT

from arena.settings import Settings
from arena.submissions.accounts import Account
from arena.submissions.check_report import Check, CheckReport, Facts
from arena.submissions.entry import Statement

ANN = Account("u-1", "ann", {"team": "write", "club": "contributor", "school": "read", "choir": ""})
OPEN = Settings(submissions="elsewhere", address="https://arena.example.org", dataset=f"team/pairs@{COMMIT}")
FACTS = Facts(
    repository="team/model",
    revision=COMMIT,
    licence="apache-2.0",
    base_models=("org/base",),
    kind="generative",
    architecture="LlavaForConditionalGeneration",
    images=2,
    parameters=10**9,
    download_bytes=4 * 10**9,
    weights={"b.safetensors": "bb", "a.safetensors": "aa"},
)


def report(reference: str = "team/model", *, passed: bool = True, **facts: Any) -> CheckReport:
    """What checks found of a model."""
    return CheckReport(reference, (Check("licence", passed, "apache-2.0"),), replace(FACTS, **facts))


def statement(reference: str = "team/model", **said: Any) -> Statement:
    """What its submitter says."""
    return replace(Statement(reference, "team", contact="ann@example.org", terms=True), **said)
