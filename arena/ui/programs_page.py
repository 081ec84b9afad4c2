"""The page for people who write programs: how to ask the arena, in several languages, and every endpoint."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio_client.utils import json_schema_to_python_type, python_type_to_json_schema

from arena.ui.markup import render
from arena.ui.parts import INTERNAL, html

ANYWHERE = "http://localhost:7860"
"""Address in examples, until the browser puts in that of this arena."""


@dataclass(frozen=True)
class Endpoint:
    """One function for programs, as the page describes it."""

    name: str
    parameters: str
    paragraphs: Sequence[str]
    result: str
    """Its type, as Python writes it."""


def programs_page(endpoints: Sequence[Callable[..., Any]], page: gr.Blocks) -> None:
    """Build the page into the surrounding `gr.Blocks`.

    Args:
        endpoints: functions for programs.
        page: which is opened.
    """
    described = [endpoint_of(one) for one in endpoints]
    html(render("programs.html", address=ANYWHERE, endpoints=described), elem_id="programs", elem_classes="text")
    page.load(None, None, None, js=f"() => window.arenaPrograms.showAddress('{ANYWHERE}')", **INTERNAL)


def endpoint_of(function: Callable[..., Any]) -> Endpoint:
    """What the signature and the docstring of a function say."""
    signature = inspect.signature(function)
    parameters = ", ".join(
        name if one.default is inspect.Parameter.empty else f'{name}="{one.default}"'
        for name, one in signature.parameters.items()
    )
    paragraphs = [" ".join(part.split()) for part in (inspect.getdoc(function) or "").split("\n\n")]
    result = json_schema_to_python_type(python_type_to_json_schema(signature.return_annotation))
    return Endpoint(function.__name__, parameters, [part.replace("`", "") for part in paragraphs], _in_lines(result))


def _in_lines(type_: str, indent: str = "  ") -> str:
    """A type with each of its fields on a line of its own."""
    lines, depth, at = [""], 0, 0
    while at < len(type_):
        if type_.startswith("dict(", at):
            depth += 1
            lines[-1] += "{"
            lines.append(indent * depth)
            at += len("dict(")
            continue
        character = type_[at]
        if character == ")":
            depth -= 1
            lines.append(indent * depth + "}")
        elif type_.startswith(", ", at) and depth and _between_fields(type_, at):
            lines[-1] += ","
            lines.append(indent * depth)
            at += 1
        else:
            lines[-1] += character
        at += 1
    return "\n".join(lines)


def _between_fields(type_: str, at: int) -> bool:
    """Whether the comma there ends a field, and stands in no brackets."""
    start = max(type_.rfind("dict(", 0, at), 0)
    part = type_[start:at]
    return part.count("[") == part.count("]")
