"""The only place where Masklet's parts are wired together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import partial

from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from backend.api.access import Policy
from backend.api.body_limit import BodyLimit, HeadLimit, as_nothing, as_sentence
from backend.api.client_limits import ClientLimits
from backend.api.context import Service
from backend.api.doorbell import Doorbell
from backend.api.doorman import Doorman
from backend.api.effort import export_effort
from backend.api.export import export_coco
from backend.api.gate import Gate
from backend.api.monitor.health import Health
from backend.api.monitor.metrics import Metrics
from backend.api.monitor.requests import RequestWatch
from backend.api.official.adapter import DemoSessions
from backend.api.official.stream import propagate_in_video
from backend.api.owner_key import OwnerKey
from backend.api.permissions.guard import guard_routes
from backend.api.presence.editors import Editors
from backend.api.presence.here import here
from backend.api.schema import build_schema
from backend.api.team.oidc import SignIn
from backend.api.team.routes import Joining
from backend.api.threads import Threads
from backend.api.tus.routes import Uploads
from backend.api.tus.shelf import Shelf
from backend.api.view import GraphQLView
from backend.api.web.flask_app import create_flask
from backend.api.web.sendfile import FlaskMount
from backend.covers import SessionCovers
from backend.domain.acceptance import AcceptanceCommands
from backend.domain.commands import SessionCommands
from backend.domain.comments import CommentCommands, KnownPeople
from backend.domain.limits import SessionLimits
from backend.domain.objects import ObjectCommands
from backend.domain.people_commands import PeopleCommands
from backend.domain.ports import Host, SessionStore, VideoStore
from backend.domain.project_commands import Members, ProjectCommands
from backend.domain.review import ReviewCommands
from backend.domain.shelf import ShelfCommands
from backend.exchange.jobs import Jobs
from backend.exchange.places import Places
from backend.exchange.runner import JobRunner
from backend.formats.coco import coco_json
from backend.gallery import GalleryDrawing
from backend.host.catalog import EngineCatalog
from backend.host.machine import find_device
from backend.host.memory import memory_budget
from backend.host.presence import PresenceRegistry
from backend.host.thread_host import ThreadHost
from backend.media.library import VideoLibrary
from backend.media.limits import MediaLimits
from backend.media.rendition import even_size
from backend.settings import Settings
from backend.sharing import Sharing, open_sharing
from backend.store.acceptance import SqlAcceptanceStore
from backend.store.annotations import SqlAnnotationStore
from backend.store.comments import SqlCommentStore
from backend.store.database import Database, open_database
from backend.store.imports import SqlImports
from backend.store.jobs import SqlJobStore
from backend.store.ledger_reading import SqlLedger
from backend.store.people import SqlPeopleStore
from backend.store.projects import SqlProjectStore
from backend.store.scopes import SqlScopes
from backend.store.sessions import SqlSessionStore
from backend.store.shelf import SqlShelfStore
from backend.store.videos import SqlVideoStore
from backend.worker.live_pool import Budget

FLASK_THREADS = 32  # an upload holds one for as long as it lasts

MakeHost = Callable[[SessionStore, VideoStore], Host]


def create_app(settings: Settings, host: MakeHost | None = None) -> ASGIApp:
    """Masklet as ASGI. Opens the database and the host at once; its lifespan imports, and closes them."""
    return web_app(open_service(settings, host))


def open_service(settings: Settings, make_host: MakeHost | None = None) -> Service:
    """Everything behind the web; `make_host` None: an engine thread in this process."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        doorbell = Doorbell()
        metrics = Metrics(doorbell.readers)
        database = open_database(settings.database)
        undo.callback(database.close)
        sharing = open_sharing(settings, doorbell)
        undo.callback(sharing.close)
        presence = PresenceRegistry(doorbell.knock)
        sharing.carry(presence)
        limits = SessionLimits(settings.limits.objects, settings.limits.points)
        sessions, videos = SqlSessionStore(database, sharing.changed, limits), SqlVideoStore(database)
        library = VideoLibrary(
            videos, settings.data, settings.max_upload_bytes, _media_limits(settings), metrics, sharing.mine
        )
        undo.callback(library.close)
        if make_host is not None:
            host = make_host(sessions, videos)
        else:
            catalog = EngineCatalog(settings.checkpoints)
            states = settings.data / "states"
            budget = Budget(memory_budget(settings.memory_budget, find_device()))
            local = ThreadHost(
                sessions,
                catalog,
                library.frames,
                states,
                budget,
                sharing.holds,
                metrics,
                settings.soft_edges,
            )
            host = sharing.around(local, sessions)
        undo.callback(host.close)
        threads = Threads()
        undo.callback(threads.close)
        key = None if settings.open_here else OwnerKey(settings.data)
        people = PeopleCommands(SqlPeopleStore(database), key)
        commands = SessionCommands(sessions, videos, host, limits)
        annotations = SqlAnnotationStore(sessions)
        shelf = ShelfCommands(sessions, SqlShelfStore(database), videos, library, host)
        projects = SqlProjectStore(database, sessions)
        ledger = SqlLedger(database)
        jobs = _open_jobs(settings, database, sharing, sessions, videos, host, commands)
        undo.callback(jobs.close)
        return Service(
            settings=settings,
            sessions=sessions,
            videos=videos,
            scopes=SqlScopes(database),
            people=people,
            owner_key=key,
            library=library,
            write_coco=coco_json,
            host=host,
            commands=commands,
            objects=ObjectCommands(sessions, annotations, videos, host),
            review=ReviewCommands(sessions, annotations, videos, host, limits),
            comments=CommentCommands(
                sessions, SqlCommentStore(sessions), videos, KnownPeople(people, ledger)
            ),
            acceptance=AcceptanceCommands(sessions, SqlAcceptanceStore(sessions), videos),
            ledger=ledger,
            shelf=shelf,
            projects=ProjectCommands(sessions, projects, Members(people.members), host),
            covers=SessionCovers(sessions, projects, library, settings.data / "covers"),
            jobs=jobs,
            demo=DemoSessions(commands, sessions, videos, even_size),
            doorbell=doorbell,
            presence=presence,
            threads=threads,
            metrics=metrics,
            closing=undo.pop_all(),
        )


