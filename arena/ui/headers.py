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
ANYBODY = "*"
HUB = "'self' https://huggingface.co"
"""A Space stands in a frame of the Hub."""
ACTING = {"/submit", "/submissions", "/review"}
"""Pages on which accounts act, and reviewers. In a frame of just any site they could be made to click what they do not see."""
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


class ResponseHeaders:
    """ASGI middleware that adds the policy and `HEADERS` to every response.

    Args:
        app: what answers.
        frame_ancestors: who may show pages in a frame; Spaces and papers' pages do.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: str = ANYBODY) -> None:
        self.app = app
        self._headers = _headers(frame_ancestors)
        self._acting = _headers(HUB) if frame_ancestors == ANYBODY else self._headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = self._acting if scope["path"].rstrip("/") in ACTING else self._headers
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _headers(frame_ancestors: str) -> dict[str, str]:
    policy = {**POLICY, "frame-ancestors": frame_ancestors}
    return {"Content-Security-Policy": "; ".join(f"{directive} {sources}" for directive, sources in policy.items()), **HEADERS}
