"""Accounts of the Hub on loopback: organisations with roles, tokens with rights, and OAuth as a Space uses it.

Tokens: https://huggingface.co/docs/hub/security-tokens. OAuth and its scopes: https://huggingface.co/docs/hub/oauth.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hub_http import Refusal, Request, Response

OPENID = frozenset({"openid", "profile", "email"})
SCOPES = OPENID | {
    "read-memberships",
    "read-repos",
    "write-repos",
    "manage-repos",
    "write-discussions",
    "inference-api",
    "jobs",
}
ROLES = ("admin", "write", "contributor", "read")
SECONDS = 8 * 3600
"""How long a token of OAuth holds."""


@dataclass(frozen=True)
class Account:
    name: str
    sub: str
    """Its number, which stays when it is renamed."""
    organisations: Mapping[str, str] = field(default_factory=dict)
    """Name -> role."""

    def owns(self, namespace: str) -> bool:
        return namespace == self.name or self.organisations.get(namespace) in ("admin", "write")

    def belongs_to(self, namespace: str) -> bool:
        return namespace == self.name or namespace in self.organisations


@dataclass(frozen=True)
class Token:
    text: str
    account: Account
    kind: str
    """`read` and `write` for those of its owner, `oauth` for what an application was given."""
    scopes: frozenset[str] = frozenset()

    def may(self, scope: str) -> bool:
        if self.kind == "oauth":
            return scope in self.scopes
        return self.kind == "write" or scope.startswith("read-") or scope in OPENID


@dataclass(frozen=True)
class Client:
    """An application that may send people to sign in."""

    id: str
    secret: str
    redirects: tuple[str, ...]
    """How addresses begin that people may be sent back to."""
    scopes: frozenset[str]


@dataclass(frozen=True)
class _Grant:
    """What a code stands for, until it is exchanged."""

    client: Client
    account: Account
    redirect: str
    scopes: frozenset[str]
    nonce: str | None


class Accounts:
    """Who there is, and who may do what. `signed_in` is whose browser it is that OAuth sees."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._tokens: dict[str, Token] = {}
        self._clients: dict[str, Client] = {}
        self._grants: dict[str, _Grant] = {}
        self.signed_in: Account | None = None
        self.consents = True
        """Whether who is signed in allows what an application asks for."""

    def add(self, name: str, **organisations: str) -> Account:
        """An account, with its role in each organisation."""
        assert set(organisations.values()) <= set(ROLES)
        return Account(name, hashlib.sha1(name.encode()).hexdigest()[:24], organisations)

    def token(self, account: Account, kind: str = "read", *scopes: str) -> str:
        """A token of an account: `read`, `write`, or `oauth` with scopes."""
        assert set(scopes) <= SCOPES
        text = f"hf_{'oauth_' if kind == 'oauth' else ''}{secrets.token_hex(17)}"
        self._tokens[text] = Token(text, account, kind, frozenset(scopes))
        return text

    def client(self, *redirects: str, scopes: frozenset[str] = SCOPES) -> Client:
        """An application with an id and a secret of its own."""
        client = Client(secrets.token_hex(8), secrets.token_hex(16), redirects, scopes)
        self._clients[client.id] = client
        return client

    def bearer(self, request: Request) -> Token | None:
        """Whose token a request bears; None for who bears none."""
        if (text := request.bearer()) is None:
            return None
        if text not in self._tokens:
            raise Refusal(401, "Invalid credentials in Authorization header")
        return self._tokens[text]

    def respond(self, request: Request) -> Response | None:
        """The answer to what is asked of accounts; None for what is not."""
        answer: dict[str, Any] | None = None
        match request.method, request.path:
            case "GET", ("api", "whoami-v2"):
                answer = _whoami(self._known(request))
            case "GET", (".well-known", "openid-configuration"):
                answer = self._configuration()
            case "GET", ("oauth", "jwks"):
                answer = {"keys": [_key(client) for client in self._clients.values()]}
            case "GET", ("oauth", "authorize"):
                return self._authorize(request)
            case "POST", ("oauth", "token"):
                answer = self._exchange(request)
            case "GET" | "POST", ("oauth", "userinfo"):
                answer = _claims(self._known(request))
        return Response.of(answer) if answer is not None else None

    def _known(self, request: Request) -> Token:
        request.takes()
        token = self.bearer(request)
        if token is None:
            raise Refusal(401, "Invalid username or password.")
        return token

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self._address,
            "authorization_endpoint": f"{self._address}/oauth/authorize",
            "token_endpoint": f"{self._address}/oauth/token",
            "userinfo_endpoint": f"{self._address}/oauth/userinfo",
            "jwks_uri": f"{self._address}/oauth/jwks",
            "scopes_supported": sorted(SCOPES),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["HS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    def _authorize(self, request: Request) -> Response:
        request.takes("client_id", "redirect_uri", "response_type", "scope", "state", "nonce")
        client = self._clients.get(request.text("client_id") or "")
        redirect = request.text("redirect_uri") or ""
        scopes = frozenset((request.text("scope") or "").split())
        if client is None:
            raise Refusal(400, "client_id: unknown")
        if not redirect.startswith(client.redirects):
            raise Refusal(400, f"redirect_uri: {redirect} is none of the application")
        if request.text("response_type") != "code":
            raise Refusal(400, "response_type: is not code")
        if not scopes or not scopes <= client.scopes:
            raise Refusal(400, f"scope: {' '.join(sorted(scopes - client.scopes))} is none of the application")
        if self.signed_in is None:
            raise Refusal(401, "Nobody is signed in")
        state = request.text("state")
        answer = {"state": state} if state else {}
        if self.consents:
            code = answer["code"] = secrets.token_hex(16)
            self._grants[code] = _Grant(client, self.signed_in, redirect, scopes, request.text("nonce"))
        else:
            answer["error"] = "access_denied"
        return Response(status=302, headers={"Location": f"{redirect}{'&' if '?' in redirect else '?'}{urlencode(answer)}"})

    def _exchange(self, request: Request) -> dict[str, Any]:
        form = request.form(("grant_type", "code", "redirect_uri"), ("client_id", "client_secret"))
        name, secret = _credentials(request, form)
        grant = self._grants.pop(form["code"][0], None)
        if form["grant_type"] != ["authorization_code"] or grant is None or form["redirect_uri"] != [grant.redirect]:
            raise Refusal(400, "invalid_grant")
        if (name, secret) != (grant.client.id, grant.client.secret):
            raise Refusal(401, "invalid_client")
        text = self.token(grant.account, "oauth", *grant.scopes)
        answer = {"access_token": text, "token_type": "bearer", "expires_in": SECONDS, "scope": " ".join(sorted(grant.scopes))}
        if "openid" in grant.scopes:
            now = int(time.time())
            claims = {"iss": self._address, "aud": grant.client.id, "iat": now, "exp": now + SECONDS, "nonce": grant.nonce}
            answer["id_token"] = _signed(grant.client, claims | _claims(self._tokens[text]))
        return answer


def _credentials(request: Request, form: Mapping[str, list[str]]) -> tuple[str, str]:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        name, _, secret = base64.b64decode(value).decode().partition(":")
        return name, secret
    return form.get("client_id", [""])[0], form.get("client_secret", [""])[0]


def _whoami(token: Token) -> dict[str, Any]:
    account = token.account
    organisations = [
        {"type": "org", "id": _id(name), "name": name, "roleInOrg": role} for name, role in account.organisations.items()
    ]
    auth: dict[str, Any] = {"type": "oauth" if token.kind == "oauth" else "access_token"}
    if token.kind != "oauth":
        auth["accessToken"] = {"displayName": "for tests", "role": token.kind}
    return {"type": "user", "id": account.sub, "name": account.name, "isPro": False, "orgs": organisations, "auth": auth}


def _claims(token: Token) -> dict[str, Any]:
    """What a token tells of who gave it, as far as its scopes go."""
    account, home = token.account, f"https://huggingface.co/{token.account.name}"
    claims: dict[str, Any] = {"sub": account.sub}
    if token.may("profile"):
        claims |= {"name": account.name.title(), "preferred_username": account.name, "profile": home, "isPro": False}
        claims |= {"picture": f"{home}/avatar.svg", "website": None}
        claims["orgs"] = [
            _organisation(name, role, told=token.may("read-memberships")) for name, role in account.organisations.items()
        ]
    if token.may("email"):
        claims |= {"email": f"{account.name}@example.org", "email_verified": True}
    return claims


def _organisation(name: str, role: str, *, told: bool) -> dict[str, Any]:
    organisation = {"sub": _id(name), "name": name.title(), "preferred_username": name, "picture": "", "isEnterprise": False}
    return organisation | ({"roleInOrg": role} if told else {})


def _id(name: str) -> str:
    return hashlib.sha1(f"organisation {name}".encode()).hexdigest()[:24]


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _key(client: Client) -> dict[str, str]:
    return {"kty": "oct", "kid": client.id, "alg": "HS256", "k": _base64(client.secret.encode())}


def _signed(client: Client, claims: Mapping[str, Any]) -> str:
    """A JSON Web Token (RFC 7519), signed with the secret of the application."""
    parts = ({"alg": "HS256", "typ": "JWT", "kid": client.id}, claims)
    text = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_base64(hmac.digest(client.secret.encode(), text.encode(), 'sha256'))}"
