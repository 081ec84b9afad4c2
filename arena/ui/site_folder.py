"""The arena in a folder of a larger site: behind a proxy that takes the folder away from what it passes on, or that does not.

Inside, no address has the folder: all that looks at addresses stays as it is. Pages name each other relatively, and Gradio is
told the folder for what it asks of itself.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.ui.clients import Clients


class SiteFolder:
    """ASGI middleware that takes the folder from the addresses that are asked for, and puts it in front of those sent back.

    Args:
        app: what answers.
        folder: such as `/arena`; None where the arena has a site of its own.
    """

    def __init__(self, app: ASGIApp, folder: str | None = None) -> None:
        self.app = app
        self._folder = folder or ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._folder or scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] == self._folder:
            # Relative addresses of the page would lead out of the folder.
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"{self._folder}/{'?' if query else ''}{query}")(scope, receive, send)
        else:
            await self.app(self._inside(scope), receive, self._outward(scope, send))

    def _inside(self, scope: Scope) -> Scope:
        path = scope["path"].removeprefix(self._folder) if scope["path"].startswith(f"{self._folder}/") else scope["path"]
        # Starlette makes whole addresses with the first of these, and looks for what answers without the second.
        return {**scope, "path": path, "raw_path": path.encode(), "app_root_path": self._folder, "root_path": ""}

    def _outward(self, scope: Scope, send: Send) -> Send:
        async def send_outward(message: Message) -> None:
            if message["type"] == "http.response.start" and "location" in (headers := MutableHeaders(scope=message)):
                headers["location"] = self._outside(headers["location"], Headers(scope=scope).get("host", ""))
            await send(message)

        return send_outward

    def _outside(self, location: str, host: str) -> str:
        """A place to go to, with the folder where it is one of ours without."""
        parts = urlsplit(location)
        is_ours = parts.path.startswith("/") and parts.netloc in ("", host)
        if not is_ours or f"{parts.path}/".startswith(f"{self._folder}/"):
            return location
        return parts._replace(path=self._folder + parts.path).geturl()


class VisitorScheme:
    """ASGI middleware that knows by which scheme visitors ask: proxies that are trusted tell it, others are not believed.

    Args:
        app: what answers.
        clients: which proxies are trusted.
    """

    def __init__(self, app: ASGIApp, clients: Clients) -> None:
        self.app = app
        self._clients = clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = Headers(scope=scope).get("x-forwarded-proto") if scope["type"] == "http" else None
        if told is not None:
            first = told.partition(",")[0].strip().lower()
            is_known = first in ("http", "https") and self._clients.trusts_peer(scope)
            scheme = first if is_known else scope["scheme"]
            # It stays, for it says that somebody else passed the request on.
            others = [(name, value) for name, value in scope["headers"] if name != b"x-forwarded-proto"]
            scope = {**scope, "scheme": scheme, "headers": [*others, (b"x-forwarded-proto", scheme.encode())]}
        await self.app(scope, receive, send)
