"""`/leaderboard.json` and `/leaderboard.csv`: the board for other programs and for spreadsheets."""

import hashlib

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from arena.battles import Arena
from arena.battles.board_files import board_csv, board_json, records_of
from arena.errors import InputError
from arena.ui.parts import line_for_visitors

FORMS = {"json": ("application/json", board_json), "csv": ("text/csv; charset=utf-8", board_csv)}
"""Ending of the address -> type and writer of its content."""


class BoardFiles:
    """Answers for the board in each of `FORMS`.

    Args:
        arena: whose board it is.
        seconds: for which an answer may be used again without a question.
    """

    def __init__(self, arena: Arena, seconds: int) -> None:
        self._arena = arena
        self._seconds = seconds

    def routes(self) -> list[Route]:
        """One for each form; `?domain=` chooses a board."""
        return [Route(f"/leaderboard.{form}", self.answer) for form in FORMS]

    def answer(self, request: Request) -> Response:
        """The board as it was counted last; 304 for who has it already. Called in a thread: a first count takes its time."""
        domain = request.query_params.get("domain") or None
        form = request.url.path.rpartition(".")[2]
        try:
            board = self._arena.leaderboard(domain)
        except Exception as error:  # noqa: BLE001 - whatever it is, a program gets one line
            line = line_for_visitors(error, "Try again later.")
            return JSONResponse({"error": line, "detail": line}, 400 if isinstance(error, InputError) else 503)
        media, write = FORMS[form]
        content = write(records_of(board.value, domain, board.as_of.battle)).encode()
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": f"public, max-age={self._seconds}"}
        if tag in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        name = f"leaderboard{f'-{domain}' if domain else ''}.{form}"
        return Response(content, headers={**headers, "Content-Disposition": f'inline; filename="{name}"'}, media_type=media)


def _tags(header: str) -> set[str]:
    """The tags of `If-None-Match`, weak ones too: RFC 9110, section 13.1.2."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
