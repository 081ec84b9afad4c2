"""Turns values into pieces of a page. Templates escape what they are given, for strangers wrote captions and replies."""

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from arena.resources import resource
from arena.ui import words

_TEMPLATES = Environment(
    loader=FileSystemLoader(resource("ui/templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals["zip"] = zip
_TEMPLATES.filters |= {
    "title_case": words.title,
    "rating": words.rating,
    "percent": words.percent,
    "bounds": lambda ends: words.bounds(*ends),
    "rating_or_bound": lambda row: words.rating_or_bound(row.rating, row.low, row.high),
    "interval_or_record": lambda row: words.interval_or_record(row.rating, row.low, row.high),
    "change": lambda ends: words.change(*ends),
    "score": lambda value, share: words.score(value, share=share),
    "points": words.points,
    "p_value": words.p_value,
    "between": lambda estimate, share: words.between(estimate, share=share),
}


def render(template: str, **values: Any) -> Markup:
    """The piece of a page that `template` makes of `values`; safe to put into another template."""
    return Markup(_TEMPLATES.get_template(template).render(**values))  # noqa: S704 - escaped by the template


def error_html(line: str) -> Markup:
    """An error's one line, as a sentence in the middle of the page."""
    return Markup('<p class="calm-error" role="alert">{}</p>').format(words.sentence(line))
