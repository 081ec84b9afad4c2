"""What went wrong, in one line."""

import pytest

from arena.errors import one_line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a\nb"), "ValueError: a"),
        (KeyError(), "KeyError"),
        (OSError("  \n x"), "OSError: x"),
        (OSError("x" * 999), "OSError: " + "x" * 200),
    ],
)
def test_errors_are_told_in_one_line(error, line):
    assert one_line(error) == line
