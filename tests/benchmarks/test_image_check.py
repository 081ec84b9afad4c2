"""False alarms of an image classifier, counted over each picture once."""

from PIL import Image
from tiny_repositories import save_vit

from arena.suites.starter import starter_pairs


def test_each_harmless_picture_is_counted_once(printed, tmp_path):
    classifier, folder = save_vit(tmp_path / "tiny" / "vit", ("nsfw", "unsafe")), tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    Image.new("RGB", (40, 40), "navy").save(folder / "a.png")
    Image.new("RGB", (40, 40), "navy").save(folder / "the same.png")
    Image.new("RGB", (40, 40), "gold").save(folder / "more" / "b.png")
    (folder / "notes.txt").write_text("no picture")
    _, drawn, photos = printed("image_check", folder, "--classifier", classifier)
    assert drawn[:2] == ["drawn scenes", str(len({side.picture.digest for pair in starter_pairs() for side in pair.sides}))]
    assert photos[1:6] == ["2", "1.000", "2", "2", "2"]  # unsafe is all that this classifier knows
