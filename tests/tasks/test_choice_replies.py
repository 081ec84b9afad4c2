"""Replies that models write when they have to choose, and the option that a fair reader would say they chose."""

import re
import time

import pytest

from arena.probes import Probe
from arena.tasks.choice_replies import letter_choice, number_choice

ON = "A child stands next to a stove that is on."
OFF = "A child stands next to a stove that is off."
CAPTION_CHOICE = Probe("caption_choice", "image0/captions01", "caption_choice/1", (), "", (ON, OFF), ("A", "B"))
IMAGE_CHOICE = Probe("image_choice", "caption1/images01", "image_choice/1", (), "", (OFF,), ("1", "2"))

LETTERS = [
    ("A", "A"),
    ("B", "B"),
    ("a", "A"),
    ("b.", "B"),
    ("**B**", "B"),
    ("(A)", "A"),
    ("A)", "A"),
    ("[B]", "B"),
    ("“B”", "B"),
    ("`B`", "B"),
    (" \n B \n", "B"),
    ("Answer: A", "A"),
    ("Answer: (B)", "B"),
    ("**Answer:** B", "B"),
    ("The answer is B.", "B"),
    ("The correct answer is A because B is wrong", "A"),
    ("the correct answer is option B", "B"),
    ("Final answer: **A**", "A"),
    ("Option A", "A"),
    ("Option B is correct.", "B"),
    ("Caption B", "B"),
    ("Caption A is true.", "A"),
    ("Caption (B)", "B"),
    ("The second caption.", "B"),
    ("The first caption is true of the image.", "A"),
    ("the first one", "A"),
    ("The second", "B"),
    ("2nd caption", "B"),
    ("A or B?", None),
    ("A or B? B", "B"),
    ("Answer with A or B.", None),
    ("A and B", None),
    ("Both A and B are true.", None),
    ("Neither A nor B.", None),
    ("A/B", None),
    ("Either A or B is correct", None),
    ("The answer is A or B", None),
    ("Between A and B, I choose A.", "A"),
    ("B: a child next to a stove that is off", "B"),
    (f"B: {OFF}", "B"),
    (f"A: {ON}", "A"),
    (f"A: {OFF}", None),
    (f"B. {ON}", None),
    (f"{ON}", "A"),
    (f"{OFF}", "B"),
    ("a child stands next to a stove that is off", "B"),
    (f'The true caption is: "{OFF}"', "B"),
    (f"{ON} {OFF}", None),
    (f"A: {ON}\nB: {OFF}", None),
    (f"A: {ON}\nB: {OFF}\nAnswer: B", "B"),
    (f"Which caption is true of the image?\nA: {ON}\nB: {OFF}\nAnswer with A or B.", None),
    (f"Which caption is true of the image?\nA: {ON}\nB: {OFF}\nAnswer with A or B. A", "A"),
    ("A child is standing in a kitchen.", None),
    ("A child is holding a knife.", None),
    ("a stove", None),
    ("\\boxed{B}", "B"),
    ("$\\boxed{\\text{A}}$", "A"),
    ('{"answer": "B"}', "B"),
    ("{'answer': 'A'}", "A"),
    ('```json\n{"answer": "B"}\n```', "B"),
    ("<answer>B</answer>", "B"),
    ("<think>It could be A, or B.</think>B", "B"),
    ("<think>The answer is A", None),
    ("It looks like A</think>\n\nB", "B"),
    ("<think></think>\n\nA.", "A"),
    ("not A", "B"),
    ("It is not A.", "B"),
    ("Not A, but B.", "B"),
    ("Not A. B.", "B"),
    ("The answer is not A, it's B.", "B"),
    ("A is wrong.", "B"),
    ("A is wrong, B is correct.", "B"),
    ("A is incorrect, so B", "B"),
    ("B, because the stove is off.", "B"),
    ("B because A says the stove is on", "B"),
    ("I choose B.", "B"),
    ("I'd say A.", "A"),
    ("I would go with A", "A"),
    ("It's B", "B"),
    ("A.\n\nThe flame is visible, whereas B says it is off.", "A"),
    ("A is true", "A"),
    ("B is the correct caption.", "B"),
    ("Caption A describes the image better than caption B.", "A"),
    ("A is more accurate than B", "A"),
    ("B rather than A", "B"),
    ("Caption A doesn't match the image. Caption B does.", "B"),
    ("The image shows a lit stove, so caption A is correct.", "A"),
    ("The stove is on. A", "A"),
    ("The stove is on.\nA", "A"),
    ("Explanation: the burner glows. Therefore, the answer is A.", "A"),
    ("A. Wait, actually B.", None),
    ("A, B", None),
    ("A\nB", None),
    ("", None),
    ("   ", None),
    ("...", None),
    ("?", None),
    ("C", None),
    ("yes", None),
    ("I don't know.", None),
    ("None of the captions is true.", None),
    ("Both captions are true.", None),
    ("(b)", "B"),
    ("Ⓐ", "A"),
    ("Réponse : B", "B"),
    ("La respuesta es B.", "B"),
    ("Die Antwort ist A.", "A"),
    ("La légende B est correcte.", "B"),
    ("答案是B。", "B"),
    ("答案:A", "A"),
    ("选项B", "B"),
    ("正解はAです。", "A"),
    ("答えはBです。", "B"),
    ("정답은 B입니다.", "B"),
    ("Ответ: B", "B"),
    ("A ou B", None),
    ("A oder B?", None),
    ("As an AI, I can't choose between A and B.", None),
    ("I'm sorry, I can't say that A is true.", None),
    ("Sorry, the answer is B", "B"),
    ("I can't see a helmet, so B", "B"),
    ("Answer: A or B", None),
    ("Answer: neither", None),
    ("The letter is B", "B"),
    ("My choice: B", "B"),
    ("Choice: A", "A"),
    ("I believe the correct caption is A.", "A"),
    ("Definitely B!", "B"),
    ("B!!!", "B"),
    ("B 😀", "B"),
    ("😀 A", "A"),
    ("A - the stove is on", "A"),
    ("A – the stove is on", "A"),
    ("> B", "B"),
    ("# B", "B"),
    ("- B", "B"),
    ("1", None),
    ('The answer is "A".', "A"),
    ("It's a child.", None),
    ("The answer is a child next to a stove.", None),
    ("Option a: the stove is on", "A"),
    ("Assistant: B", "B"),
    ("ASSISTANT: A", "A"),
    ("The correct option is (B).", "B"),
    ("A is the correct answer, not B.", "A"),
    ("If the stove is on, A. Otherwise, B.", None),
    ("Vitamin B", None),
    ("Plan B.", None),
    ("A-frame ladder", None),
    ("A?", None),
    ("A. B.", None),
    ("Is it A? No.", None),
    ("A and also B", None),
    ("A (not B)", "A"),
    ("A: True, B: False", "A"),
    ("A: false\nB: true", "B"),
    ("A is false. B is true.", "B"),
    ("B is not true, so A must be.", "A"),
    ("Only B is true.", "B"),
    ("Statement B is more accurate because the stove is off.", "B"),
    ("I cannot determine whether A or B is true.", None),
    ("The answer is B. The answer is A.", None),
    ("B\n\nReasoning: In the image, the stove is off. Option A is incorrect.", "B"),
    ("Caption A says that the stove", None),
]

