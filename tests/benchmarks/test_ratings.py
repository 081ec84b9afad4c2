"""Boards, ours beside those of libraries."""


def test_the_libraries_fit_the_same_ratings_to_a_hundredth_of_an_elo_point(printed):
    *_, ours, choix, evalica = printed("ratings", "--battles", 500, "--contestants", 4, "--families", 9, "--rounds", 2)
    assert [row[2] for row in (ours, choix, evalica)] == ["ours", "choix", "evalica"]
    assert ours[-2:] == ["1.0", "0.0e+00"]
    assert all(0 < float(row[-1]) < 0.01 for row in (choix, evalica))
