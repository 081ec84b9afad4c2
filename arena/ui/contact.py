"""How visitors reach whoever runs the arena, as a link where it can be one."""

import re
from urllib.parse import quote

from markupsafe import Markup

MAIL = re.compile(r"[^@\s:/?]+@[^@\s:/?]+\.[^@\s:/?]+")
PAGE = re.compile(r"https?://[^\s]+")


def contact_html(contact: str | None) -> Markup:
    """A mail address and the address of a page as links, other words as they are; empty where there is none."""
    if contact is None:
        return Markup()
    if MAIL.fullmatch(contact):
        return Markup('<a href="mailto:{}">{}</a>').format(quote(contact, safe="@+"), contact)
    if PAGE.fullmatch(contact):
        return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(contact)
    return Markup("{}").format(contact)
