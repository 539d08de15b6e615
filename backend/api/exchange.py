"""Exports and imports in GraphQL: what may be asked, and how far a job is. Files go by `web/exchange`."""

from __future__ import annotations

import strawberry

from backend.api import reading
from backend.api.context import Service
from backend.api.permissions.offers import may_cancel
from backend.domain import jobs as domain
from backend.domain.people import acting
from backend.domain.projects import HOME
from backend.exchange.jobs import FormatInfo

Info = strawberry.Info[Service, None]
JobState = strawberry.enum(domain.JobState, name="JobState")


@strawberry.type
class ExportFormat:
    name: str
    title: str
    purpose: str = strawberry.field(description="One line on what it is for.")
    needs_frames: bool = strawberry.field(description="It is made of the video's pictures.")
    takes_frames: bool = strawberry.field(description="It has a place for the video's pictures.")


@strawberry.type
class IncomingObject:
    object_id: int
    name: str
    label: str
    num_masks: int
    num_boxes: int = strawberry.field(description="Boxes on frames without a mask: they become prompts.")
    first_frame: int
    last_frame: int


@strawberry.type
class ImportReport:
    format: str
    objects: list[IncomingObject]
    problems: list[str] = strawberry.field(description="What cannot come in, a sentence each; some of them.")
    num_problems: int


@strawberry.type(
    description="An export or an import. Ask again until `state` is none of WAITING and RUNNING."
)
class Job:
    id: strawberry.ID
    is_import: bool
    state: JobState
    title: str
    format: str | None
    progress: float = strawberry.field(description="0..1")
    error: str | None = strawberry.field(description="One sentence when FAILED.")
    created_s: float = strawberry.field(description="Seconds since 1970.")
    ended_s: float | None
    file_name: str | None
    num_bytes: float | None = strawberry.field(description="A whole number; GraphQL's Int ends at 2 GB.")
    download_url: str | None = strawberry.field(description="Of an export that is DONE, for some days.")
    report: ImportReport | None = strawberry.field(description="Of an import, once the file was read.")
    session_id: strawberry.ID | None = strawberry.field(description="Where an import's objects are.")
    project_id: strawberry.ID | None = strawberry.field(description="Of which an export is all.")
    may_cancel: bool = strawberry.field(description="It has not ended, and whoever asks may cancel it.")


def format_type(info: FormatInfo) -> ExportFormat:
    return ExportFormat(
        name=info.name,
        title=info.title,
        purpose=info.purpose,
        needs_frames=info.needs_frames,
        takes_frames=info.takes_frames,
    )


def job_type(service: Service, job: domain.Job) -> Job:
    caller = acting.get()
    return Job(
        id=strawberry.ID(job.job_id),
        is_import=isinstance(job.request, domain.ImportRequest),
        state=job.state,
        title=job.title,
        format=job.report.format if job.report else job.request.format,
        progress=job.progress,
        error=job.error,
        created_s=job.created_s,
        ended_s=job.ended_s,
        file_name=job.file_name,
        num_bytes=None if job.num_bytes is None else float(job.num_bytes),
        download_url=f"/api/jobs/{job.job_id}/download" if job.file_name else None,
        report=_report_type(job.report) if job.report else None,
        session_id=strawberry.ID(job.session_id) if job.session_id else None,
        project_id=_exported_project(job),
        may_cancel=caller is not None and not job.state.ended and may_cancel(service, caller, job),
    )


def _exported_project(job: domain.Job) -> strawberry.ID | None:
    asked = job.request
    is_whole = isinstance(asked, domain.ExportRequest) and asked.project_id is not None
    return strawberry.ID(asked.project_id) if is_whole else None


def _report_type(report: domain.ImportReport) -> ImportReport:
    return ImportReport(
        format=report.format,
        objects=[
            IncomingObject(
                object_id=one.object_id,
                name=one.name,
                label=one.label,
                num_masks=one.num_masks,
                num_boxes=one.num_boxes,
                first_frame=one.first_frame,
                last_frame=one.last_frame,
            )
            for one in report.objects
        ],
        problems=list(report.problems),
        num_problems=report.num_problems,
    )


@strawberry.type
class Query(reading.Query):
    @strawberry.field(description="In which forms masks can leave and come back.")
    async def export_formats(self, info: Info) -> list[ExportFormat]:
        return [format_type(one) for one in info.context.jobs.formats()]

    @strawberry.field
    async def job(self, info: Info, id: strawberry.ID) -> Job:
        return await info.context.read(lambda s: job_type(s, s.jobs.job(id)))

    @strawberry.field(description="Newest first; without `sessionId` those of all sessions.")
    async def jobs(self, info: Info, session_id: strawberry.ID | None = None) -> list[Job]:
        return await info.context.read(lambda s: [job_type(s, job) for job in s.jobs.jobs(session_id)])


@strawberry.type
class Mutation:
    @strawberry.mutation(
        description="Objects are those of the one session; without `objectIds` all. Frames are the source's, "
        "`lastFrame` included; `stride` 2 takes every second."
    )
    async def start_export(
        self,
        info: Info,
        session_ids: list[strawberry.ID],
        format: str,
        object_ids: list[int] | None = None,
        first_frame: int = 0,
        last_frame: int | None = None,
        stride: int = 1,
        with_frames: bool = False,
    ) -> Job:
        request = domain.ExportRequest(
            tuple(map(str, session_ids)),
            format,
            None if object_ids is None else tuple(object_ids),
            first_frame,
            last_frame,
            stride,
            with_frames,
        )
        return await info.context.command(lambda s: job_type(s, s.jobs.export(request)))

    @strawberry.mutation(
        description="`uploadId` comes from POST /api/imports. Without `sessionId`: into a new session on the "
        "video, in that project. A dry run only reports. What the report finds wrong is left out, once that "
        "is `confirmed`. "
        "`keep`: the masks count as verified, so tracking never draws over them."
    )
    async def start_import(
        self,
        info: Info,
        upload_id: strawberry.ID,
        file_name: str,
        video_id: strawberry.ID,
        session_id: strawberry.ID | None = None,
        engine_id: strawberry.ID | None = None,
        format: str | None = None,
        keep: bool = True,
        confirmed: bool = False,
        dry_run: bool = True,
        project_id: strawberry.ID = HOME,
    ) -> Job:
        request = domain.ImportRequest(
            str(upload_id),
            file_name,
            str(video_id),
            session_id,
            engine_id,
            format,
            keep,
            confirmed,
            dry_run,
            str(project_id),
        )
        return await info.context.command(lambda s: job_type(s, s.jobs.bring_in(request)))

    @strawberry.mutation(description="Nothing of it stays. What has ended stays as it is.")
    async def cancel_job(self, info: Info, id: strawberry.ID) -> Job:
        return await info.context.command(lambda s: job_type(s, s.jobs.cancel(id)))
