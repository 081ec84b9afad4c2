"""What an event brings to its function, checked before it is queued: Gradio would find out late, and as an error of the server.

Every complaint is an `InputError`: one line for whoever sent it.
"""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import gradio as gr
import orjson
from gradio.block_function import BlockFunction
from gradio.blocks import Block
from gradio.components import Component
from gradio.components.api_component import Api

from arena.errors import InputError

SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)
"""What browsers and programs make up to name their session."""
KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
"""Type in a JSON schema -> what a value of it is read as."""
Value = TypeVar("Value")
WORDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


class UnknownFunction(InputError):
    """An event for a function that is not there."""


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body holds.

    Raises:
        InputError: it holds none, or numbers or characters that JSON does not have.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError(f"body: is no JSON ({error})") from None
    if not isinstance(value, dict):
        raise InputError(f"body: is {_kind(value)}; send an object")
    return value


def page_event(blocks: gr.Blocks, body: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a page that a body describes, and nothing else of it.

    Raises:
        UnknownFunction: the pages have no such function.
        InputError: its function does not take what it brings.
    """
    number = _field(body, "fn_index", int)
    function = blocks.fns.get(number)
    if function is None or function.fn is None:
        raise UnknownFunction(f"fn_index: there is no function {number}; load the page again")
    session = _session(body)
    trigger = body.get("trigger_id")
    return {
        "fn_index": number,
        "session_hash": session,
        "data": _checked(blocks, function, _field(body, "data", list), session),
        "trigger_id": trigger if type(trigger) is int else None,
        "event_data": body.get("event_data") if function.collects_event_data else None,
    }


def call(blocks: gr.Blocks, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A program's call of a named endpoint with a list of values.

    Raises:
        UnknownFunction: there is no such endpoint.
        InputError: it does not take these values.
    """
    function = endpoint(blocks, name)
    session = _session(body) if body.get("session_hash") is not None else None
    data = _checked(blocks, function, _field(body, "data", list), session)
    return {"data": data} if session is None else {"data": data, "session_hash": session}


def call_by_names(blocks: gr.Blocks, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a name before each value; what is not named has its default.

    Raises:
        UnknownFunction: there is no such endpoint.
        InputError: it does not take these values.
    """
    function = endpoint(blocks, name)
    try:
        bound = inspect.signature(function.fn or call).bind(**body)
    except TypeError as error:
        raise InputError(f"{name}: {error}") from None
    bound.apply_defaults()
    return {"data": _checked(blocks, function, list(bound.arguments.values()), None)}


def cancellation(body: Mapping[str, Any]) -> dict[str, Any]:
    """What ends an event.

    Raises:
        InputError: it does not say which.
    """
    return {
        "session_hash": _session(body),
        "fn_index": _field(body, "fn_index", int),
        "event_id": _field(body, "event_id", str),
    }


def reset(body: Mapping[str, Any]) -> dict[str, Any]:
    """What tells that an event was ended.

    Raises:
        InputError: it does not say which.
    """
    return {"event_id": _field(body, "event_id", str)}


def endpoint(blocks: gr.Blocks, name: str) -> BlockFunction:
    """The function that programs call by this name.

    Raises:
        UnknownFunction: there is no such endpoint.
    """
    for function in blocks.fns.values():
        if function.api_name == name and function.api_visibility != "private" and function.fn is not None:
            return function
    raise UnknownFunction(f"{name}: there is no such endpoint; /gradio_api/info lists them")


def _checked(blocks: gr.Blocks, function: BlockFunction, values: Sequence[Any], session: str | None) -> list[Any]:
    """The values, each of which its input takes."""
    inputs = function.inputs
    if len(values) != len(inputs):
        raise InputError(f"data: {len(values)} values for {function.name}, which takes {len(inputs)}")
    taken = zip(_names(function), inputs, values, strict=True)
    return [_value(name, _of_session(blocks, given, session), value) for name, given, value in taken]


def _names(function: BlockFunction) -> list[str]:
    """What the inputs are called: by the function's parameters where programs know these."""
    if function.inputs and isinstance(function.inputs[0], Api):
        return list(inspect.signature(function.fn or call).parameters)
    return [getattr(given, "label", None) or f"value {number}" for number, given in enumerate(function.inputs, 1)]


def _of_session(blocks: gr.Blocks, given: Block, session: str | None) -> Block:
    """The input as this session's page has it: with the choices that an event before gave it."""
    state = blocks.state_holder.session_data.get(session) if session else None
    return state.blocks_config.blocks.get(given._id, given) if state else given  # noqa: SLF001 - no other way to its id


def _value(name: str, given: Block, value: Any) -> Any:
    """What an input takes for the value that was sent."""
    if not isinstance(given, Component):
        return value
    kind = given.api_info().get("type", "")
    if value is None and not isinstance(given, Api):  # an input of a page that nobody has filled
        value = "" if isinstance(given, gr.Textbox | gr.HTML) else None
    elif not _is(kind, value):
        raise InputError(f"{name}: is {_not(WORDS[KINDS[kind][0]], value)}")
    try:
        given.preprocess(value)
    except Exception:  # noqa: BLE001 - whatever a component complains about, it is the value
        raise InputError(f"{name}: {str(value)[:80]!r} cannot be chosen here; load the page again") from None
    return value


def _not(wanted: str, value: Any) -> str:
    return f"{_kind(value)}, not {wanted if wanted != _kind(value) else 'a whole one'}"


def _is(kind: str, value: Any) -> bool:
    if kind not in KINDS:
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, KINDS[kind])


def _session(body: Mapping[str, Any]) -> str:
    session = _field(body, "session_hash", str)
    if not SESSION.fullmatch(session):
        raise InputError("session_hash: is to be 1 to 64 letters, digits, - and _")
    return session


def _field(body: Mapping[str, Any], name: str, kind: type[Value]) -> Value:
    if name not in body:
        raise InputError(f"{name}: is missing")
    value = body[name]
    if type(value) is not kind:
        raise InputError(f"{name}: is {_not(WORDS[kind], value)}")
    return value


def _kind(value: Any) -> str:
    return "null" if value is None else WORDS.get(type(value), type(value).__name__)