def _open_jobs(
    settings: Settings,
    database: Database,
    sharing: Sharing,
    sessions: SqlSessionStore,
    videos: VideoStore,
    host: Host,
    commands: SessionCommands,
) -> Jobs:
    """Exports and imports; they run in processes of their own, which open the stores themselves."""
    jobs, imports = SqlJobStore(database), SqlImports(database, sessions.tell, sessions.limits)
    places = Places(settings.data, settings.max_upload_bytes)
    environment = {
        "DATABASE_URL": settings.database,
        "MASKLET_DATA": str(settings.data.absolute()),
        "CHECKPOINTS_DIR": str(settings.checkpoints.absolute()),
    }
    keep_s = settings.limits.keep_exports_h * 3600.0
    runner = JobRunner(
        jobs, sessions, imports, host, commands.new_session, places, environment, keep_s, mine=sharing.mine
    )
    return Jobs(jobs, sessions, videos, places, runner)


def web_app(service: Service) -> ASGIApp:
    """Every route, behind one gate."""
    settings = service.settings
    flask = FlaskMount(WSGIMiddleware(create_flask(service), workers=FLASK_THREADS))
    shelf = Shelf(settings.data / "uploads", settings.limits.keep_uploads_h * 3600.0)
    uploads = Uploads(service, shelf)
    service.on_stop(uploads.close)
    routes = [
        Route("/graphql", GraphQLView(build_schema(settings.limits), service)),
        Route("/propagate_in_video", partial(propagate_in_video, service), methods=["GET", "POST"]),
        Route("/api/sessions/{session_id}/export/coco.json", partial(export_coco, service)),
        Route("/api/sessions/{session_id}/effort.csv", partial(export_effort, service)),
        Route("/api/sessions/{session_id}/here", partial(here, service), methods=["POST"]),
        *uploads.routes(),
        *Health(service).routes(),
        *Joining(service).routes(),
        *SignIn(service).routes(),
    ]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        drawing = GalleryDrawing(settings, service.videos)
        sweeping = asyncio.create_task(uploads.keep_swept())
        try:
            await uploads.recover()
            await service.command(lambda s: s.library.start())
            await service.command(lambda s: s.shelf.purge())
            await service.command(lambda s: s.projects.purge())
            await service.command(lambda s: s.covers.sweep())
            await service.command(lambda s: s.jobs.start())
            if settings.gallery:
                await service.command(lambda s: drawing.start())
            yield
        finally:
            sweeping.cancel()
            await asyncio.to_thread(drawing.close)
            await service.close()

    handlers = {HTTPException: as_sentence, ClientDisconnect: as_nothing}
    app = Starlette(
        routes=[*guard_routes(service, routes), Mount("/", flask)],
        lifespan=lifespan,
        exception_handlers=handlers,
    )
    limited = BodyLimit(app, settings.limits.request_bytes, settings.max_upload_bytes)
    known = Editors(limited, service.presence)
    counted = ClientLimits(known, settings.limits.requests_per_minute, settings.limits.feeds)
    gate = Gate(counted, policy_of(settings), service, _doorman(service))
    guarded = HeadLimit(gate, settings.limits.header_bytes)
    return RequestWatch(guarded, service.metrics, service.traffic)


def _media_limits(settings: Settings) -> MediaLimits:
    limits = settings.limits
    return MediaLimits(limits.video_frames, float(limits.video_s), limits.video_pixels, limits.decoder_bytes)


def _doorman(service: Service) -> Doorman | None:
    if service.owner_key is None:
        return None
    doorman = Doorman(service.people, service.owner_key, service.threads)
    service.people.listen(doorman.forget)
    return doorman


def policy_of(settings: Settings) -> Policy:
    return Policy(
        settings.open_here,
        frozenset(settings.allowed_origins),
        frozenset(settings.allowed_hosts),
        settings.metrics_token,
    )
