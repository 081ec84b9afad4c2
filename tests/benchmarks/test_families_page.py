"""The page of architectures, made small."""

import torch


def rows(text: str, name: str) -> list[list[str]]:
    """The cells of the lines of tables about an architecture."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith(f"| {name} |")]


def test_the_page_says_of_each_architecture_whether_it_enters_how_it_is_asked_and_how_exactly(script, tmp_path):
    page, threads = tmp_path / "models.md", torch.get_num_threads()
    try:
        script("families_page").main(["--out", str(page), "--architecture", "LLaVA-1.5", "CLIP", "--scale", "tiny"])
    finally:
        torch.set_num_threads(threads)
    text = page.read_text()
    ((_, check, path, images, difference, batch, half, speed, thoughts, second_turn),) = rows(text, "LLaVA-1.5")
    assert (check, path, images) == ("may enter", "shared prefixes, image by image", "2")
    assert (thoughts, second_turn) == ("", "yes")
    assert max(float(difference), float(batch)) <= 1e-4
    most, allowed = map(float, half.split(" of "))
    assert 0 < most <= allowed < 1
    assert float(speed) > 0
    ((_, check, difference, batch),) = rows(text, "CLIP")
    assert check == "may enter"
    assert max(float(difference), float(batch)) < 1e-4
    assert "- **LLaVA-1.5**: `huggingface/transformers" in text