NUMBERS = [
    ("1", "1"),
    ("2", "2"),
    ("2.", "2"),
    ("(1)", "1"),
    ("**2**", "2"),
    ("Image 1", "1"),
    ("Image 2.", "2"),
    ("image2", "2"),
    ("Image #2", "2"),
    ("The first image", "1"),
    ("The second image.", "2"),
    ("the 2nd picture", "2"),
    ("The second one", "2"),
    ("Second", "2"),
    ("1 or 2?", None),
    ("Answer with 1 or 2.", None),
    ("1 and 2", None),
    ("Both images", None),
    ("Answer: 2", "2"),
    ("The answer is 1.", "1"),
    ("Image one", "1"),
    ("image two is correct", "2"),
    ("There are 2 children.", None),
    ("There are 2.", None),
    ("2 children are playing", None),
    ("There are two images.", None),
    ("Image 1 shows a stove that is on, image 2 shows one that is off. The caption describes image 2.", "2"),
    ("Image 1 shows a stove that is on, image 2 shows one that is off.", None),
    ("The caption describes image 1", "1"),
    ("This caption describes the first image.", "1"),
    ("It matches image 2", "2"),
    ("Image 2 matches the caption.", "2"),
    ("Image 1 does not match, image 2 does.", "2"),
    ("not 1", "2"),
    ("Not image 1, image 2", "2"),
    ("图2", "2"),
    ("第二张图片", "2"),
    ("第一张", "1"),
    ("画像2", "2"),
    ("答案是1。", "1"),
    ("이미지 1", "1"),
    ("L'image 2", "2"),
    ("La première image", "1"),
    ("Das zweite Bild", "2"),
    ("La segunda imagen", "2"),
    ("①", "1"),
    ("\\boxed{2}", "2"),
    ('{"answer": 2}', "2"),
    ('{"image": 1}', "1"),
    ("3", None),
    ("12", None),
    ("1.5", None),
    ("1, 2", None),
    ("Number 2", "2"),
    ("The caption describes the second image, because the stove is off.", "2"),
    ("Picture 1 is the right one", "1"),
    ("Image 1 rather than image 2", "1"),
    ("A", None),
    ("1: the stove is on", "1"),
    ("2 because the child is far away", "2"),
    ("<think>1? 2?</think> 1", "1"),
    ("I can see two images, 1 and 2. I pick 1.", "1"),
    ("Neither image", None),
    ("the left image", "1"),
    ("Image A", "1"),
    (f"{OFF}", None),
    (f"Caption: {OFF} Answer: 2", "2"),
    ("1-2", None),
    ("Image 1 shows a child standing in a kitchen. Image", None),
    ("In image 1, the stove", None),
    (f"Image 2 shows {OFF}", "2"),
    ("The second image does.", "2"),
    ("Image 1 and image 2 both do.", None),
    ("1 child", None),
]

