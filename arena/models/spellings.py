"""How a tokenizer may spell the options of a probe."""

from collections.abc import Sequence
from typing import Any


class Spellings:
    """The tokens that stand for an option.

    Args:
        tokenizer: of the model.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, frozenset[int]] = {}

    def single_tokens(self, options: Sequence[str]) -> list[frozenset[int]]:
        """For each option the tokens that spell it, without those that spell another option too."""
        spelled = [self._spelled(option) for option in options]
        return [ids.difference(*(other for other in spelled if other is not ids)) for ids in spelled]

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text by itself."""
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _spelled(self, option: str) -> frozenset[int]:
        if option not in self._known:
            words = {option} if len(option) == 1 else {option, option.lower(), option.capitalize()}
            encoded = [self.tokens(space + word) for word in words for space in ("", " ")]
            singles = [ids[0] for ids in encoded if len(ids) == 1]
            self._known[option] = frozenset(token for token in singles if self._tokenizer.decode([token]).strip() in words)
        return self._known[option]
