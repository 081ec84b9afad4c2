"""Repositories that are made on the Hub on loopback, and Spaces: variables, secrets, volumes, hardware, stages and logs.

https://huggingface.co/docs/hub/spaces-config-reference says what the front matter may hold.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from hub_accounts import SCOPES, Token
from hub_http import Refusal, Request, Response, checked_object
from hub_repositories import DAY, Commit, Repository
from huggingface_hub import SpaceHardware
from huggingface_hub.constants import SPACES_SDK_TYPES

if TYPE_CHECKING:
    from hub_server import Hub

HARDWARE = {hardware.value for hardware in SpaceHardware}
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)
VISIBILITIES = ("public", "private", "protected")
VOLUMES = ("bucket", "model", "dataset", "space")
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
LONGEST_DESCRIPTION = 60
METADATA: Mapping[str, type] = {
    **dict.fromkeys(("title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "python_version", "app_file"), str),
    **dict.fromkeys(("short_description", "thumbnail", "license", "startup_duration_timeout", "suggested_hardware"), str),
    **dict.fromkeys(("models", "datasets", "tags", "hf_oauth_scopes", "preload_from_hub"), list),
    **dict.fromkeys(("hf_oauth", "pinned", "fullWidth", "disable_embedding"), bool),
    **dict.fromkeys(("app_port", "hf_oauth_expiration_minutes"), int),
    "header": str,
    "custom_headers": dict,
}
"""What Spaces read, and of which type it is."""


@dataclass
class Space:
    """What a Space has beside its repository."""

    sdk: str
    hardware: str = "cpu-basic"
    sleep_seconds: int | None = None
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    volumes: list[dict[str, Any]] = field(default_factory=list)
    stages: list[str] = field(default_factory=lambda: ["BUILDING", "APP_STARTING", "RUNNING"])
    """What it is told to be doing, each time that somebody asks; the last one stays."""
    logs: dict[str, list[str]] = field(default_factory=lambda: {"build": [], "run": []})
    restarts: int = 0

    def runtime(self) -> dict[str, Any]:
        return {
            "stage": self.stages[0],
            "hardware": {"current": self.hardware, "requested": self.hardware},
            "gcTimeout": self.sleep_seconds,
            "storage": None,
            "volumes": self.volumes,
        }


def create(hub: "Hub", request: Request) -> Response:
    """Make a repository for who may write in its namespace."""
    body = request.json(
        {"name": str, "organization": str},
        {
            **dict.fromkeys(("type", "visibility", "sdk", "hardware"), str),
            **dict.fromkeys(("secrets", "variables", "volumes"), list),
            "sleepTimeSeconds": int,
        },
    )
    kind, name = f"{body.get('type', 'model')}s", f"{body['organization']}/{body['name']}"
    if not NAME.fullmatch(body["name"]):
        raise Refusal(400, f"name: {body['name']!r} is none")
    if body.get("visibility", "public") not in VISIBILITIES:
        raise Refusal(400, f"visibility: {body['visibility']} is unknown")
    writer = _writer(hub.accounts.bearer(request), body["organization"], "manage-repos")
    if (there := hub.repository(kind, name)) is not None:
        answer = {"error": "You already created this repo", "url": _address(hub, there)}
        return Response.of(answer, 409, **{"X-Error-Message": answer["error"]})
    made = Repository(name, kind, Commit("0" * 40, {}, "initial commit", writer.account.name))
    made.private = body.get("visibility") == "private"
    if kind == "spaces":
        if body.get("sdk") not in SPACES_SDK_TYPES:
            raise Refusal(400, f"sdk: {body.get('sdk')} is none")
        space = hub.spaces[name] = Space(body["sdk"])
        _set_hardware(space, body.get("hardware", space.hardware), body.get("sleepTimeSeconds"))
        space.variables |= dict(map(_keyed, body.get("variables", [])))
        space.secrets |= dict(map(_keyed, body.get("secrets", [])))
        space.volumes = [_volume(one) for one in body.get("volumes", [])]
    elif extra := body.keys() - {"name", "organization", "type", "visibility"}:
        raise Refusal(400, f"body: {', '.join(sorted(extra))}: only Spaces have that")
    hub.put_in(made)
    return Response.of({"url": _address(hub, made), "name": name, "id": "0" * 24})


def respond(
    hub: "Hub", repository: Repository, request: Request, rest: tuple[str, ...], token: Token | None
) -> Response | None:
    """The answer to what is asked of a Space alone; None for what other repositories have, too."""
    space = hub.spaces[repository.name]
    if (request.method, rest) == ("GET", ("runtime",)):
        told = {**space.runtime(), "sha": repository.head.id}
        del space.stages[: len(space.stages) > 1]
        return Response.of(told)
    if not rest or rest[0] not in ("logs", "variables", "secrets", "volumes", "hardware", "sleeptime", "restart"):
        return None
    _writer(token, repository.namespace, "write-repos")
    if request.method == "GET" and rest[0] == "logs":
        lines = "".join(f"data: {json.dumps(one)}\n\n" for one in _events(space.logs[rest[1]]))
        return Response(f"data:\n\n{lines}".encode(), 200, {"Content-Type": "text/event-stream"})
    return Response.of(_changed(space, request, rest[0]))


def _changed(space: Space, request: Request, part: str) -> dict[str, Any]:
    """What the Hub answers to a change of one part of a Space, or to a question for it."""
    match request.method, part:
        case "GET", "variables":
            return {key: {"key": key, "value": value, "updatedAt": DAY} for key, value in space.variables.items()}
        case "GET", "secrets":
            return {key: {"key": key, "updatedAt": DAY} for key in space.secrets}
        case "POST", ("variables" | "secrets"):
            key, value = _keyed(request.json({"key": str, "value": str}, {"description": str}))
            (space.variables if part == "variables" else space.secrets)[key] = value
            return {key: {"key": key, "value": value}} if part == "variables" else {}
        case "PUT", "volumes":
            space.volumes = [_volume(one) for one in request.json({"volumes": list})["volumes"]]
        case "POST", "hardware":
            change = request.json({"flavor": str}, {"sleepTimeSeconds": int})
            _set_hardware(space, change["flavor"], change.get("sleepTimeSeconds"))
        case "POST", "sleeptime":
            _set_hardware(space, space.hardware, request.json({"seconds": int})["seconds"])
        case "POST", "restart":
            request.takes("factory")
            space.restarts += 1
        case _:
            raise Refusal(405, f"{request.method} {part}: not allowed")
    return space.runtime()


def validate(request: Request) -> Response:
    """Whether the metadata of a README can be read, as the Hub tells before a commit."""
    body = request.json({"content": str, "repoType": str})
    match = re.match(r"---\n(.*?)\n---", body["content"], re.DOTALL)
    try:
        card = yaml.safe_load(match[1]) if match else {}
    except yaml.YAMLError as error:
        return Response.of({"errors": [{"message": str(error)}], "warnings": []}, 400)
    errors = _space_errors(card) if body["repoType"] == "space" else []
    told = {"errors": [{"message": one} for one in errors], "warnings": []}
    return Response.of(told, 400 if errors else 200)


def _space_errors(card: Mapping[str, Any]) -> list[str]:
    errors = [f'"{name}" is unknown' for name in card.keys() - METADATA.keys()]
    errors += [
        f'"{name}" must be a {METADATA[name].__name__}'
        for name in card
        if name in METADATA and not isinstance(card[name], METADATA[name])
    ]
    if errors:
        return errors
    errors += [
        f'"{name}" must be one of {COLOURS}' for name in ("colorFrom", "colorTo") if card.get(name, "red") not in COLOURS
    ]
    errors += [f'"hf_oauth_scopes": {scope} is unknown' for scope in card.get("hf_oauth_scopes", []) if scope not in SCOPES]
    if card.get("sdk") not in SPACES_SDK_TYPES:
        errors.append(f'"sdk" must be one of {SPACES_SDK_TYPES}')
    if len(card.get("short_description", "")) > LONGEST_DESCRIPTION:
        errors.append(f'"short_description" has more than {LONGEST_DESCRIPTION} characters')
    if not re.fullmatch(r"\d+(\.\d+)?(s|m|h)", card.get("startup_duration_timeout", "1h")):
        errors.append('"startup_duration_timeout" is no duration')
    return errors


def _writer(token: Token | None, namespace: str, scope: str) -> Token:
    if token is None:
        raise Refusal(401, "Invalid username or password.")
    if not token.may(scope) or not token.account.owns(namespace):
        raise Refusal(403, f"You don't have the rights to do that under the namespace {namespace}")
    return token


def _keyed(one: object) -> tuple[str, str]:
    value = checked_object(one, {"key": str, "value": str}, {"description": str})
    if not KEY.fullmatch(value["key"]):
        raise Refusal(400, f"key: {value['key']!r} is no name of a variable")
    return value["key"], value["value"]


def _volume(one: object) -> dict[str, Any]:
    value = checked_object(
        one, {"type": str, "source": str, "mountPath": str}, {"revision": str, "readOnly": bool, "path": str}
    )
    if value["type"] not in VOLUMES or value["source"].count("/") != 1 or not value["mountPath"].startswith("/"):
        raise Refusal(400, f"volumes: {value} is none")
    return value


def _set_hardware(space: Space, flavor: str, seconds: int | None) -> None:
    if flavor not in HARDWARE:
        raise Refusal(400, f"hardware: {flavor} is unknown")
    if flavor == "cpu-basic" and seconds is not None:
        raise Refusal(400, "sleepTimeSeconds: cannot be chosen on cpu-basic")
    space.hardware, space.sleep_seconds = flavor, seconds if seconds is not None else space.sleep_seconds


def _events(lines: Sequence[str]) -> list[dict[str, str]]:
    return [{"data": line, "timestamp": DAY} for line in lines]


def _address(hub: "Hub", repository: Repository) -> str:
    kind = "" if repository.kind == "models" else f"{repository.kind}/"
    return f"{hub.address}/{kind}{repository.name}"
