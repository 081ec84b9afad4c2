import pytest

from arena.ui.contact import contact_html


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (None, ""),
        ("us@example.org", '<a href="mailto:us@example.org">us@example.org</a>'),
        ("a+b%@example.org", '<a href="mailto:a+b%25@example.org">a+b%@example.org</a>'),
        ("https://example.org/us", '<a href="https://example.org/us" rel="noreferrer">https://example.org/us</a>'),
        ("ask <Ada> at the desk", "ask &lt;Ada&gt; at the desk"),
        ("javascript:alert(1)@x.y", "javascript:alert(1)@x.y"),
        ('https://x"onclick="y', '<a href="https://x&#34;onclick=&#34;y" rel="noreferrer">https://x&#34;onclick=&#34;y</a>'),
    ],
)
def test_a_contact_is_a_link_where_it_can_be_one_and_never_markup(contact, shown):
    assert contact_html(contact) == shown