NOISE = [
    "a" * 10_000,
    "A " * 5_000,
    "B, " * 3_000,
    "." * 5_000 + "A " * 2_500,
    "( " * 5_000,
    "a or b " * 1_500,
    "not " * 2_500,
    "<a " * 3_000,
    "<think>" * 1_400,
    "不能我" * 3_000,
    "A:B:" * 2_500,
    "A child stands next to a stove that is " * 250,
]


@pytest.mark.parametrize(("reply", "option"), LETTERS)
def test_a_reply_decides_for_the_caption_that_it_names(reply, option):
    assert letter_choice(reply, CAPTION_CHOICE) == option


@pytest.mark.parametrize(("reply", "option"), NUMBERS)
def test_a_reply_decides_for_the_image_that_it_names(reply, option):
    assert number_choice(reply, IMAGE_CHOICE) == option


NAMED_BY_LETTER = [
    (reply, option)
    for reply, option in LETTERS
    if option and not re.search(r"stands next|first|second|2nd|is a |a child|premi", reply)
]


@pytest.mark.parametrize(("reply", "option"), NAMED_BY_LETTER)
def test_with_the_letters_swapped_the_answer_is_swapped(reply, option):
    """A reader that knew one letter better than the other would favour models by their habits."""
    swapped = re.sub(r"(?<![A-Za-z])[ABab](?![A-Za-z])", lambda found: found[0].translate(str.maketrans("ABab", "BAba")), reply)
    expected = {"A": "B", "B": "A"}[option] if swapped != reply else option
    assert letter_choice(swapped, CAPTION_CHOICE) == expected


def test_the_longer_of_two_nested_captions_is_found():
    probe = Probe("caption_choice", "", "", (), "", ("a cat on a mat", "a cat on a mat by a dog"), ("A", "B"))
    assert letter_choice("a cat on a mat by a dog", probe) == "B"
    assert letter_choice("A cat on a mat.", probe) == "A"


def test_captions_without_spaces_between_words_are_found():
    probe = Probe("caption_choice", "", "", (), "", ("孩子站在开着的炉子旁", "孩子站在关着的炉子旁"), ("A", "B"))
    assert letter_choice("孩子站在关着的炉子旁。", probe) == "B"


@pytest.mark.parametrize("reply", NOISE, ids=lambda reply: reply[:12])
def test_noise_is_read_in_no_time(reply):
    started = time.process_time()
    letter_choice(reply, CAPTION_CHOICE)
    number_choice(reply, IMAGE_CHOICE)
    assert time.process_time() - started < 1.0
