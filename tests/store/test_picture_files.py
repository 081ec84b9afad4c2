"""One folder of pictures, and several processes that fill it."""

from processes import exit_code, forked
from store_world import picture

from arena.store.picture_files import PictureFiles

COUNT = 20


def place_all(folder):
    PictureFiles(folder).write(map(picture, range(COUNT)))


def test_processes_that_place_the_same_pictures_leave_each_of_them_whole(tmp_path):
    with forked(place_all, tmp_path) as one, forked(place_all, tmp_path) as other:
        assert (exit_code(one), exit_code(other)) == (0, 0)
    files = PictureFiles(tmp_path)
    for made in map(picture, range(COUNT)):
        assert files.read(made.digest) == made
    assert not list((tmp_path / "incoming").iterdir())
