"""A byte-level BPE tokenizer, trained on what the models read and write: any text can be spelled, theirs is short."""

from collections.abc import Iterable
from itertools import chain

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

PAD, UNKNOWN, BEGIN, END, IMAGE, USER, ASSISTANT = "<pad>", "<unk>", "<bos>", "<eos>", "<image>", "<|user|>", "<|assistant|>"
SPECIAL = (PAD, UNKNOWN, BEGIN, END, IMAGE, USER, ASSISTANT)
TOKEN_IDS = {token: index for index, token in enumerate(SPECIAL)}
"""The special tokens come first in every vocabulary."""
VOCABULARY = 2000
"""Upper bound; a word of the corpus becomes one token, so training stops earlier."""
CAPTION_TOKENS = 64
"""Longest caption that a contrastive model reads."""
PROMPT_TOKENS = 1024
"""Longest prompt and reply of a generative model, images included."""

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|user|>' if message['role'] == 'user' else '<|assistant|>' }}"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}"
    "{% if message['role'] != 'user' %}<eos>{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def caption_tokenizer(corpus: Iterable[str]) -> PreTrainedTokenizerFast:
    """For contrastive models: <bos> caption <eos>, lower and upper case alike, padded on the right."""
    return _train(corpus, wrap=True)


def chat_tokenizer(corpus: Iterable[str]) -> PreTrainedTokenizerFast:
    """For generative models: the chat template places all special tokens, and batches are padded on the left."""
    return _train(corpus, wrap=False)


def _train(corpus: Iterable[str], *, wrap: bool) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    if wrap:
        tokenizer.normalizer = normalizers.Lowercase()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    # Twice, because the trainer ignores words that it sees only once.
    tokenizer.train_from_iterator(chain(*[list(corpus)] * 2), trainer)
    if wrap:
        ends = [(token, TOKEN_IDS[token]) for token in (BEGIN, END)]
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{BEGIN} $A {END}", special_tokens=ends)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNKNOWN,
        bos_token=BEGIN,
        eos_token=END,
        model_max_length=CAPTION_TOKENS if wrap else PROMPT_TOKENS,
        padding_side="right" if wrap else "left",
    )
