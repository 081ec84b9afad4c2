"""Refusals of pictures, whatever a server says: over real HTTP."""

from dataclasses import replace

import pytest
from endpoints import ONE_FIRST, endpoint

WORDS = [
    "The request has 2 images, but this model supports a maximum of {} images.",
    "2 images were sent, exceeding the maximum of {} allowed in one request",
    "Too many images. Max is {}.",
    "Invalid content: must be a string",
    "nope",
    "画像は受け付けられません",
]


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("most", [0, 1])
def test_pictures_that_are_refused_in_whatever_words_are_not_applicable_after_three_questions_at_most(
    server, probes, words, most
):
    server.most_images, server.refusal = most, words
    model = endpoint(server, pacing=replace(ONE_FIRST, most=1))
    two = next(probe for probe in probes if len(probe.images) == 2)
    asked = [two, probes[0], probes[1], replace(two, prompt="Which?"), replace(probes[0], images=(), options=())]
    replies = model.answer(asked)
    assert [reply.not_applicable for reply in replies] == [len(probe.images) > most for probe in asked]
    assert not any(reply.error for reply in replies)
    assert sum(entry["prompt"] == "Name a colour." for entry in server.requests) <= 3
    assert model.record()["images_taken"] == most
    before = len(server.requests)
    model.answer(asked)
    assert len(server.requests) - before == sum(len(probe.images) <= most for probe in asked)


def test_refused_pictures_as_a_server_error_are_found_out_if_it_speaks_of_them(server, probes):
    server.most_images, server.refusal = 0, "image input is not supported - hint: you may need to provide the mmproj"
    server.refusal_status = 500
    replies = endpoint(server, pacing=ONE_FIRST).answer(probes[:3])
    assert all(reply.not_applicable for reply in replies)


@pytest.mark.parametrize("status", [413, 501, 500])
def test_pictures_that_are_refused_under_any_status_are_found_out(server, probes, status):
    server.most_images, server.refusal, server.refusal_status = 1, "no", status
    two = [probe for probe in probes if len(probe.images) == 2]
    model = endpoint(server, pacing=replace(ONE_FIRST, most=1))
    assert all(reply.not_applicable for reply in model.answer(two))
    assert model.answer(probes[:1])[0].text


@pytest.mark.parametrize("fault", ["400:your credit balance is too low", "400:not any more", "500:out of order"])
def test_a_server_that_answers_nothing_any_more_has_not_refused_pictures(server, probes, fault):
    model = endpoint(server, pacing=replace(ONE_FIRST, most=1, attempts=2))
    assert model.answer(probes[:1])[0].error is None
    server.faults = [fault] * 100
    two = [probe for probe in probes if len(probe.images) == 2]
    assert not any(reply.not_applicable for reply in model.answer(two))
    assert model.record()["images_taken"] is None


def test_pictures_that_are_refused_for_themselves_remain_errors(server, probes):
    server.faults = ["400:this image is larger than we take"]
    replies = endpoint(server, pacing=replace(ONE_FIRST, most=1)).answer(probes)
    assert sum(reply.error is not None for reply in replies) == 1
    assert not any(reply.not_applicable for reply in replies)


def test_a_server_that_refuses_everything_is_asked_no_more_than_three_times_about_pictures(server, probes):
    server.faults = ["400:not today"] * 1000
    replies = endpoint(server, pacing=ONE_FIRST).answer(probes)
    assert all(reply.error == "HTTP 400: not today" for reply in replies)
    assert sum(entry["prompt"] == "Name a colour." for entry in server.requests) == 3
