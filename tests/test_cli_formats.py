"""Numbers as people read them in the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.cli.formats import number, print_rows


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.0, "1.000"),
        (0.9999988, "> 0.999"),
        (0.9991, "> 0.999"),
        (0.999, "0.999"),
        (sum([0.1] * 10), "1.000"),
        (0.5, "0.500"),
        (1e-7, "< 0.001"),
        (1e-30, "< 0.001"),
        (0.001, "0.001"),
        (0.0, "0.000"),
        (-0.0, "0.000"),
        (-1e-7, "> -0.001"),
        (-0.25, "-0.250"),
        (-0.9999988, "< -0.999"),
        (-1.0, "-1.000"),
        (2.34567, "2.346"),
    ],
)
def test_only_certainty_looks_like_certainty(value, shown):
    assert number(value) == shown


@given(st.floats(-3, 3))
def test_what_is_shown_is_within_half_a_thousandth_or_a_true_bound(value):
    shown = number(value)
    bound = float(shown.split()[-1])
    if shown.startswith("<"):
        assert value < bound
    elif shown.startswith(">"):
        assert value > bound
    else:
        assert value == pytest.approx(bound, abs=0.00051)


@pytest.mark.parametrize("width", [None, 40, 120])
def test_no_name_and_no_number_is_cut_however_narrow_the_terminal_and_however_long_the_prose(capsys, monkeypatch, width):
    row = {"model": "organisation/a-model-with-a-long-name", "slice": "category=food and drink", "value": 0.123, "families": 24}
    row["reader"] = "not validated for this model, " * 9
    if width:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(width))
    print_rows([row], "table", list(row))
    printed = capsys.readouterr().out
    assert all(whole in printed for whole in ("Families", row["model"], row["slice"], "0.123", " 24 "))
    assert printed.count("validated") == 9
