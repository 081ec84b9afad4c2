"""Single keys from a terminal; whole lines, of which the first letter counts, from anything else."""

import sys
from collections.abc import Collection

try:
    import termios
    import tty
except ImportError:  # Windows
    termios = tty = None


def pressed(keys: Collection[str], at_end: str) -> str:
    """Wait for one of these keys, whatever else is pressed meanwhile.

    Args:
        keys: small letters and signs.
        at_end: what the end of the input stands for.
    """
    while True:
        key = _key().lower()
        if key in keys:
            return key
        if not key:
            return at_end


def _key() -> str:
    """The next key; empty at the end of the input."""
    if termios is None or tty is None or not sys.stdin.isatty():
        return sys.stdin.readline()[:1]
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)  # leaves Ctrl-C as it is
        return sys.stdin.read(1)
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
