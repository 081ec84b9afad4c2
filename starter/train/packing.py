"""Several questions about the same images in one sequence: the images are read once, and no question sees another.

Each question attends to the images and to itself, and its positions continue from the images', so that the model computes
exactly what it would for the separate prompts. This halves the tokens of training.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

IGNORED = -100
"""Label of a token that is not to be predicted."""
PADDING = -1
PREFIX = 0


@dataclass(frozen=True)
class Packed:
    """A batch of sequences, each one prefix of images and then its questions with their answers."""

    ids: torch.Tensor
    """Tokens, sequences x length."""
    positions: torch.Tensor
    """Position of each token, sequences x length."""
    segments: torch.Tensor
    """0 in the prefix, 1, 2, ... in the questions, -1 in the padding; sequences x length."""
    labels: torch.Tensor
    """The token itself inside answers, `IGNORED` elsewhere; sequences x length."""

    def attention(self) -> torch.Tensor:
        """Large negative numbers, to be added to attention, where a token must not look; sequences x 1 x length x length."""
        length = self.ids.shape[1]
        own = self.segments[:, :, None] == self.segments[:, None, :]
        prefix = self.segments[:, None, :] == PREFIX
        seen = (own | prefix) & torch.ones(length, length, dtype=torch.bool).tril()
        return torch.zeros(seen.shape).masked_fill(~seen, -1e9)[:, None]


def pack(prefixes: Sequence[list[int]], questions: Sequence[Sequence[tuple[list[int], list[int]]]]) -> Packed:
    """Lay out a batch.

    Args:
        prefixes: for each sequence, the tokens that all of its questions share.
        questions: for each sequence, tokens of question and answer, several of them.
    """
    rows = [_row(prefix, asked) for prefix, asked in zip(prefixes, questions, strict=True)]
    length = max(len(row[0]) for row in rows)
    fills = (0, 0, PADDING, IGNORED)
    columns = (
        torch.tensor([row[column] + [fill] * (length - len(row[column])) for row in rows]) for column, fill in enumerate(fills)
    )
    return Packed(*columns)


def _row(prefix: list[int], asked: Sequence[tuple[list[int], list[int]]]) -> tuple[list[int], list[int], list[int], list[int]]:
    ids, start = list(prefix), len(prefix)
    positions, segments, labels = list(range(start)), [PREFIX] * start, [IGNORED] * start
    for number, (question, answer) in enumerate(asked, start=1):
        length = len(question) + len(answer)
        ids += question + answer
        positions += range(start, start + length)
        segments += [number] * length
        labels += [IGNORED] * len(question) + answer
    return ids, positions, segments, labels


def loss_by_answer(logits: torch.Tensor, packed: Packed) -> torch.Tensor:
    """Mean cross-entropy of each answer, so that a long answer weighs no more than a letter.

    Args:
        logits: prediction after each token that precedes one with a label, in order, tokens x vocabulary.
        packed: the batch they belong to.

    Returns:
        One value an answer: by sequence, then by question.
    """
    labels, answered = packed.labels[:, 1:], predicted(packed)
    losses = torch.nn.functional.cross_entropy(logits.float(), labels[answered], reduction="none")
    most = int(packed.segments.max()) + 1
    answer = (torch.arange(len(labels))[:, None] * most + packed.segments[:, 1:])[answered]
    count = torch.bincount(answer, minlength=len(labels) * most)
    total = torch.zeros(len(count)).index_add(0, answer, losses)
    return total[count > 0] / count[count > 0]


def predicted(packed: Packed) -> torch.Tensor:
    """Which tokens precede one with a label; sequences x (length - 1), true or false."""
    return packed.labels[:, 1:] != IGNORED
