"""Keeps Gradio away from the proxies of the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@contextmanager
def without_proxies() -> Iterator[None]:
    """Hide the proxies while Gradio is imported: it makes an HTTP client then, which some break, and the arena never uses."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.lower() in PROXIES}
    try:
        yield
    finally:
        os.environ.update(hidden)
