"""What a link to the arena looks like in a chat or a feed: ours, in place of the one that Gradio writes into every page."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.ui.markup import render

GRADIO_PREVIEW = re.compile(rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*")


class LinkPreview:
    """ASGI middleware that replaces the preview in HTML pages."""

    def __init__(self, app: ASGIApp, title: str, description: str) -> None:
        self.app = app
        self.preview = render("link_preview.html", title=title, description=description).encode()

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
                    await self._send_page(start, body, send)
            else:
                await send(message)

        await self.app(scope, receive, send_rewritten if scope["type"] == "http" else send)

    async def _send_page(self, start: Message, body: bytes, send: Send) -> None:
        page = GRADIO_PREVIEW.sub(b"", body).replace(b"</head>", self.preview + b"</head>", 1)
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", b"%d" % len(page))]})
        await send({"type": "http.response.body", "body": page})


def _is_html(message: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in message["headers"])
