"""What chat templates know of thoughts: those of the tiny repositories, and structures that others have."""

import json

import pytest
from transformers import AutoProcessor

from arena.models.thoughts import TAGS, Thoughts, added_tags, read_thoughts, template_in
from arena.starter.architectures.parts import CHATML, turns

OFF, ON = {"enable_thinking": False}, {"enable_thinking": True}
OPENED = turns(image="<image>", prompt=CHATML["assistant"][0] + "<think>\n", **CHATML)
"""Always opens a thought, as Qwen3-VL-Thinking does."""
CLOSED_ON_REQUEST = turns(
    image="<image>",
    prompt=CHATML["assistant"][0] + "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}",
    **CHATML,
)
"""Leaves it to the model to open one, as Qwen3 does."""
ASKED_FOR = turns(before="<s>[SYSTEM_PROMPT]Draft first: [THINK]draft[/THINK]answer[/SYSTEM_PROMPT]", image="[IMG]", **CHATML)
"""Asks for thoughts in words, as reasoning models of Mistral do."""
EFFORT = turns(
    before="{% set effort = reasoning_effort or 'none' %}"
    "{% if effort not in ['none', 'high'] %}{{ raise_exception('unknown effort') }}{% endif %}[EFFORT]{{ effort }}[/EFFORT]",
    image="[IMG]",
    **CHATML,
)
"""Takes two efforts and no other."""
REPEATED_EFFORT = turns(before="Reasoning: {{ reasoning_effort or 'medium' }}\n", image="<image>", **CHATML)
"""Repeats whatever effort it is given, as Harmony's does."""
LEFT_OUT = (
    "{% for message in messages %}<|{{ message['role'] }}|>"
    "{% for part in message['content'] %}{{ part['text'].split('</think>')[-1] }}{% endfor %}{% endfor %}<|assistant|>"
)
"""Leaves thoughts out of earlier turns, as LFM2.5-VL does."""
REASONS = (
    "{% for message in messages %}<|{{ message['role'] }}|>"
    "{% if message.reasoning_content %}<think>{{ message.reasoning_content }}</think>{% endif %}"
    "{% for part in message['content'] %}{{ part['text'] }}{% endfor %}{% endfor %}<|assistant|>"
)
"""Has a place for thoughts of its own."""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LLaVA-1.5", Thoughts()),
        ("Qwen3-VL", Thoughts()),
        ("GLM-4.1V", Thoughts()),
        ("Qwen3.5", Thoughts(OFF, ON, "<think>", known=True)),
        ("GLM-4.5V", Thoughts(OFF, ON, known=True)),
        ("Gemma 4", Thoughts(OFF, ON, known=True)),
        ("ERNIE-4.5-VL", Thoughts(OFF, ON, "<think>", known=True)),
        ("Kimi-K2.5", Thoughts({"thinking": False}, {"thinking": True}, "<think>", known=True)),
    ],
)
def test_repositories_are_known_by_their_templates(repositories, name, expected):
    assert read_thoughts(template_in(repositories(name))) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (OPENED, Thoughts(opening="<think>", always=True, known=True)),
        (CLOSED_ON_REQUEST, Thoughts(OFF, ON, known=True)),
        (ASKED_FOR, Thoughts(always=True, known=True)),
        (EFFORT, Thoughts({"reasoning_effort": "none"}, {"reasoning_effort": "high"}, known=True)),
        (REPEATED_EFFORT, Thoughts()),
        (LEFT_OUT, Thoughts(known=True)),
        (REASONS, Thoughts(known=True)),
        ("", Thoughts()),
        ("{{ raise_exception('no') }}", Thoughts()),
        ("{% broken", Thoughts()),
        ("{# <think> enable_thinking #}{{ messages[0]['content'][0]['text'] }}", Thoughts()),
    ],
)
def test_structures_of_other_templates_are_known_by_what_they_render(template, expected):
    assert read_thoughts(template) == expected


@pytest.mark.parametrize("tag", TAGS)
def test_every_tag_that_a_prompt_leaves_open_is_known(tag):
    assert read_thoughts(turns(image="<image>", prompt=f"<|assistant|>{tag}\n", **CHATML)).opening == tag
    closed = turns(image="<image>", prompt=f"<|assistant|>{tag}\n{TAGS[tag]}", **CHATML)
    assert not read_thoughts(closed).opening


@pytest.mark.parametrize("name", ["LLaVA-1.5", "Qwen3.5", "Gemma 4", "Idefics3"])
def test_the_template_in_a_folder_is_the_one_that_transformers_loads(repositories, name):
    assert template_in(repositories(name)) == AutoProcessor.from_pretrained(repositories(name)).chat_template


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("chat_template.json", {"chat_template": "T"}),
        ("processor_config.json", {"chat_template": "T"}),
        ("tokenizer_config.json", {"chat_template": "T"}),
        ("tokenizer_config.json", {"chat_template": [{"name": "rag", "template": "R"}, {"name": "default", "template": "T"}]}),
        ("tokenizer_config.json", {"chat_template": {"rag": "R", "default": "T"}}),
    ],
)
def test_a_template_is_found_wherever_it_is_kept(tmp_path, file, content):
    (tmp_path / "processor_config.json").write_text("{}")
    (tmp_path / file).write_text(json.dumps(content))
    assert template_in(tmp_path) == "T"


@pytest.mark.parametrize("content", ["", "[]", '{"chat_template": 1}', '{"chat_template": {"rag": "R"}}'])
def test_a_folder_without_a_template_by_default_has_none(tmp_path, content):
    (tmp_path / "tokenizer_config.json").write_text(content)
    assert template_in(tmp_path) == ""


def test_a_vocabulary_with_tags_is_told_from_one_without(repositories):
    assert added_tags(repositories("GLM-4.1V"))
    assert not added_tags(repositories("LLaVA-1.5"))
