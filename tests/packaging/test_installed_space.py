"""An installed arena can be put on the Hub: its wheel holds what a Space needs."""

import re
import sys


def test_a_wheel_has_the_files_of_a_space_and_says_what_a_clone_would_add(start):
    process = start(sys.executable, "-m", "arena", "deploy", "space", "org/arena", "--dry-run")
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert "arena: this is an installed package: without docs/images, which a clone of the repository has" in told
    assert re.search(r"files: 1\d{3} of this installed package, \d\d\.\d MB", told)
    assert "app_file: app.py\nhf_oauth: true\n" in told
    assert "thumbnail" not in told
