"""The web arena: its pages on one server."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, cast

import gradio as gr
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Lifespan

from arena.battles import Arena
from arena.evaluation.results import Results
from arena.generation.workshop import Workshop
from arena.images import Picture
from arena.settings import Settings
from arena.store import Takedowns
from arena.ui import mcp_requests, submission_revision
from arena.ui.about_page import about_page
from arena.ui.accepted_requests import AcceptedRequests
from arena.ui.admission import Admission, AdmittedRequests
from arena.ui.api import add_endpoints
from arena.ui.battle_page import BattlePage
from arena.ui.benchmarks_page import BenchmarksPage
from arena.ui.blocks import Pages
from arena.ui.board_files import BoardFiles
from arena.ui.calibration_page import CalibrationPage
from arena.ui.contact import contact_html
from arena.ui.event_requests import MOST_BYTES, EventRequests
from arena.ui.generate_page import GeneratePage
from arena.ui.headers import ResponseHeaders
from arena.ui.health import HealthCheck
from arena.ui.leaderboard_page import LeaderboardPage
from arena.ui.markup import render
from arena.ui.mcp_requests import McpRequests
from arena.ui.mcp_tools import mcp_tools
from arena.ui.metrics import Metrics
from arena.ui.model_page import ModelPage
from arena.ui.navigation import TITLE, head_html
from arena.ui.other_sites import OtherSites
from arena.ui.page_head import LOOK, PageHead
from arena.ui.parts import html
from arena.ui.pictures import forget
from arena.ui.privacy_page import PrivacyPage, add_erasure
from arena.ui.programs import Programs
from arena.ui.programs_page import programs_page
from arena.ui.refusals import not_found, not_valid
from arena.ui.reports import add_reports, report_form
from arena.ui.request_times import RequestTimes
from arena.ui.review_page import ReviewPage
from arena.ui.reviewers import Reviewers
from arena.ui.server import run
from arena.ui.sessions import Sessions
from arena.ui.sign_in import SignIn
from arena.ui.site import Site
from arena.ui.site_folder import SiteFolder, VisitorScheme
from arena.ui.submission_desk import SubmissionDesk, submission_notice
from arena.ui.submission_revision import SubmissionRevision
from arena.ui.submissions_page import SubmissionsPage
from arena.ui.submit_page import SubmitPage
from arena.ui.theme import theme
from arena.ui.upload_policy import UploadPolicy
from arena.ui.uploads import ADDRESS, UploadLimits, Uploads
from arena.ui.visitor_queue import queue_visitors

if TYPE_CHECKING:
    from gradio.routes import App

DESCRIPTION = "Two pictures, one detail apart. Two anonymous models answer the same questions about them: who did better?"
# In place of Gradio's rules for other sites, which let them act for whoever is signed in.
ANY_SITE = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"])
"""What browsers let pages of other sites ask; never with who the visitor is."""
DAY = 86_400
"""Seconds after which Gradio clears what it put into its cache of files."""


def build(
    arena: Arena, programs: Programs, workshop: Workshop, uploads: Uploads, reviewers: Reviewers, settings: Settings
) -> gr.Blocks:
    """The pages over an arena and its workshop; nothing is listening yet."""
    results = programs.results
    desk = SubmissionDesk(arena.store, settings)
    with Pages(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(DAY, DAY)) as blocks:
        endpoints = add_endpoints(programs)  # first, so that no event of a page takes one of their names
        add_erasure(arena.store)
        add_reports(arena.store)
        _head("Battle")
        BattlePage(arena).connect(blocks)
        _foot(settings)
    page = partial(_page, blocks, settings)
    with page("Leaderboard"):
        LeaderboardPage(arena).connect(blocks)
    with page("Benchmarks"):
        BenchmarksPage(results).connect(blocks)
    with page("Calibration"):
        CalibrationPage(results).connect(blocks)
    with page("Model"):
        ModelPage(results).connect(blocks)
    with page("Generate"):
        generate = GeneratePage(workshop, uploads)
        generate.connect(blocks)
    with page("Review"):
        ReviewPage(workshop, reviewers).connect(blocks)
    with page("Submit"):
        SubmitPage(desk).connect(blocks)
    with page("Submissions"):
        SubmissionsPage(desk, results).connect(blocks)
    with page("About"):
        about_page()
    with page("Programs"):
        programs_page(endpoints, blocks)
    with page("Privacy"):
        PrivacyPage(arena.store, settings.contact).connect()
    _drop_what_is_taken_down(arena.store.takedowns, uploads.drop, generate.drop)
    return blocks


def notices(settings: Settings) -> list[str]:
    """What the operator should know before strangers come: a line for each thing that is off, and how to switch it on.

    Raises:
        SettingsError: a setting cannot be read.
    """
    found = (UploadPolicy.of(settings).notice, Reviewers.of(settings).notice, submission_notice(settings))
    return [notice for notice in found if notice]


def launch(arena: Arena, workshop: Workshop, settings: Settings) -> None:
    """Serve the arena until Ctrl-C.

    Args:
        arena: the open arena.
        workshop: makes its fresh pairs.
        settings: where it listens, and who may do what.

    Raises:
        SettingsError: a setting cannot be read, or nothing can listen there.
    """
    sign_in = SignIn.of(settings)
    admission = Admission.of(settings)
    uploads = Uploads(UploadLimits.of(settings), admission.client_of, policy=UploadPolicy.of(settings))
    programs = Programs(arena, Results(arena.store))
    assistants = McpRequests(mcp_tools(programs, admission), admission)
    blocks = build(arena, programs, workshop, uploads, Reviewers.of(settings), settings)
    queue = queue_visitors(blocks, admission)
    health = HealthCheck(arena, arena.store.save_status)
    metrics = Metrics(arena, admission, queue, health, settings.metrics_token)
    times = Middleware(RequestTimes, metrics.requests)
    serve(
        blocks,
        host=settings.host,
        port=settings.port,
        routes=[
            Route(ADDRESS, uploads.receive, methods=["POST"]),
            Route("/healthz", health.answer),
            Route("/metrics", metrics.answer),
            *BoardFiles(arena, settings.board_seconds).routes(),
            Route(submission_revision.ADDRESS, SubmissionRevision(arena.store).tell),
            *(sign_in.routes() if sign_in else ()),
            *(Route(address, assistants) for address in (mcp_requests.ADDRESS, f"{mcp_requests.ADDRESS}/")),
        ],
        lifespan=assistants.lifespan,
        middleware=[times, *([sign_in.middleware()] if sign_in else ()), Middleware(AdmittedRequests, admission)],
        body_bytes=1000 * settings.body_kilobytes,
        site=Site.of(settings),
    )


def serve(
    blocks: gr.Blocks,
    *,
    host: str,
    port: int,
    routes: Sequence[Route] = (),
    middleware: Sequence[Middleware] = (),
    body_bytes: int = MOST_BYTES,
    lifespan: Lifespan[FastAPI] | None = None,
    site: Site = Site(),  # noqa: B008 - frozen
) -> None:
    """Serve pages in the arena's look until Ctrl-C.

    Args:
        blocks: the pages.
        host: address to listen on.
        port: port to listen on.
        routes: what is served beside them.
        middleware: what sees requests before they are answered.
        body_bytes: how large the body of a request may be.
        lifespan: what runs for as long as they are served.
        site: where it stands on the web.

    Raises:
        SettingsError: nothing can listen there.
    """
    middleware = [*middleware, Middleware(EventRequests, blocks=blocks, most_bytes=body_bytes)]
    run(
        application(blocks, routes, middleware, lifespan, site),
        host,
        port,
        ready=lambda: _tell(browser_address(host, port, site.folder)),
    )


def application(
    blocks: gr.Blocks,
    routes: Sequence[Route] = (),
    middleware: Sequence[Middleware] = (),
    lifespan: Lifespan[FastAPI] | None = None,
    site: Site = Site(),  # noqa: B008 - frozen
) -> ASGIApp:
    """What answers every request: the pages, and `routes` beside them; for the arguments see `serve`."""
    blocks.has_launched = True  # or else Gradio takes files of this machine for values of a page
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # of a rendering mode that is off
        served = gr.mount_gradio_app(
            FastAPI(
                openapi_url=None,
                lifespan=lifespan,
                middleware=[Middleware(VisitorScheme, site.clients), Middleware(OtherSites), ANY_SITE],
            ),
            blocks,
            path="/",
            root_path=site.folder,
            theme=theme(),
            favicon_path=str(LOOK / "favicon.svg"),
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,  # `mcp_tools` says why
            enable_monitoring=False,
            show_error=False,
            max_file_size="1kb",
            app_kwargs={
                "middleware": [
                    Middleware(SiteFolder, site.folder),
                    Middleware(ResponseHeaders, site.frame_ancestors),
                    Middleware(PageHead, description=DESCRIPTION, is_embedded=site.is_embedded),
                    Middleware(AcceptedRequests),
                    *middleware,
                ],
                "routes": [Mount("/look", StaticFiles(directory=LOOK)), *routes],
                "exception_handlers": {404: not_found, RequestValidationError: not_valid},
            },
        )
    blocks.app = cast("App", cast("Mount", served.routes[-1]).app)
    blocks.app.state_holder = Sessions(blocks)
    return served


def browser_address(host: str, port: int, folder: str | None) -> str:
    """Where a browser on this machine finds the arena."""
    name = "localhost" if host in ("0.0.0.0", "::", "127.0.0.1") else host  # noqa: S104 - compared, not bound
    return f"http://{name}:{port}{f'{folder}/' if folder else ''}"


def _tell(address: str) -> None:
    print(f"{TITLE}: {address} (Ctrl-C stops it)", flush=True)  # noqa: T201 - the one line that starting it is about


def _drop_what_is_taken_down(takedowns: Takedowns, *drops: Callable[[Callable[[Picture], bool]], None]) -> None:
    """Keep in memory no picture that was taken down."""

    def drop() -> None:
        forget()
        for each in drops:
            each(lambda picture: not takedowns.shows(picture.digest))

    takedowns.on_change(drop)


@contextmanager
def _page(blocks: gr.Blocks, settings: Settings, name: str) -> Iterator[None]:
    """A page beside the first, with its head and its foot."""
    with blocks.route(name, name.lower()):
        _head(name)
        yield
        _foot(settings)


def _head(current: str) -> None:
    """The line that heads every page: its name, and the way to the others."""
    html(head_html(current), elem_id="head")


def _foot(settings: Settings) -> None:
    """The line under every page: what the arena is, what it keeps of its visitors, what is not saved yet, and who runs it."""
    foot = render("foot.html", contact=contact_html(settings.contact), saves=settings.outbox is not None)
    html(foot + report_form(), elem_id="foot")
