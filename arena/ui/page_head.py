"""The head of every page: its title, our look and our link preview, in place of the preview that Gradio writes.

Gradio would take style and script too, but adds them after the page has started and rewrites the selectors on the way.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs

from markupsafe import Markup
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.resources import resource
from arena.ui.markup import render
from arena.ui.navigation import TITLE, window_title

LOOK = resource("ui/look")
"""Style, script, typefaces and icon, served as `look/`."""
THEMES = ("light", "dark")
GRADIO_TITLE = re.compile(rb'(?<=window\.gradio_config = \{)(.*?"title":)"[^"]*"')
"""Gradio has one title for all pages, and tells it to the browser among what describes them."""
GRADIO_PREVIEW = re.compile(rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*")
NO_SCRIPT = (
    b'<noscript><p class="calm-error">This page needs JavaScript. Without it you can read '
    b'<a href="leaderboard.csv">the leaderboard as a table</a>.</p></noscript>'
)
GRADIO_MANIFEST = re.compile(rb'<link rel="manifest"[^>]*>\s*')
"""Gradio names one at the root of the site, and has none."""


@dataclass(frozen=True)
class Frame:
    """What the address of a page asks of its look, such as `?embed&theme=dark` in a frame of another site."""

    embed: bool = False
    """Without head and navigation."""
    theme: str | None = None
    """Light or dark, whatever the reader's device prefers."""

    @classmethod
    def of(cls, query: str) -> "Frame":
        """As the part of an address after its question mark says; what means nothing is none."""
        asked = parse_qs(query, keep_blank_values=True, max_num_fields=None)
        theme = asked.get("theme", [""])[-1]
        return cls("embed" in asked, theme if theme in THEMES else None)

    def classes(self, *, is_embedded: bool) -> str:
        """Of the page's root, which its style reads.

        Args:
            is_embedded: whether other sites may show pages in a frame.
        """
        named = {
            "embed": self.embed,
            "dark": self.theme == "dark",
            "light": self.theme == "light",
            "no-frames": not is_embedded,
        }
        return " ".join(name for name, holds in named.items() if holds)


class PageHead:
    """ASGI middleware that rewrites the head of HTML pages.

    Args:
        app: what answers the request.
        description: the line under the title of a link to the arena, in a chat or a feed.
        is_embedded: whether other sites may show pages in a frame.
    """

    def __init__(self, app: ASGIApp, description: str, *, is_embedded: bool = True) -> None:
        self.app = app
        self._is_embedded = is_embedded
        styles, scripts = (sorted(path.name for path in LOOK.glob(f"*.{kind}")) for kind in ("css", "js"))
        # A new look has a new address, so that nobody sees the old one from a cache.
        version = hashlib.sha256(b"".join((LOOK / name).read_bytes() for name in (*styles, *scripts))).hexdigest()[:8]
        self._head = partial(
            render,
            "page_head.html",
            description=description,
            fonts=sorted(path.name for path in LOOK.glob("fonts/*.woff2")),
            styles=styles,
            version=version,
        )
        connection = Markup((LOOK / "inline" / "connection.js").read_text(encoding="utf-8"))  # noqa: S704 - our own
        self._scripts = render("page_scripts.html", connection=connection, scripts=scripts, version=version).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        body = b""

        async def send_rewritten(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
            elif start is not None and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    await self._send_page(scope, start, body, send)
            else:
                await send(message)

        await self.app(scope, receive, send_rewritten if scope["type"] == "http" else send)

    async def _send_page(self, scope: Scope, start: Message, body: bytes, send: Send) -> None:
        title = window_title(scope["path"])
        frame = Frame.of(scope["query_string"].decode("latin-1"))
        head = self._head(title=title or TITLE, theme=frame.theme).encode()
        page = GRADIO_PREVIEW.sub(b"", GRADIO_MANIFEST.sub(b"", body)).replace(b"</head>", head + b"</head>", 1)
        # Gradio's own script comes after ours, for its first events already call them.
        page = page.replace(b"<script", self._scripts + b"<script", 1)
        page = page.replace(b"<html", b'<html class="%b"' % frame.classes(is_embedded=self._is_embedded).encode(), 1)
        page = page.replace(b"<gradio-app", NO_SCRIPT + b"<gradio-app", 1)
        if title:
            page = GRADIO_TITLE.sub(rb'\1"%b"' % title.encode(), page, count=1)
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", b"%d" % len(page))]})
        await send({"type": "http.response.body", "body": page})


def _is_html(message: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in message["headers"])
