import pytest

from arena.errors import ImageError
from arena.settings import Settings
from arena.ui.upload_policy import TERMS, UploadPolicy, check_terms

HERE = ({"host": "localhost:7860"}, "127.0.0.1")
ELSEWHERE = ({"host": "arena.example.org", "x-forwarded-for": "8.8.8.8"}, "127.0.0.1")
ALL = ",".join(TERMS)


@pytest.mark.parametrize(
    ("settings", "here", "elsewhere", "notice"),
    [
        ({}, True, False, None),
        ({"uploads": True}, True, False, None),
        ({"uploads": True, "contact": "us"}, True, True, None),
        ({"uploads": False, "contact": "us"}, False, False, "off by ARENA_UPLOADS"),
        ({"host": "0.0.0.0"}, False, False, "ARENA_UPLOADS=1 with ARENA_CONTACT"),
        ({"host": "0.0.0.0", "contact": "us"}, False, False, "ARENA_UPLOADS=1"),
        ({"host": "0.0.0.0", "uploads": True}, False, False, "until ARENA_CONTACT"),
        ({"host": "0.0.0.0", "uploads": True, "contact": "us"}, True, True, None),
    ],
)
def test_strangers_upload_where_the_operator_wants_them_to_and_names_a_contact(settings, here, elsewhere, notice):
    policy = UploadPolicy.of(Settings(**settings))
    assert (policy.allows(*HERE), policy.allows(*ELSEWHERE)) == (here, elsewhere)
    assert policy.somebody == (here or elsewhere) == (policy.notice is None)
    assert (notice or "") in (policy.notice or "")


def test_a_picture_comes_with_agreement_to_every_point():
    assert len(TERMS) == 4
    check_terms(ALL)
    check_terms(", ".join(sorted(TERMS)))
    for name, words in TERMS.items():
        with pytest.raises(ImageError) as caught:
            check_terms(",".join(one for one in TERMS if one != name))
        assert words in str(caught.value)
    for nothing in ("", "on", "true", "right,person,adult"):
        with pytest.raises(ImageError, match="agree to all 4 points"):
            check_terms(nothing)
