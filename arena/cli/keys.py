"""Single keys from a terminal; lines, of which the first letter counts, from anything else."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

try:
    import termios
    import tty
except ImportError:  # Windows
    termios = tty = None


@contextmanager
def single_keys() -> Iterator[None]:
    """Let a terminal give each key at once and without showing it, until the block ends. Ctrl-C stays what it is."""
    if termios is None or tty is None or not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin, termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def pressed(keys: Collection[str], at_end: str, other: Callable[[], None] = lambda: None) -> str:
    """Wait for one of these keys.

    Args:
        keys: small letters and signs.
        at_end: what the end of the input stands for.
        other: called for each other key.
    """
    takes_keys = termios is not None and sys.stdin.isatty()
    while key := sys.stdin.read(1) if takes_keys else sys.stdin.readline():
        if (small := key[0].lower()) in keys:
            return small
        other()
    return at_end
