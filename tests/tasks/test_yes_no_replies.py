"""Replies that models write when asked whether a caption describes an image."""

import time

import pytest

from arena.probes import Probe
from arena.tasks.yes_no_replies import yes_or_no

ON = "A child stands next to a stove that is on."
VERIFICATION = Probe("verification", "image0/caption0", "verification/1", (), "", (ON,), ("yes", "no"))

REPLIES = [
    ("yes", "yes"),
    ("no", "no"),
    ("Yes.", "yes"),
    ("No.", "no"),
    ("YES", "yes"),
    ("**No**", "no"),
    ("Yes, it does.", "yes"),
    ("No, it does not.", "no"),
    ("No, it doesn't.", "no"),
    ("Yes it does", "yes"),
    ("no it does not", "no"),
    ("Yes!", "yes"),
    ("(no)", "no"),
    ("Answer: yes", "yes"),
    ("The answer is no.", "no"),
    ("**Answer:** No", "no"),
    ('{"answer": "no"}', "no"),
    ("\\boxed{yes}", "yes"),
    ("<answer>no</answer>", "no"),
    ("yes or no", None),
    ("yes/no", None),
    ("Yes and no.", None),
    ("Yes, it does not.", None),
    ("No, it does.", None),
    ("Yes, the caption accurately describes the image.", "yes"),
    ("No, the caption does not describe the image.", "no"),
    ("The caption describes the image.", "yes"),
    ("The caption does not describe the image.", "no"),
    ("This caption doesn't match the image", "no"),
    ("The caption accurately describes the image.", "yes"),
    ("It does.", "yes"),
    ("It does not.", "no"),
    ("It doesn't", "no"),
    ("The caption is correct.", "yes"),
    ("The caption is incorrect.", "no"),
    ("That is correct.", "yes"),
    ("Incorrect.", "no"),
    ("True", "yes"),
    ("False", "no"),
    ("Correct", "yes"),
    ("No helmet is visible.", None),
    ("No child is in the picture, the caption is wrong.", "no"),
    ("Yes, there is no helmet.", "yes"),
    ("Yes, no helmet is visible", "yes"),
    ("There is no helmet.", None),
    ("", None),
    ("maybe", None),
    ("I'm not sure if the caption describes the image.", None),
    ("I can't tell.", None),
    ("Does this caption describe the image? Yes", "yes"),
    ("Does this caption describe the image?", None),
    ("Does this caption describe the image?\nAnswer with yes or no.\nno", "no"),
    ("<think>yes? no?</think>no", "no"),
    ("<think>yes", None),
    ("oui", "yes"),
    ("Oui, elle décrit l'image.", "yes"),
    ("non", "no"),
    ("Non.", "no"),
    ("sí", "yes"),
    ("Sí, lo describe.", "yes"),
    ("si", "yes"),
    ("Si la imagen es clara", None),
    ("ja", "yes"),
    ("Ja, das stimmt.", "yes"),
    ("nein", "no"),
    ("nee", "no"),
    ("sim", "yes"),
    ("não", "no"),
    ("tak", "yes"),
    ("nie", "no"),
    ("да", "yes"),
    ("Нет.", "no"),
    ("так", "yes"),
    ("ні", "no"),
    ("evet", "yes"),
    ("hayır", "no"),
    ("نعم", "yes"),
    ("لا", "no"),
    ("بله", "yes"),
    ("خیر", "no"),
    ("हाँ", "yes"),
    ("नहीं", "no"),
    ("হ্যাঁ", "yes"),
    ("না", "no"),
    ("ya", "yes"),
    ("tidak", "no"),
    ("có", "yes"),
    ("không", "no"),
    ("ใช่", "yes"),
    ("ไม่ใช่", "no"),
    ("是", "yes"),
    ("是的。", "yes"),
    ("不是", "no"),
    ("不,图片中没有。", "no"),
    ("はい", "yes"),
    ("はい、そうです。", "yes"),
    ("いいえ", "no"),
    ("네", "yes"),
    ("아니요", "no"),
    ("ndiyo", "yes"),
    ("hapana", "no"),
    ("Da ist ein Kind", None),
    ("No, I can't help with that.", None),
    ("Yes. Actually, no.", None),
    (f"Caption: {ON} yes", "yes"),
    ("Nope", "no"),
    ("yep", "yes"),
    ("Yeah, it does", "yes"),
    ("I don't think the caption describes the image.", "no"),
    ("No - the stove is off", "no"),
    ("no problem", None),
    ("The image shows a stove. So the answer is yes.", "yes"),
    ("Yes. The stove is on.", "yes"),
    ("A", None),
    ("It is not accurate.", "no"),
    ("No.\nThe stove is off.", "no"),
    ("Not really.", None),
    ("answer: yes or no", None),
    ("Yes, but the stove is off, so no.", None),
    ("I'd say no", "no"),
    ("Unfortunately, no.", "no"),
    ("It's true", "yes"),
    ("It isn't true that the caption does not match", None),
    ("The answer is not yes.", None),
]

NOISE = [
    "a" * 10_000,
    "no, " * 2_500,
    "answer" * 1_600,
    "answer : " * 1_200,
    "x" * 9_990 + "n't",
    "?" * 10_000,
    "yes" + "!" * 9_990,
    "not ly " * 1_400,
]


@pytest.mark.parametrize(("reply", "verdict"), REPLIES)
def test_a_reply_says_yes_or_no_or_neither(reply, verdict):
    assert yes_or_no(reply, VERIFICATION) == verdict


def test_a_repeated_caption_is_no_evidence():
    probe = Probe("verification", "", "", (), "", ("No, the child does not match.",), ("yes", "no"))
    assert yes_or_no("Caption: No, the child does not match. Yes.", probe) == "yes"
    assert yes_or_no("No, the child does not match.", probe) is None


@pytest.mark.parametrize("reply", NOISE, ids=lambda reply: reply[:12])
def test_noise_is_read_in_no_time(reply):
    started = time.process_time()
    yes_or_no(reply, VERIFICATION)
    assert time.process_time() - started < 1.0
