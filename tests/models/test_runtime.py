import pytest

from arena.models.runtime import Recent, cores, one_line


@pytest.fixture
def computed():
    return []


@pytest.fixture
def double(computed):
    def compute(keys):
        computed.append(keys)
        return [key * 2 for key in keys]

    return compute


def test_missing_values_are_computed_together_and_once(double, computed):
    recent = Recent(10)
    assert recent.get([1, 2, 1], double) == {1: 2, 2: 4}
    assert recent.get([2, 3], double) == {2: 4, 3: 6}
    assert computed == [[1, 2], [3]]


def test_the_least_recently_used_value_is_dropped(double, computed):
    recent = Recent(2)
    for keys in ([1], [2], [1], [3], [1], [2]):
        recent.get(keys, double)
    assert computed == [[1], [2], [3], [2]]


def test_more_than_fits_is_still_given(double):
    assert Recent(2).get(range(5), double) == {number: number * 2 for number in range(5)}


def test_costs_bound_what_is_kept(double, computed):
    recent: Recent[int, int] = Recent(10, cost=int)
    for keys in ([1], [2], [3], [1], [3]):
        recent.get(keys, double)
    assert computed == [[1], [2], [3], [1]]


def test_a_failure_to_compute_keeps_nothing_and_forgets_nothing(double, computed):
    recent = Recent(10)
    recent.get([1], double)
    with pytest.raises(ZeroDivisionError):
        recent.get([1, 2], lambda keys: [1 // 0])
    assert recent.get([1, 2], double) == {1: 2, 2: 4}


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


def test_cores_follow_the_environment(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert cores() == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert cores() >= 1
