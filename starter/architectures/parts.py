"""What the tiny repositories are put together from: tokenizers and chat templates."""

from collections.abc import Sequence
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from arena.starter.architectures.architecture import Scale

VOCABULARY = 600
SENTENCES = (
    "Which caption is true of the image?\nA: A child is next to a stove.\nB: A dog is in a car.\nAnswer with A or B.",
    "Does this caption describe the image?\nCaption: A lantern hangs over a table.\nAnswer with yes or no.",
    "The images are numbered 1 and 2. Which one does this caption describe? Answer with 1 or 2.",
    "Caption: A woman is plugging a fork into an outlet. A man is holding a lamp near the wall.",
    "yes no A B 1 2 the first the second I cannot help with that. What is on the table? Say it in one sentence.",
)
"""What the tokenizers are trained on: the words that an arena uses, so that its questions are as long as for real models."""

CHATML: dict[str, Any] = {
    "user": ("<|im_start|>user\n", "<|im_end|>\n"),
    "assistant": ("<|im_start|>assistant\n", "<|im_end|>\n"),
}
"""The turns of ChatML, for `turns`."""


def text_sizes(scale: Scale) -> dict[str, Any]:
    """Sizes of a language model, as most configurations name them."""
    return {
        "hidden_size": scale.hidden,
        "intermediate_size": 2 * scale.hidden,
        "num_hidden_layers": scale.layers,
        "num_attention_heads": scale.heads,
        "num_key_value_heads": scale.key_heads,
        "head_dim": scale.head,
    }


def vision_sizes(scale: Scale) -> dict[str, Any]:
    """Sizes of a vision encoder, as most configurations name them."""
    return {
        "hidden_size": scale.hidden,
        "intermediate_size": 2 * scale.hidden,
        "num_hidden_layers": scale.layers,
        "num_attention_heads": scale.heads,
        "image_size": scale.image,
        "patch_size": scale.patch,
    }


def layer_types(layers: int, *, every: int, others: str = "sliding_attention") -> list[str]:
    """The kind of each layer: full attention in each so many, and in the last of fewer layers; else another."""
    every = min(every, layers)
    return [others if layer % every else "full_attention" for layer in range(1, layers + 1)]


def trained(special: Sequence[str]) -> Tokenizer:
    """A byte-level BPE whose special tokens come first, in order: the id of each is its place."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY + len(special),
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    return tokenizer


def wrapped(special: Sequence[str], *, adds_bos: bool = False, **roles: Any) -> PreTrainedTokenizerFast:
    """A fast tokenizer as transformers loads it.

    Args:
        special: special tokens; the id of each is its place.
        adds_bos: whether the tokenizer itself puts the BOS token before a text, as Llama's does; else templates write it.
        roles: `bos_token`, `eos_token`, `pad_token` and the like, and other settings of the tokenizer.
    """
    tokenizer = trained(special)
    if adds_bos:
        bos = roles["bos_token"]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A $B", special_tokens=[(bos, list(special).index(bos))]
        )
    settings = {"model_max_length": 8192, **roles}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, additional_special_tokens=list(special), **settings)


def turns(
    *,
    image: str,
    words: str = "{{ part['text'] }}",
    user: tuple[str, str],
    assistant: tuple[str, str],
    before: str = "",
    between: str = "",
    images_first: bool = False,
    prompt: str | None = None,
) -> str:
    """A chat template in Jinja for messages whose content is a list of parts.

    Args:
        image: what stands for an image.
        words: how a part of words is written.
        user: what opens and what closes a turn of the user.
        assistant: what opens and what closes a turn of the model.
        before: what stands before all turns, for example `{{ bos_token }}`.
        between: what stands between two parts of one turn.
        images_first: whether the images of a turn come before its words, whatever their order.
        prompt: the generation prompt; by default the opening of a turn of the model.
    """
    image, words, between = _after_tag(image), _after_tag(words), _after_tag(between)
    user, assistant = (user[0], _after_tag(user[1])), (assistant[0], _after_tag(assistant[1]))
    show = "{% if part['type'] == 'image' %}" + image + "{% else %}" + words + "{% endif %}"
    if images_first:
        content = (
            "{% for part in message['content'] if part['type'] == 'image' %}" + image + "{% endfor %}"
            "{% for part in message['content'] if part['type'] != 'image' %}" + words + "{% endfor %}"
        )
    else:
        gap = "{% if not loop.last %}" + between + "{% endif %}" if between else ""
        content = "{% for part in message['content'] %}" + show + gap + "{% endfor %}"
    role = "{% if message['role'] == 'user' %}" + user[0] + content + user[1]
    role += "{% else %}" + assistant[0] + content + assistant[1] + "{% endif %}"
    opening = "{% if add_generation_prompt %}" + (assistant[0] if prompt is None else prompt) + "{% endif %}"
    return before + "{% for message in messages %}" + role + "{% endfor %}" + opening


def _after_tag(text: str) -> str:
    # Transformers renders with `trim_blocks`, which drops a line break right after a tag.
    return "{{ '\\n' }}" + text[1:] if text.startswith("\n") else text
