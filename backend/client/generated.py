"""Types and operations of Masklet's API, written by `python -m backend.client.codegen`."""

# ruff: noqa: E501 - queries are one line each
# fmt: off
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .wire import Operation


class VideoState(StrEnum):
    IMPORTING = "IMPORTING"
    READY = "READY"
    FAILED = "FAILED"


class AttributeKind(StrEnum):
    TEXT = "TEXT"
    NUMBER = "NUMBER"
    CHOICE = "CHOICE"
    BOOLEAN = "BOOLEAN"


class May(StrEnum):
    LOOK = "LOOK"
    COMMENT = "COMMENT"
    EDIT = "EDIT"
    REVIEW = "REVIEW"
    MANAGE = "MANAGE"


class ReviewState(StrEnum):
    DRAFT = "DRAFT"
    FOR_REVIEW = "FOR_REVIEW"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class MaskOrigin(StrEnum):
    PROMPT = "PROMPT"
    TRACK = "TRACK"
    IMPORT = "IMPORT"


class DoubtReason(StrEnum):
    UNSURE = "UNSURE"
    JUMPED = "JUMPED"
    RESIZED = "RESIZED"
    PIECES = "PIECES"
    HOLES = "HOLES"
    OVERLAPS = "OVERLAPS"


class PropagationState(StrEnum):
    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


class Verdict(StrEnum):
    APPLIED = "APPLIED"
    OPEN = "OPEN"
    DROPPED = "DROPPED"


