"""What `requirements.txt` allows, and what `requirements.lock` pins."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PINS = {canonicalize_name(name): pin for name, pin in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE)}
LINES = (ROOT / "requirements.txt").read_text().splitlines()
ALLOWED = [Requirement(line) for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize("requirement", ALLOWED, ids=lambda requirement: requirement.name)
def test_what_is_allowed_begins_with_what_is_tested_and_has_an_end(requirement):
    bounds = {bound.operator: bound.version for bound in requirement.specifier}
    assert bounds.keys() == {">=", "<"}
    assert bounds[">="] == PINS[canonicalize_name(requirement.name)] == version(requirement.name)


def test_every_pin_has_the_hashes_of_its_files():
    blocks = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)
    pins = [block for block in blocks if "==" in block]
    assert len(pins) == len(PINS)
    assert all("--hash=sha256:" in block for block in pins)


def test_the_lock_names_no_place_to_install_from():
    assert not re.search(r"://|--(extra-)?index-url|--find-links", LOCK)
