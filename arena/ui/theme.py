"""The arena's own look, as far as Gradio draws it; the rest is style.css.

Two typefaces of one family, served from here so that no page asks another host: Source Serif for what is read, Source Sans for
what is used. Colours are variables of style.css, which know light and dark, so every `_dark` value is the same word.
"""

from gradio.themes import Base
from gradio.themes.utils.sizes import radius_sm, text_md

INK, PAPER, CARD, LINE, FAINT, ACCENT = (f"var(--{name})" for name in ("ink", "paper", "card", "line", "faint", "accent"))


def theme() -> Base:
    """The theme, in light and dark."""
    look = Base(
        font=["Source Sans 3", "system-ui", "sans-serif"],
        font_mono=["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"],
        radius_size=radius_sm,
        text_size=text_md,
    )
    colours = {
        "body_background_fill": PAPER,
        "body_text_color": INK,
        "body_text_color_subdued": FAINT,
        "background_fill_primary": PAPER,
        "background_fill_secondary": CARD,
        "block_background_fill": "transparent",
        "block_border_color": LINE,
        "block_label_background_fill": "transparent",
        "border_color_primary": LINE,
        "border_color_accent": ACCENT,
        "color_accent_soft": CARD,
        "link_text_color": ACCENT,
        "link_text_color_hover": INK,
        "link_text_color_visited": ACCENT,
        "input_background_fill": "transparent",
        "input_border_color": LINE,
        "input_border_color_focus": ACCENT,
        "button_secondary_background_fill": CARD,
        "button_secondary_background_fill_hover": LINE,
        "button_secondary_border_color": LINE,
        "button_secondary_text_color": INK,
    }
    return look.set(**colours, **{f"{name}_dark": colour for name, colour in colours.items()})
