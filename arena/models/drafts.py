"""Replies while they are written: when each of them ends, and which part of it is the answer."""

from dataclasses import dataclass, field
from typing import Any

from arena.models.thoughts import TAGS

TAIL = max(len(closing.encode()) for closing in TAGS.values())
"""Last tokens in which the end of thoughts is looked for: those of the longest tag, spelled in bytes."""


@dataclass
class Draft:
    """A reply of at most so many tokens."""

    tokenizer: Any
    limit: int
    stop: frozenset[int]
    """Tokens that end it, and are no part of it."""
    tokens: list[int] = field(default_factory=list)
    finished: bool = False
    """Whether a stop token ended it, and not its limit."""

    def take(self, token: int) -> bool:
        """Add the next token, where the limit leaves room for one. Says whether another may follow."""
        if not self.limit:
            return False
        if token in self.stop:
            self.finished = True
            return False
        self.tokens.append(token)
        return len(self.tokens) < self._end()

    @property
    def text(self) -> str:
        """What is written, without special tokens."""
        return self._words(self.tokens).strip()

    def _end(self) -> int:
        """How many tokens it may have, by what is written of it."""
        return self.limit

    def _words(self, tokens: list[int]) -> str:
        return self.tokenizer.decode(tokens, skip_special_tokens=True)

    def _spelled(self, tokens: list[int]) -> str:
        return self.tokenizer.decode(tokens, skip_special_tokens=False)


@dataclass
class ThoughtfulDraft(Draft):
    """A reply that may begin with thoughts: they have tokens of their own, and the answer has the limit after them.

    In the text they stand between `<think>` and `</think>`, whatever the model's own tags are, which may be special tokens.
    """

    budget: int = 0
    """Most tokens of the thoughts, tags included; 0 lets them take those of the answer."""
    opening: str = ""
    """The tag of the thoughts: what the prompt ends with, or what the model began with."""
    answer: int | None = None
    """Where the answer begins; None before that is known."""

    @property
    def text(self) -> str:
        """What is written; thoughts that did not end are a block that is left open."""
        if self.answer is None and self.opening:
            return f"<think>{self._inside(self._spelled(self.tokens))}"
        if not self.answer:
            return super().text
        thoughts, _, rest = self._spelled(self.tokens[: self.answer]).rpartition(TAGS[self.opening])
        answer = rest + self._words(self.tokens[self.answer :])
        return f"<think>{self._inside(thoughts)}</think>{answer}".strip()

    def _end(self) -> int:
        if self.answer is None:
            self._look()
        if not self.budget:
            return self.limit
        return self.budget if self.answer is None else self.answer + self.limit

    def _inside(self, thoughts: str) -> str:
        return thoughts.strip().removeprefix(self.opening).strip()

    def _look(self) -> None:
        """Whether thoughts begin, or end, with the last token."""
        if self.opening:
            if TAGS[self.opening] in self._spelled(self.tokens[-TAIL:]):
                self.answer = len(self.tokens)
            return
        begun = self._spelled(self.tokens).lstrip().removesuffix("\ufffd")  # a token may end within a character
        self.opening = next((tag for tag in TAGS if begun.startswith(tag)), "")
        if not self.opening and not any(tag.startswith(begun) for tag in TAGS):
            self.answer = 0
            del self.tokens[self.limit :]  # what looked like a tag was none
