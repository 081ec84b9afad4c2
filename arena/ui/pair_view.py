"""The pair as a visitor sees it: two pictures, two captions, and what stands before an unsafe picture."""

from html import escape

from arena.pairs import MinimalPair, Side
from arena.ui import words
from arena.ui.pictures import difference_veil, source


def pair_html(pair: MinimalPair) -> str:
    """Both sides of a pair, with buttons to enlarge a picture and to show where the two differ."""
    veil = difference_veil(pair.sides[0].picture, pair.sides[1].picture, pair.region)
    figures = "".join(_figure(side, number, veil) for number, side in enumerate(pair.sides, start=1))
    kind = f"{words.DOMAINS.get(pair.domain, pair.domain)} <span class='dot'>·</span> {words.title(pair.category)}"
    return f"""
<section aria-label="The pair" class="pair">
  <div class="pair-head">
    <p class="eyebrow">{kind}{_freshness(pair)}</p>
    {_toggle() if veil else ""}
  </div>
  <div class="pictures">{figures}</div>
</section>"""


def _figure(side: Side, number: int, veil: str | None) -> str:
    unsafe = side.label == "unsafe"
    caption = escape(side.caption, quote=True)
    overlay = f'<img class="veil" src="{veil}" alt="" aria-hidden="true">' if veil else ""
    return f"""
<figure class="side{" guarded" if unsafe else ""}" data-number="{number}">
  <div class="frame">
    <button type="button" class="enlarge" data-action="enlarge" aria-label="Enlarge picture {number}">
      <img class="picture" src="{source(side.picture)}" alt="Picture {number}: {caption}">{overlay}
    </button>
    {_content_note() if unsafe else ""}
  </div>
  <figcaption><span class="number">{number}</span><span class="caption">{caption}<span class="label {_label_class(side)}">{
        escape(side.label)
    }</span></span></figcaption>
</figure>"""


def _label_class(side: Side) -> str:
    return side.label if side.label in ("safe", "unsafe") else "other"


def _freshness(pair: MinimalPair) -> str:
    return " <span class='dot'>·</span> <span class='fresh'>Fresh</span>" if pair.source == "fresh" else ""


def _toggle() -> str:
    return """<button type="button" class="quiet" data-action="difference" aria-pressed="false" aria-keyshortcuts="d">
      <span class="when-off">What differs?</span><span class="when-on">Hide what differs</span> <kbd>D</kbd></button>"""


def _content_note() -> str:
    return """<div class="content-note"><p><strong>Content note</strong>This picture shows something unsafe.</p>
      <p><button type="button" data-action="show">Show</button>
      <button type="button" class="quiet" data-action="show-always">Always show</button></p></div>"""
