"""The pages, on a server of their own."""

import os

PROXIES = [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy")]
hidden = {name: os.environ.pop(name) for name in PROXIES}
try:
    # Gradio makes an HTTP client while it is imported, which fails at some proxies that others know. The arena never uses it.
    import gradio  # noqa: F401
finally:
    os.environ.update(hidden)
