"""What visitors report of pictures: an endpoint that keeps it, the form that asks for it, and the list for whoever decides."""

from collections.abc import Callable, Sequence

from gradio.events import api
from markupsafe import Markup

from arena.errors import InputError
from arena.images import Picture
from arena.store import LONGEST_REPORT, REPORT_REASONS, Reported, Store
from arena.ui.api import errors_told
from arena.ui.markup import render
from arena.ui.pictures import thumbnail
from arena.ui.shares import REPORTS
from arena.ui.visitor_queue import counted_as

MOST_SHOWN = 50
"""Reports on the review page."""
NOT_KEPT = "report: this picture is not kept here, and nobody but you sees it; a new pair is kept once its battle is over"


def add_reports(store: Store) -> None:
    """Add the endpoint `/report` to the surrounding `gr.Blocks`."""

    def report(picture: str, reason: str, words: str = "", pair: str = "") -> dict:
        """Report a picture to whoever runs the arena: by its digest, or by the id of its pair or of a battle.

        The reason is illegal, private, hateful, sexual, rights or other. With a digest, `pair` says where it was seen.
        """
        with errors_told():
            if not store.takedowns.knows(pair or picture):
                raise InputError(NOT_KEPT)
            return {"kept": store.takedowns.report(picture, reason, words, pair)}

    api(report, api_name="report", **counted_as(REPORTS))


def report_form() -> Markup:
    """The form in which a visitor reports a picture; closed until report.js opens it."""
    return render("report_form.html", reasons=REPORT_REASONS, longest=LONGEST_REPORT)


def reports_html(reports: Sequence[Reported], picture_of: Callable[[str], Picture | None]) -> Markup:
    """What visitors reported, for reviewers, the newest first; empty where nothing was.

    Args:
        reports: the oldest first.
        picture_of: the picture with a digest; None where it cannot be shown.
    """
    newest = [(one.report, _thumbnail(picture_of(one.report.picture))) for one in reversed(reports[-MOST_SHOWN:])]
    return render("reports.html", reports=newest, total=len(reports), reasons=REPORT_REASONS)


def _thumbnail(picture: Picture | None) -> str:
    return thumbnail(picture) if picture and picture.encoded else ""
