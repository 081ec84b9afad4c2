from arena.ui.newest import Newest


def test_the_oldest_go_first_and_what_was_asked_for_is_not_old():
    kept = Newest[str, str](2)
    kept.add("a", "1")
    kept.add("b", "2")
    assert kept.get("a") == "1"
    kept.add("c", "3")
    assert [kept.get(key) for key in "abc"] == ["1", None, "3"]


def test_values_go_until_their_costs_fit():
    kept = Newest[int, str](10, len)
    for key, value in enumerate(("xxx", "xxxx", "xxx", "xxxxxx")):  # 3, 7, 10, then 16: the first two go
        kept.add(key, value)
    assert [kept.get(key) is not None for key in range(4)] == [False, False, True, True]


def test_the_newest_stays_even_where_it_alone_is_too_large():
    kept = Newest[int, str](3, len)
    kept.add(0, "x")
    kept.add(1, "xxxxx")
    assert (kept.get(0), kept.get(1)) == (None, "xxxxx")


def test_a_value_takes_the_place_of_the_one_before():
    kept = Newest[int, str](6, len)
    kept.add(0, "xxxxx")
    kept.add(1, "x")
    kept.add(0, "xxx")  # 4 in all, though 3 + 5 + 1 would be too much
    assert (kept.get(0), kept.get(1)) == ("xxx", "x")


def test_what_is_dropped_is_gone_and_the_rest_stays():
    kept = Newest[int, str](9)
    kept.add(0, "x")
    kept.add(1, "y")
    kept.drop(lambda value: value == "x")
    assert (kept.get(0), kept.get(1)) == (None, "y")
