"""Boards, ours beside those of libraries."""


def test_the_libraries_fit_the_same_ratings_to_a_hundredth_of_an_elo_point(printed):
    sizes = ("--battles", 500, "--contestants", 4, "--families", 9, "--rounds", 2, "--boards", 4)
    _, _, board, *_, ours, choix, evalica = printed("ratings", *sizes)
    assert float(board[4]) < 1e-9, "a fit that goes on from the last one ends where one from the beginning does"
    assert [row[2] for row in (ours, choix, evalica)] == ["ours", "choix", "evalica"]
    assert ours[-2:] == ["1.0", "0.0e+00"]
    assert all(0 < float(row[-1]) < 0.01 for row in (choix, evalica))
