"""What every response says to the browser: ask no other host, and who may embed the page."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = {
    "default-src": "'self'",
    # Gradio starts from inline scripts and compiles its HTML templates in the browser.
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
}
"""Content-Security-Policy of every page, but for who may show it in a frame."""
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


class ResponseHeaders:
    """ASGI middleware that adds the policy and `HEADERS` to every response.

    Args:
        app: what answers.
        frame_ancestors: who may show pages in a frame; Spaces and papers' pages do.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: str = "*") -> None:
        self.app = app
        policy = {**POLICY, "frame-ancestors": frame_ancestors}
        self._headers = {
            "Content-Security-Policy": "; ".join(f"{directive} {sources}" for directive, sources in policy.items()),
            **HEADERS,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
