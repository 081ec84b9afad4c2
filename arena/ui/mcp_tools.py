"""The arena as tools of the Model Context Protocol, for assistants: the same battles, with the same secrecy.

Gradio could make tools of its endpoints. It would ask itself for each over HTTP, from one address that stands for everybody, so
that no caller would have a share of its own; and pictures would be text in JSON.
"""

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from mcp.server.fastmcp import Context, FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import CallToolResult, ContentBlock, ImageContent, TextContent, ToolAnnotations
from pydantic import Field
from starlette.requests import Request

from arena import __version__
from arena.battles import VOTES
from arena.pairs import DOMAINS, MinimalPair
from arena.ui import shares
from arena.ui.admission import Admission, Crowded
from arena.ui.mcp_requests import client_has_gone
from arena.ui.parts import line_for_visitors
from arena.ui.pictures import small_enough
from arena.ui.program_types import BattleText, BoardRowJson, ModelReportJson, PairText, RevealJson, SubmissionJson
from arena.ui.program_values import battle_text, board_rows, model_json, pair_text, reveal_json, submission_json
from arena.ui.programs import Programs

T = TypeVar("T")
AT_ONCE = {shares.BATTLES: 16}
"""Calls of a kind that are worked on at once; others wait. Who wants to read waits for no battle."""
OTHERS_AT_ONCE = 8
"""The same of each other kind."""
ANY_HOST = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""The library would answer only who calls the arena by a name of this machine. Pages of other sites are for `OtherSites`."""
INSTRUCTIONS = """Two anonymous vision-language models answer the same questions about a minimal pair: two pictures and two
captions that differ in one detail that matters. Call `battle`, look at both pictures, read the answers, then call `vote` with
the `battle` that you were given: the answer says who played. Nobody learns who plays before the vote."""
READ_ONLY = ToolAnnotations(readOnlyHint=True, openWorldHint=False)
Filter = Annotated[str, Field(description="only such pairs; empty for any")]
Domain = Annotated[str, Field(description="empty for any", json_schema_extra={"enum": ["", *DOMAINS]})]
Choice = Annotated[str, Field(description="who did better; `skip` tells without a vote", json_schema_extra={"enum": [*VOTES]})]
"""The arena itself checks what is chosen, and says in one line what is wrong."""


def mcp_tools(programs: Programs, admission: Admission) -> FastMCP:
    """A server of tools without sessions: whoever knows the id of a battle may judge it.

    Args:
        programs: answers.
        admission: who may ask how often.
    """
    server = FastMCP(
        "Minimal-Pair Arena",
        INSTRUCTIONS,
        json_response=True,
        stateless_http=True,
        log_level="ERROR",
        transport_security=ANY_HOST,
    )
    server._mcp_server.version = __version__  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # not that of `mcp`
    calls = _Calls(admission)

    @server.tool(annotations=ToolAnnotations(readOnlyHint=False, destructiveHint=False, openWorldHint=False))
    async def battle(
        context: Context,
        domain: Domain = "",
        category: Filter = "",
        source: Filter = "",
    ) -> Annotated[CallToolResult, BattleText]:
        """Play a battle between two anonymous models on a minimal pair. Gives both pictures, captions and all answers."""
        request = _request(context)
        view = await calls.run(
            request, shares.BATTLES, lambda: programs.battle(domain, category, source, client_has_gone(request))
        )
        return _with_pictures(battle_text(view), view.pair)

    @server.tool(annotations=ToolAnnotations(readOnlyHint=False, destructiveHint=False, idempotentHint=True))
    async def vote(
        context: Context,
        battle: Annotated[str, Field(description="what the tool `battle` gave under this name")],
        choice: Choice,
    ) -> RevealJson:
        """Judge a battle, once. The answer says who played, and how the arena's own score saw it."""
        return await calls.run(_request(context), shares.VOTES, lambda: reveal_json(programs.vote(battle, choice)))

    @server.tool(annotations=READ_ONLY)
    async def leaderboard(context: Context, domain: Domain = "") -> list[BoardRowJson]:
        """The ratings of all models, best first, with 95 % intervals; ranks count models that are surely better."""
        return await calls.run(_request(context), shares.READS, lambda: board_rows(programs.leaderboard(domain)))

    @server.tool(annotations=READ_ONLY)
    async def pair(context: Context, pair: Annotated[str, Field(description="its id")]) -> Annotated[CallToolResult, PairText]:
        """A minimal pair that may come up in battles: both pictures and captions."""
        shown = await calls.run(_request(context), shares.READS, lambda: programs.pair(pair))
        return _with_pictures(pair_text(shown), shown)

    @server.tool(annotations=READ_ONLY)
    async def model(
        context: Context, model: Annotated[str, Field(description="its name on the leaderboard")]
    ) -> ModelReportJson:
        """A model on every benchmark on which it was evaluated: each metric with its 95 % interval, and what guessing gives."""
        return await calls.run(_request(context), shares.READS, lambda: model_json(programs.results, programs.model(model)))

    @server.tool(annotations=READ_ONLY)
    async def submission(context: Context, submission: Annotated[str, Field(description="its id")]) -> SubmissionJson:
        """Where a submitted model stands: waiting, being checked or evaluated, listed, failed or withdrawn, and why."""
        return await calls.run(_request(context), shares.READS, lambda: submission_json(*programs.submission(submission)))

    return server


class _Calls:
    """Lets calls of tools in, and works on them in threads. It belongs to the event loop."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._under_way: dict[str, Counter[str]] = {}
        self._limiters: dict[str, CapacityLimiter] = {}

    async def run(self, request: Request, kind: str, work: Callable[[], T]) -> T:
        """What the work gives, once it is its turn.

        Args:
            request: who asks.
            kind: of work, as shares count it.
            work: is done in a thread.

        Raises:
            ToolError: the caller may not ask now, or the work failed; one line.
        """
        client, under_way = self._admission.client_of(request.scope), self._under_way.setdefault(kind, Counter())
        limiter = self._limiters.setdefault(kind, CapacityLimiter(AT_ONCE.get(kind, OTHERS_AT_ONCE)))
        try:
            self._admission.admit(client, kind, under_way)
        except Crowded as error:
            raise ToolError(error.detail) from error
        under_way[client] += 1
        try:
            return await to_thread.run_sync(work, limiter=limiter)
        except Exception as error:
            raise ToolError(line_for_visitors(error)) from error
        finally:
            under_way[client] -= 1
            if not under_way[client]:
                del under_way[client]


def _request(context: Context) -> Request:
    request = context.request_context.request
    assert isinstance(request, Request)
    return request


def _with_pictures(told: Mapping[str, Any], pair: MinimalPair) -> CallToolResult:
    """A value for programs, and the pictures of a pair for whoever can see."""
    pictures: Sequence[ContentBlock] = [
        part
        for number, side in enumerate(pair.sides, start=1)
        for part in (TextContent(type="text", text=f"Picture {number}:"), _picture(small_enough(side.picture)))
    ]
    text = TextContent(type="text", text=json.dumps(told, ensure_ascii=False))
    return CallToolResult(content=[text, *pictures], structuredContent=dict(told))


def _picture(webp: bytes) -> ImageContent:
    return ImageContent(type="image", mimeType="image/webp", data=base64.b64encode(webp).decode())
