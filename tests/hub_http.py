"""Requests and answers of the Hub on loopback: read strictly, so that what its API does not know is refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

MAX_BODY = 10**8


class Refusal(Exception):
    """An answer of the Hub that refuses, with the headers by which huggingface_hub tells reasons apart."""

    def __init__(self, status: int, message: str, code: str = "", **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {}), **headers}


@dataclass(frozen=True)
class Request:
    method: str
    path: tuple[str, ...]
    """Segments of the path, each unquoted."""
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes = b""

    @classmethod
    def read(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> "Request":
        parts = urlsplit(target)
        path = tuple(unquote(segment) for segment in parts.path.strip("/").split("/"))
        query = parse_qs(parts.query, keep_blank_values=True)
        return cls(method, path, query, {name.lower(): value for name, value in headers.items()}, body)

    def text(self, name: str) -> str | None:
        """A parameter of the query that stands once at most."""
        values = self.query.get(name, [])
        if len(values) > 1:
            raise Refusal(400, f"query: {name} stands {len(values)} times")
        return values[0] if values else None

    def switch(self, name: str) -> bool:
        value = (self.text(name) or "false").lower()
        if value not in ("true", "false", "1", "0"):
            raise Refusal(400, f"query: {name}: {value!r} is neither true nor false")
        return value in ("true", "1")

    def takes(self, *names: str) -> None:
        """Refuse parameters of the query other than these."""
        if unknown := self.query.keys() - set(names):
            raise Refusal(400, f"query: {', '.join(sorted(unknown))}: unknown")

    def json(self, fields: Mapping[str, type], optional: Mapping[str, type] | None = None) -> dict[str, Any]:
        """The object that the body holds, with these fields and no others."""
        if not self.headers.get("content-type", "").startswith(("application/json", "application/vnd.git-lfs+json")):
            raise Refusal(400, "content-type: is not application/json")
        return checked_object(_parsed(self.body), fields, optional)

    def lines(self) -> list[dict[str, Any]]:
        """The objects that the body holds, one a line."""
        if self.headers.get("content-type") != "application/x-ndjson":
            raise Refusal(400, "content-type: is not application/x-ndjson")
        return [checked_object(_parsed(line), {"key": str, "value": dict}) for line in self.body.splitlines()]

    def form(self, fields: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, list[str]]:
        """The fields of a form that the body holds, with these fields and no others."""
        if not self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise Refusal(400, "content-type: is not application/x-www-form-urlencoded")
        form = parse_qs(self.body.decode(), keep_blank_values=True)
        if missing := set(fields) - form.keys():
            raise Refusal(400, f"body: {', '.join(sorted(missing))}: missing")
        if unknown := form.keys() - {*fields, *optional}:
            raise Refusal(400, f"body: {', '.join(sorted(unknown))}: unknown")
        return form

    def bearer(self) -> str | None:
        """The token that the request bears."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else None


@dataclass(frozen=True)
class Response:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> "Response":
        return cls(json.dumps(value).encode(), status, {"Content-Type": "application/json", **headers})


def checked_object(value: object, fields: Mapping[str, type], optional: Mapping[str, type] | None = None) -> dict[str, Any]:
    """An object of JSON with these fields of these types, and no others."""
    optional = optional or {}
    if not isinstance(value, dict):
        raise Refusal(400, "body: is no object")
    if missing := fields.keys() - value.keys():
        raise Refusal(400, f"body: {', '.join(sorted(missing))}: missing")
    if unknown := value.keys() - fields.keys() - optional.keys():
        raise Refusal(400, f"body: {', '.join(sorted(unknown))}: unknown")
    for name, kind in {**fields, **optional}.items():
        if name in value and not isinstance(value[name], kind):
            raise Refusal(400, f"body: {name}: is no {kind.__name__}")
    return value


def _parsed(text: bytes) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise Refusal(400, "body: is no JSON") from None
