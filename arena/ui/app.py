"""The web arena: its pages on one server."""

from collections.abc import Sequence
from functools import partial

import gradio as gr
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from arena.battles import Arena
from arena.errors import SettingsError
from arena.evaluation.results import Results
from arena.generation.workshop import Workshop
from arena.ui.about_page import about_page
from arena.ui.accepted_posts import AcceptedPosts
from arena.ui.api import add_endpoints
from arena.ui.battle_page import BattlePage
from arena.ui.benchmarks_page import BenchmarksPage
from arena.ui.generate_page import GeneratePage
from arena.ui.headers import ResponseHeaders
from arena.ui.leaderboard_page import LeaderboardPage
from arena.ui.markup import render
from arena.ui.model_page import ModelPage
from arena.ui.page_head import LOOK, PageHead
from arena.ui.parts import html
from arena.ui.privacy_page import PrivacyPage, add_erasure
from arena.ui.review_page import ReviewPage
from arena.ui.theme import theme
from arena.ui.uploads import ADDRESS, UploadLimits, Uploads

TITLE = "Minimal-Pair Arena"
DESCRIPTION = "Two pictures, one detail apart. Two anonymous models answer the same questions about them: who did better?"
PAGES = (
    ("Battle", "./"),
    ("Leaderboard", "leaderboard"),
    ("Benchmarks", "benchmarks"),
    ("Generate", "generate"),
    ("Review", "review"),
    ("About", "about"),
)
VISITORS = 48
"""How many visitors' events run at once; the models gather what they ask into batches."""
WAITING = 512
"""How many more may wait before the arena says that it is full."""
DAY = 86_400
"""Seconds after which Gradio clears what it put into its cache of files."""


def build(arena: Arena, workshop: Workshop, uploads: Uploads, contact: str | None = None) -> gr.Blocks:
    """The pages over an arena and its workshop; nothing is listening yet."""
    foot = partial(_foot, contact)
    results = Results(arena.store)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(DAY, DAY)) as blocks:
        add_endpoints(arena)  # first, so that no event of a page takes one of their names
        add_erasure(arena.store)
        _head("Battle")
        BattlePage(arena).connect(blocks)
        foot()
    with blocks.route("Leaderboard", "leaderboard"):
        _head("Leaderboard")
        LeaderboardPage(arena).connect(blocks)
        foot()
    with blocks.route("Benchmarks", "benchmarks"):
        _head("Benchmarks")
        BenchmarksPage(results).connect(blocks)
        foot()
    with blocks.route("Model", "model"):
        _head("Model")
        ModelPage(results).connect(blocks)
        foot()
    with blocks.route("Generate", "generate"):
        _head("Generate")
        GeneratePage(workshop, uploads).connect(blocks)
        foot()
    with blocks.route("Review", "review"):
        _head("Review")
        ReviewPage(workshop).connect(blocks)
        foot()
    with blocks.route("About", "about"):
        _head("About")
        about_page()
        foot()
    with blocks.route("Privacy", "privacy"):
        _head("Privacy")
        PrivacyPage(arena.store, contact).connect()
        foot()
    return blocks.queue(default_concurrency_limit=VISITORS, max_size=WAITING, api_open=False)


def launch(
    arena: Arena,
    workshop: Workshop,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    contact: str | None = None,
    limits: UploadLimits | None = None,
    block: bool = True,
) -> gr.Blocks:
    """Serve the arena until Ctrl-C.

    Args:
        arena: the open arena.
        workshop: makes its fresh pairs.
        host: address to listen on.
        port: port to listen on.
        contact: how visitors reach whoever runs the arena.
        limits: of uploads; by default those of the settings that nobody changed.
        block: return only when the server stops.

    Raises:
        SettingsError: something else listens on the port.
    """
    uploads = Uploads(limits or UploadLimits())
    blocks = build(arena, workshop, uploads, contact)
    routes = [Route(ADDRESS, uploads.receive, methods=["POST"]), Route("/healthz", _health)]
    serve(blocks, host=host, port=port, routes=routes, block=block)
    return blocks


def serve(blocks: gr.Blocks, *, host: str, port: int, routes: Sequence[Route] = (), block: bool = True) -> None:
    """Serve pages in the arena's look until Ctrl-C.

    Args:
        blocks: the pages.
        host: address to listen on.
        port: port to listen on.
        routes: what is served beside them.
        block: return only when the server stops.

    Raises:
        SettingsError: something else listens on the port.
    """
    try:
        blocks.launch(
            server_name=host,
            server_port=port,
            theme=theme(),
            favicon_path=LOOK / "favicon.svg",
            footer_links=[],
            run_history=False,
            share=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            enable_monitoring=False,
            show_error=False,
            quiet=True,
            max_threads=VISITORS + 16,
            max_file_size="1kb",
            prevent_thread_lock=True,
            app_kwargs={
                "middleware": [
                    Middleware(ResponseHeaders),
                    Middleware(AcceptedPosts),
                    Middleware(PageHead, title=TITLE, description=DESCRIPTION),
                ],
                "routes": [Mount("/look", StaticFiles(directory=LOOK)), *routes],
                "docs_url": None,
                "redoc_url": None,
            },
        )
    except OSError as error:
        raise SettingsError(f"port {port}: cannot be opened ({error}); choose another with --port") from error
    print(f"{TITLE}: {browser_address(host, port)} (Ctrl-C stops it)", flush=True)  # noqa: T201 - the one line that starting it is about
    if block:
        blocks.block_thread()


def browser_address(host: str, port: int) -> str:
    """Where a browser on this machine finds the arena."""
    return f"http://{'localhost' if host in ('0.0.0.0', '::', '127.0.0.1') else host}:{port}"  # noqa: S104 - compared, not bound


async def _health(_request: Request) -> PlainTextResponse:
    """Tells what watches over the server, such as a container's health check, that it answers."""
    return PlainTextResponse("ok\n")


def _head(current: str) -> None:
    """The line that heads every page: its name, and the way to the others."""
    html(render("head.html", title=TITLE, pages=PAGES, current=current), elem_id="head")


def _foot(contact: str | None) -> None:
    """The line under every page: what the arena is, what it keeps of its visitors, and who runs it."""
    html(render("foot.html", contact=contact), elem_id="foot")