class JobState(StrEnum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Direction(StrEnum):
    BOTH = "BOTH"
    FORWARD = "FORWARD"
    BACKWARD = "BACKWARD"


@dataclass(frozen=True)
class PointInput:
    x: float
    y: float
    include: bool = True


@dataclass(frozen=True)
class BoxInput:
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class RleMaskInput:
    height: int
    width: int
    counts: str


@dataclass(frozen=True)
class FramePromptInput:
    object_id: int
    frame_idx: int
    points: tuple[PointInput, ...] = ()
    box: BoxInput | None = None
    mask: RleMaskInput | None = None


@dataclass(frozen=True)
class AttributeSpecInput:
    name: str
    kind: AttributeKind = AttributeKind.TEXT
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectClassInput:
    name: str
    colour: str
    attributes: tuple[AttributeSpecInput, ...] = ()


@dataclass(frozen=True)
class Video:
    id: str
    title: str
    state: VideoState
    progress: float  # 0..1 while importing.
    error: str | None  # One sentence when FAILED.
    warning: str | None  # One sentence: what to know of this file.
    width: int
    height: int
    num_frames: int
    fps: float
    frame_times_s: tuple[float, ...]  # Start of each frame in the rendition, in seconds; the first is 0.
    rendition_url: str | None  # An MP4 with the same frames, one for one; null until it is made, or if it cannot be.
    rendition_progress: float  # 0..1 while what `renditionUrl` names is made. Until then take frames as stills.
    pixel_aspect: float  # Width of a pixel as shown / its height; masks and points are in pixels all the same.
    poster_url: str | None
    in_gallery: bool
    source_sha256: str


@dataclass(frozen=True)
class Engine:
    id: str
    label: str
    device: str
    available: bool
    note: str  # What it is good for, or why it cannot be chosen.


@dataclass(frozen=True)
class AttributeSpec:
    """A question about the objects of a class."""

    name: str
    kind: AttributeKind
    choices: tuple[str, ...]  # The answers of a CHOICE; else empty.


@dataclass(frozen=True)
class ObjectClass:
    name: str
    colour: str  # #rrggbb
    attributes: tuple[AttributeSpec, ...]


@dataclass(frozen=True)
class Session:
    id: str
    video: Video
    engine: Engine
    version: int
    created_s: float  # Seconds since 1970.
    title: str  # Empty: it goes by its video's.
    ontology: tuple[ObjectClass, ...]  # The classes of its objects.
    project_id: str
    assignee_id: str | None  # The person who is to do it.
    cover_url: str  # A small picture of it, with its masks.
    may: tuple[May, ...]  # What whoever asks may do in it.
    may_in_project: tuple[May, ...]  # What whoever asks may do in its project, where a copy goes and from where it is deleted: nothing, for who came by a link to the session alone.


@dataclass(frozen=True)
class Attribute:
    """What was said of an object. `value` is text: true, 3.5, red."""

    name: str
    value: str


@dataclass(frozen=True)
class FrameRange:
    first: int
    last: int


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    colour: str  # Of their cursor and avatar, #rrggbb.


@dataclass(frozen=True)
class Review:
    """Whether an object's masklet is good enough, and who said so."""

    state: ReviewState
    reason: str  # Of a rejection; else empty.
    by: Person | None  # Who set the state; null: nobody yet.
    at_s: float | None  # Seconds since 1970.
    sent_by: Person | None  # Who last sent it for review.
    sent_s: float | None
    frame_idx: int | None  # The frame that showed most of it when it was sent.


@dataclass(frozen=True)
class TrackedObject:
    object_id: int
    name: str
    colour: str  # #rrggbb
    removed: bool
    version: int
    label: str  # Its class; empty: none was chosen.
    attributes: tuple[Attribute, ...]
    rank: int  # Its place in the list; equal ranks go by id.
    locked: bool  # Nobody may change it, nor Track, until it is unlocked.
    absent: tuple[FrameRange, ...]  # Where a person said that it is not there. Tracking obeys.
    review: Review
    assignee_id: str | None  # The person who is to do it.


@dataclass(frozen=True)
class RleMask:
    """A binary mask: COCO run-length encoding, compressed."""

    height: int
    width: int
    counts: str


@dataclass(frozen=True)
class FrameMask:
    object_id: int
    frame_idx: int
    rle: RleMask | None  # Null: there is no mask here any more.
    area: int
    object_score: float  # A logit; above 0: the object is on this frame.
    predicted_iou: float  # 0..1, the engine's own estimate.
    origin: MaskOrigin
    engine_id: str
    verified: bool
    doubt: float  # 0..1: how much the mask deserves a look.
    doubt_reasons: tuple[DoubtReason, ...]
    version: int


@dataclass(frozen=True)
class Pace:
    """How a running propagation gets on, as the server sees it now."""

    beside: int  # Other propagations that take turns with it.
    place: int  # Where memory does not hold all: its place among those who wait; 0: it is at work.
    loading: bool  # Its engine is being loaded.
    frames_per_s: float | None
    remaining_s: float | None


@dataclass(frozen=True)
class Propagation:
    id: str
    state: PropagationState
    frames_done: int
    frames_total: int
    error: str | None
    version: int
    verdict: Verdict  # OPEN: its masks are the feed's `candidates`, until somebody keeps or drops them.
    pace: Pace | None  # Null where this server does not walk it.


@dataclass(frozen=True)
class ExportFormat:
    name: str
    title: str
    purpose: str  # One line on what it is for.
    needs_frames: bool  # It is made of the video's pictures.
    takes_frames: bool  # It has a place for the video's pictures.


@dataclass(frozen=True)
class IncomingObject:
    object_id: int
    name: str
    label: str
    num_masks: int
    num_boxes: int  # Boxes on frames without a mask: they become prompts.
    first_frame: int
    last_frame: int


@dataclass(frozen=True)
class ImportReport:
    format: str
    objects: tuple[IncomingObject, ...]
    problems: tuple[str, ...]  # What cannot come in, a sentence each; some of them.
    num_problems: int


@dataclass(frozen=True)
class Job:
    """An export or an import. Ask again until `state` is none of WAITING and RUNNING."""

    id: str
    is_import: bool
    state: JobState
    title: str
    format: str | None
    progress: float  # 0..1
    error: str | None  # One sentence when FAILED.
    created_s: float  # Seconds since 1970.
    ended_s: float | None
    file_name: str | None
    num_bytes: float | None  # A whole number; GraphQL's Int ends at 2 GB.
    download_url: str | None  # Of an export that is DONE, for some days.
    report: ImportReport | None  # Of an import, once the file was read.
    session_id: str | None  # Where an import's objects are.
    project_id: str | None  # Of which an export is all.
    may_cancel: bool  # It has not ended, and whoever asks may cancel it.


@dataclass(frozen=True)
class Progress:
    """How far the work is. A frame is masked where an object was drawn or tracked, also as not being there; verified where a person verified all of its masks; doubtful where a mask deserves a look."""

    sessions: int
    sessions_verified: int  # Those whose every frame is verified.
    objects: int
    objects_for_review: int
    objects_accepted: int
    objects_rejected: int
    frames: int  # Of the sessions' videos.
    frames_masked: int
    frames_verified: int
    frames_doubtful: int
    masks: int
    masks_verified: int


@dataclass(frozen=True)
class Project:
    id: str
    title: str  # Empty: the first project, which is always there.
    is_first: bool  # It cannot be deleted.
    created_s: float  # Seconds since 1970.
    ontology: tuple[ObjectClass, ...]  # The classes that new sessions begin with.
    progress: Progress
    covers: tuple[str, ...]  # Pictures of its newest sessions, four at most.
    may: tuple[May, ...]  # What whoever asks may do in it.


@dataclass(frozen=True)
class ProjectSession:
    """A session as its project's page shows it."""

    session: Session
    progress: Progress
    assignee_ids: tuple[str, ...]  # Whom it, or one of its objects, is assigned to.
    is_mine: bool  # Whoever asks is among them.


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    include: bool


@dataclass(frozen=True)
class Box:
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class FramePrompt:
    """All prompts of an object on a frame. Empty: there are none any more."""

    object_id: int
    frame_idx: int
    points: tuple[Point, ...]
    box: Box | None
    mask: RleMask | None
    version: int


@dataclass(frozen=True)
class SessionDetails:
    """What a session is called, and the classes of its objects."""

    title: str  # Empty: it goes by its video's.
    ontology: tuple[ObjectClass, ...]
    version: int


@dataclass(frozen=True)
class Coverage:
    """How an object's masks look that changed, without the masks."""

    object_id: int
    first_frame: int
    looks: str  # Runs of frames from `firstFrame` on, such as `120a3b_40o`: how many (1 where no number stands) look which way. `_`: did not change; `x`: no mask; `o`: tracked, the object is not there; `a` to `e`: a mask, from sure to most doubtful; a capital: verified by a person.


@dataclass(frozen=True)
class Comment:
    """Plain text, never markup. Where a thread is pinned, and whether it is resolved, its first comment says: the one whose `threadId` is its `id`."""

    id: str
    thread_id: str
    frame_idx: int
    object_id: int | None
    x: float | None  # Source-video pixels.
    y: float | None
    text: str  # Empty where it was removed.
    author: Person
    mentions: tuple[Person, ...]
    created_s: float  # Seconds since 1970.
    edited_s: float | None
    removed: bool
    resolved_s: float | None
    resolved_by: Person | None
    version: int


@dataclass(frozen=True)
class CursorSpot:
    """A place in source-video pixels."""

    x: float
    y: float


@dataclass(frozen=True)
class StageView:
    """The video pixel in the middle of somebody's stage, and how near it is: 1 shows all of it."""

    x: float
    y: float
    zoom: float


@dataclass(frozen=True)
class Presence:
    """Somebody who has the session open now."""

    id: str
    name: str
    colour: str  # #rrggbb
    frame_idx: int
    cursor: CursorSpot | None  # Null: the pointer is not on the video.
    view: StageView | None
    playing: bool
    holds: tuple[int, ...]  # Objects that they are editing, and nobody else may.
    here: bool  # False: they have just gone.


@dataclass(frozen=True)
class SessionDelta:
    """What changed in a session after a version."""

    version: int  # Resume with `after: version`.
    objects: tuple[TrackedObject, ...]
    prompts: tuple[FramePrompt, ...]
    masks: tuple[FrameMask, ...]
    propagation: Propagation | None
    details: SessionDetails | None  # Its title and classes, if changed.
    candidates: tuple[FrameMask, ...]  # Masks that wait for a verdict.
    coverage: tuple[Coverage, ...]  # Instead of masks, where there are too many.
    comments: tuple[Comment, ...]
    presence: tuple[Presence, ...] | None  # Who came, moved or went; null: nobody. The first that a reader gets has everybody. It is no part of the version: a message may bring nothing else.


LIBRARY: Operation[tuple[Video, ...]] = Operation(
    "library",
    'query { library { id title state progress error warning width height numFrames fps frameTimesS renditionUrl renditionProgress pixelAspect posterUrl inGallery sourceSha256 } }',
    "tuple[Video, ...]",
)


VIDEO: Operation[Video] = Operation(
    "video",
    'query($id: ID!) { video(id: $id) { id title state progress error warning width height numFrames fps frameTimesS renditionUrl renditionProgress pixelAspect posterUrl inGallery sourceSha256 } }',
    "Video",
)


SESSIONS: Operation[tuple[Session, ...]] = Operation(
    "sessions",
    'query { sessions { id video { id title state progress error warning width height numFrames fps frameTimesS renditionUrl renditionProgress pixelAspect posterUrl inGallery sourceSha256 } engine { id label device available note } version createdS title ontology { name colour attributes { name kind choices } } projectId assigneeId coverUrl may mayInProject } }',
    "tuple[Session, ...]",
)


SESSION: Operation[Session] = Operation(
    "session",
    'query($id: ID!) { session(id: $id) { id video { id title state progress error warning width height numFrames fps frameTimesS renditionUrl renditionProgress pixelAspect posterUrl inGallery sourceSha256 } engine { id label device available note } version createdS title ontology { name colour attributes { name kind choices } } projectId assigneeId coverUrl may mayInProject } }',
    "Session",
)


ENGINES: Operation[tuple[Engine, ...]] = Operation(
    "engines",
    'query { engines { id label device available note } }',
    "tuple[Engine, ...]",
)


OBJECTS: Operation[tuple[TrackedObject, ...]] = Operation(
    "objects",
    'query($sessionId: ID!) { objects(sessionId: $sessionId) { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { state reason by { id name colour } atS sentBy { id name colour } sentS frameIdx } assigneeId } }',
    "tuple[TrackedObject, ...]",
)


MASKS: Operation[tuple[FrameMask, ...]] = Operation(
    "masks",
    'query($sessionId: ID!, $firstFrame: Int!, $lastFrame: Int!) { masks(sessionId: $sessionId, firstFrame: $firstFrame, lastFrame: $lastFrame) { objectId frameIdx rle { height width counts } area objectScore predictedIou origin engineId verified doubt doubtReasons version } }',
    "tuple[FrameMask, ...]",
)


PROPAGATION: Operation[Propagation | None] = Operation(
    "propagation",
    'query($sessionId: ID!) { propagation(sessionId: $sessionId) { id state framesDone framesTotal error version verdict pace { beside place loading framesPerS remainingS } } }',
    "Propagation | None",
)


EXPORT_FORMATS: Operation[tuple[ExportFormat, ...]] = Operation(
    "exportFormats",
    'query { exportFormats { name title purpose needsFrames takesFrames } }',
    "tuple[ExportFormat, ...]",
)


JOB: Operation[Job] = Operation(
    "job",
    'query($id: ID!) { job(id: $id) { id isImport state title format progress error createdS endedS fileName numBytes downloadUrl report { format objects { objectId name label numMasks numBoxes firstFrame lastFrame } problems numProblems } sessionId projectId mayCancel } }',
    "Job",
)


JOBS: Operation[tuple[Job, ...]] = Operation(
    "jobs",
    'query($sessionId: ID) { jobs(sessionId: $sessionId) { id isImport state title format progress error createdS endedS fileName numBytes downloadUrl report { format objects { objectId name label numMasks numBoxes firstFrame lastFrame } problems numProblems } sessionId projectId mayCancel } }',
    "tuple[Job, ...]",
)


PROJECTS: Operation[tuple[Project, ...]] = Operation(
    "projects",
    'query { projects { id title isFirst createdS ontology { name colour attributes { name kind choices } } progress { sessions sessionsVerified objects objectsForReview objectsAccepted objectsRejected frames framesMasked framesVerified framesDoubtful masks masksVerified } covers may } }',
    "tuple[Project, ...]",
)


PROJECT_SESSIONS: Operation[tuple[ProjectSession, ...]] = Operation(
    "projectSessions",
    'query($projectId: ID!) { projectSessions(projectId: $projectId) { session { id video { id title state progress error warning width height numFrames fps frameTimesS renditionUrl renditionProgress pixelAspect posterUrl inGallery sourceSha256 } engine { id label device available note } version createdS title ontology { name colour attributes { name kind choices } } projectId assigneeId coverUrl may mayInProject } progress { sessions sessionsVerified objects objectsForReview objectsAccepted objectsRejected frames framesMasked framesVerified framesDoubtful masks masksVerified } assigneeIds isMine } }',
    "tuple[ProjectSession, ...]",
)


PROJECT_VIDEOS: Operation[tuple[Video, ...]] = Operation(
    "projectVideos",
    'query($projectId: ID!) { projectVideos(projectId: $projectId) { id title state progress error warning width height numFrames fps frameTimesS renditionUrl renditionProgress pixelAspect posterUrl inGallery sourceSha256 } }',
    "tuple[Video, ...]",
)


CREATE_SESSION: Operation[Session] = Operation(
    "createSession",
    'mutation($videoId: ID!, $engineId: ID, $projectId: ID! = "home") { createSession(videoId: $videoId, engineId: $engineId, projectId: $projectId) { id video { id title state progress error warning width height numFrames fps frameTimesS renditionUrl renditionProgress pixelAspect posterUrl inGallery sourceSha256 } engine { id label device available note } version createdS title ontology { name colour attributes { name kind choices } } projectId assigneeId coverUrl may mayInProject } }',
    "Session",
)


ADD_OBJECT: Operation[TrackedObject] = Operation(
    "addObject",
    'mutation($sessionId: ID!, $name: String, $colour: String) { addObject(sessionId: $sessionId, name: $name, colour: $colour) { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { state reason by { id name colour } atS sentBy { id name colour } sentS frameIdx } assigneeId } }',
    "TrackedObject",
)


UPDATE_OBJECT: Operation[TrackedObject] = Operation(
    "updateObject",
    'mutation($sessionId: ID!, $objectId: Int!, $name: String, $colour: String, $seen: Int) { updateObject(sessionId: $sessionId, objectId: $objectId, name: $name, colour: $colour, seen: $seen) { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { state reason by { id name colour } atS sentBy { id name colour } sentS frameIdx } assigneeId } }',
    "TrackedObject",
)


DELETE_OBJECT: Operation[int] = Operation(
    "deleteObject",
    'mutation($sessionId: ID!, $objectId: Int!, $seen: Int) { deleteObject(sessionId: $sessionId, objectId: $objectId, seen: $seen) }',
    "int",
)


SET_PROMPT: Operation[int] = Operation(
    "setPrompt",
    'mutation($sessionId: ID!, $prompt: FramePromptInput!, $seen: Int) { setPrompt(sessionId: $sessionId, prompt: $prompt, seen: $seen) }',
    "int",
)


CLEAR_PROMPTS: Operation[int] = Operation(
    "clearPrompts",
    'mutation($sessionId: ID!, $seen: Int) { clearPrompts(sessionId: $sessionId, seen: $seen) }',
    "int",
)


TRACK: Operation[Propagation] = Operation(
    "track",
    'mutation($sessionId: ID!, $direction: Direction! = BOTH, $startFrame: Int, $objectIds: [Int!], $firstFrame: Int, $lastFrame: Int, $proposed: Boolean! = false, $overwritesVerified: Boolean! = false) { track(sessionId: $sessionId, direction: $direction, startFrame: $startFrame, objectIds: $objectIds, firstFrame: $firstFrame, lastFrame: $lastFrame, proposed: $proposed, overwritesVerified: $overwritesVerified) { id state framesDone framesTotal error version verdict pace { beside place loading framesPerS remainingS } } }',
    "Propagation",
)


CANCEL_TRACKING: Operation[int] = Operation(
    "cancelTracking",
    'mutation($sessionId: ID!) { cancelTracking(sessionId: $sessionId) }',
    "int",
)


START_EXPORT: Operation[Job] = Operation(
    "startExport",
    'mutation($sessionIds: [ID!]!, $format: String!, $objectIds: [Int!], $firstFrame: Int! = 0, $lastFrame: Int, $stride: Int! = 1, $withFrames: Boolean! = false) { startExport(sessionIds: $sessionIds, format: $format, objectIds: $objectIds, firstFrame: $firstFrame, lastFrame: $lastFrame, stride: $stride, withFrames: $withFrames) { id isImport state title format progress error createdS endedS fileName numBytes downloadUrl report { format objects { objectId name label numMasks numBoxes firstFrame lastFrame } problems numProblems } sessionId projectId mayCancel } }',
    "Job",
)


START_IMPORT: Operation[Job] = Operation(
    "startImport",
    'mutation($uploadId: ID!, $fileName: String!, $videoId: ID!, $sessionId: ID, $engineId: ID, $format: String, $keep: Boolean! = true, $confirmed: Boolean! = false, $dryRun: Boolean! = true, $projectId: ID! = "home") { startImport(uploadId: $uploadId, fileName: $fileName, videoId: $videoId, sessionId: $sessionId, engineId: $engineId, format: $format, keep: $keep, confirmed: $confirmed, dryRun: $dryRun, projectId: $projectId) { id isImport state title format progress error createdS endedS fileName numBytes downloadUrl report { format objects { objectId name label numMasks numBoxes firstFrame lastFrame } problems numProblems } sessionId projectId mayCancel } }',
    "Job",
)


CANCEL_JOB: Operation[Job] = Operation(
    "cancelJob",
    'mutation($id: ID!) { cancelJob(id: $id) { id isImport state title format progress error createdS endedS fileName numBytes downloadUrl report { format objects { objectId name label numMasks numBoxes firstFrame lastFrame } problems numProblems } sessionId projectId mayCancel } }',
    "Job",
)


CREATE_PROJECT: Operation[Project] = Operation(
    "createProject",
    'mutation($title: String!, $classes: [ObjectClassInput!]) { createProject(title: $title, classes: $classes) { id title isFirst createdS ontology { name colour attributes { name kind choices } } progress { sessions sessionsVerified objects objectsForReview objectsAccepted objectsRejected frames framesMasked framesVerified framesDoubtful masks masksVerified } covers may } }',
    "Project",
)


MOVE_SESSION: Operation[Session] = Operation(
    "moveSession",
    'mutation($sessionId: ID!, $projectId: ID!) { moveSession(sessionId: $sessionId, projectId: $projectId) { id video { id title state progress error warning width height numFrames fps frameTimesS renditionUrl renditionProgress pixelAspect posterUrl inGallery sourceSha256 } engine { id label device available note } version createdS title ontology { name colour attributes { name kind choices } } projectId assigneeId coverUrl may mayInProject } }',
    "Session",
)


EXPORT_PROJECT: Operation[Job] = Operation(
    "exportProject",
    'mutation($projectId: ID!, $format: String!, $stride: Int! = 1, $withFrames: Boolean! = false) { exportProject(projectId: $projectId, format: $format, stride: $stride, withFrames: $withFrames) { id isImport state title format progress error createdS endedS fileName numBytes downloadUrl report { format objects { objectId name label numMasks numBoxes firstFrame lastFrame } problems numProblems } sessionId projectId mayCancel } }',
    "Job",
)


SESSION_FEED: Operation[SessionDelta] = Operation(
    "sessionFeed",
    'subscription($sessionId: ID!, $after: Int! = 0, $masksAtMost: Int, $withPresence: Boolean! = false) { sessionFeed(sessionId: $sessionId, after: $after, masksAtMost: $masksAtMost, withPresence: $withPresence) { version objects { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { state reason by { id name colour } atS sentBy { id name colour } sentS frameIdx } assigneeId } prompts { objectId frameIdx points { x y include } box { x0 y0 x1 y1 } mask { height width counts } version } masks { objectId frameIdx rle { height width counts } area objectScore predictedIou origin engineId verified doubt doubtReasons version } propagation { id state framesDone framesTotal error version verdict pace { beside place loading framesPerS remainingS } } details { title ontology { name colour attributes { name kind choices } } version } candidates { objectId frameIdx rle { height width counts } area objectScore predictedIou origin engineId verified doubt doubtReasons version } coverage { objectId firstFrame looks } comments { id threadId frameIdx objectId x y text author { id name colour } mentions { id name colour } createdS editedS removed resolvedS resolvedBy { id name colour } version } presence { id name colour frameIdx cursor { x y } view { x y zoom } playing holds here } } }',
    "SessionDelta",
)
