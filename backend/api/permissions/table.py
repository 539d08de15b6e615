"""The one table: what each GraphQL root field and each HTTP route needs. What is not in it is refused.

`rule(NEED, where)`: where is found by `things`, from the field's arguments or the route's path and query.
Without a need, whoever is let in may. `rule(NEED, None)`: it must be held anywhere at all. What gives
somebody a way in is done `in_person`.
"""

from __future__ import annotations

from backend.api.official.types import Success
from backend.api.permissions import lists
from backend.api.permissions.places import link, place
from backend.api.permissions.rules import Rule, rule
from backend.api.permissions.things import (
    NO_DEMO_SESSION,
    demo_video,
    either,
    job,
    project,
    project_of_session,
    server,
    session,
    video,
)
from backend.domain.people import May

LOOK, COMMENT, EDIT, REVIEW, MANAGE = May.LOOK, May.COMMENT, May.EDIT, May.REVIEW, May.MANAGE

LET_IN = Rule()
IN_PERSON = Rule(in_person=True)
STRANGERS = Rule(strangers=True)
LOOK_AT, EDIT_IT = rule(LOOK, session()), rule(EDIT, session())
DEMO_SESSION = session("input.sessionId", missing=NO_DEMO_SESSION)

FIELDS: dict[str, Rule] = {
    # Whole sessions and videos
    "Query.library": Rule(shows=lists.videos),
    "Query.video": rule(LOOK, video("id")),
    "Query.sessions": Rule(shows=lists.sessions),
    "Query.session": rule(LOOK, session("id")),
    "Query.deletedSessions": Rule(shows=lists.sessions),
    "Query.unusedVideos": LET_IN,  # those that the caller may delete
    "Query.engines": LET_IN,
    "Mutation.createSession": rule(EDIT, project(), also=rule(LOOK, video())),
    "Mutation.renameSession": EDIT_IT,
    "Mutation.duplicateSession": rule(EDIT, project_of_session()),
    "Mutation.deleteSession": rule(EDIT, project_of_session()),
    "Mutation.restoreSession": rule(EDIT, project_of_session()),
    "Mutation.deleteVideo": rule(MANAGE, video()),
    # Projects
    "Query.projects": Rule(shows=lists.projects),
    "Query.project": rule(LOOK, project("id")),
    "Query.deletedProjects": Rule(shows=lists.projects),
    "Query.projectSessions": rule(LOOK, project()),
    "Query.projectVideos": rule(LOOK, project()),
    "Query.projectPeople": rule(LOOK, project()),
    "Mutation.createProject": rule(MANAGE, server),
    "Mutation.renameProject": rule(MANAGE, project()),
    "Mutation.setProjectOntology": rule(MANAGE, project()),
    "Mutation.deleteProject": rule(MANAGE, project()),
    "Mutation.restoreProject": rule(MANAGE, project()),
    "Mutation.moveSession": rule(MANAGE, project_of_session(), also=rule(EDIT, project())),
    "Mutation.assignSession": rule(MANAGE, project_of_session()),
    "Mutation.assignObject": rule(MANAGE, project_of_session()),
    "Mutation.exportProject": rule(LOOK, project()),
    # What is in a session
    "Query.objects": LOOK_AT,
    "Query.masks": LOOK_AT,
    "Query.maskWindow": LOOK_AT,
    "Query.propagation": LOOK_AT,
    "Query.previewPrompt": EDIT_IT,
    "Query.readClasses": LET_IN,
    "Mutation.addObject": EDIT_IT,
    "Mutation.updateObject": EDIT_IT,
    "Mutation.deleteObject": EDIT_IT,
    "Mutation.describeObject": EDIT_IT,
    "Mutation.orderObjects": EDIT_IT,
    "Mutation.exchangeObjects": EDIT_IT,
    "Mutation.mergeObjects": EDIT_IT,
    "Mutation.splitObject": EDIT_IT,
    "Mutation.setAbsentRanges": EDIT_IT,
    "Mutation.setVerified": EDIT_IT,
    "Mutation.setVerdict": EDIT_IT,
    "Mutation.setOntology": EDIT_IT,
    "Mutation.setPrompt": EDIT_IT,
    "Mutation.clearPrompts": EDIT_IT,
    "Mutation.track": EDIT_IT,
    "Mutation.resumeTracking": EDIT_IT,
    "Mutation.cancelTracking": EDIT_IT,
    "Mutation.holdObject": EDIT_IT,
    "Subscription.sessionFeed": LOOK_AT,
    # What people say of the work
    "Query.comments": LOOK_AT,
    "Query.mentionable": LOOK_AT,
    "Query.mentionsOfMe": LET_IN,  # of what the caller may see
    "Query.reviewQueue": LET_IN,  # as above
    "Query.ledger": LOOK_AT,
    "Query.effort": LOOK_AT,
    "Mutation.addComment": rule(COMMENT, session()),
    "Mutation.replyToComment": rule(COMMENT, session()),
    "Mutation.editComment": rule(COMMENT, session()),  # and its author's own
    "Mutation.deleteComment": rule(COMMENT, session()),  # its author's own, or who manages
    "Mutation.resolveComment": rule(COMMENT, session()),
    "Mutation.sendForReview": EDIT_IT,
    "Mutation.withdrawFromReview": EDIT_IT,
    "Mutation.acceptObjects": rule(REVIEW, session()),
    "Mutation.rejectObjects": rule(REVIEW, session()),
    # Exports and imports
    "Query.exportFormats": LET_IN,
    "Query.job": rule(LOOK, job()),
    "Query.jobs": Rule(shows=lists.jobs),
    "Mutation.startExport": rule(LOOK, session("sessionIds")),
    "Mutation.startImport": rule(
        EDIT, either("sessionId", session(), otherwise=project()), also=rule(LOOK, video())
    ),
    "Mutation.cancelJob": rule(MANAGE, job()),
    # People
    "Query.me": STRANGERS,
    "Query.links": rule(MANAGE, place),
    "Query.members": rule(LOOK, place),
    "Query.newcomers": rule(MANAGE, place),
    "Query.apiTokens": LET_IN,  # one's own
    "Mutation.renameMe": IN_PERSON,
    "Mutation.createLink": rule(MANAGE, place, in_person=True),
    "Mutation.revokeLink": rule(MANAGE, link()),
    "Mutation.setMemberRole": rule(MANAGE, place, in_person=True),
    "Mutation.removeMember": rule(MANAGE, place),
    "Mutation.createApiToken": rule(LOOK, place, in_person=True),
    "Mutation.revokeApiToken": IN_PERSON,  # one's own
    # The official demo's
    "Query.defaultVideo": LET_IN,
    "Query.videos": LET_IN,  # the gallery, which is for everybody
    "Mutation.uploadVideo": rule(EDIT, project()),
    "Mutation.startSession": rule(EDIT, project(), also=rule(LOOK, demo_video)),
    "Mutation.closeSession": Rule(rule(EDIT, session("input.sessionId")).asks, hidden=Success(success=False)),
    "Mutation.addPoints": rule(EDIT, DEMO_SESSION),
    "Mutation.clearPointsInFrame": rule(EDIT, DEMO_SESSION),
    "Mutation.clearPointsInVideo": rule(EDIT, DEMO_SESSION),
    "Mutation.removeObject": rule(EDIT, DEMO_SESSION),
    "Mutation.cancelPropagateInVideo": rule(EDIT, DEMO_SESSION),
}

# By the path as the router that serves it has it: Starlette's {name}, Flask's <name>.
ROUTES: dict[str, Rule] = {
    "/graphql": STRANGERS,  # and then by field: `view` answers strangers nothing but who they are
    "/propagate_in_video": Rule(
        rule(EDIT, session("session_id", missing=NO_DEMO_SESSION)).asks, by_handler=True
    ),
    "/api/sessions/{session_id}/export/coco.json": rule(LOOK, session("session_id")),
    "/api/sessions/{session_id}/effort.csv": rule(LOOK, session("session_id")),
    "/api/sessions/{session_id}/here": rule(LOOK, session("session_id")),
    "/api/uploads": rule(EDIT, project("project")),
    "/api/uploads/{upload_id}": Rule(rule(EDIT, project("project")).asks, by_handler=True),
    "/api/videos": rule(EDIT, project("project")),
    "/api/imports": rule(EDIT, None),
    "/api/jobs/<job_id>/download": rule(LOOK, job("job_id")),
    "/media/<video_id>/<any(rendition,source):kind>.mp4": rule(LOOK, video("video_id")),
    "/media/<video_id>/poster.jpg": rule(LOOK, video("video_id")),
    "/media/sessions/<session_id>/cover-<int:version>.jpg": rule(LOOK, session("session_id")),
    "/media/<video_id>/frames/<int:frame_idx>.jpg": rule(LOOK, video("video_id")),
    "/media/<video_id>/thumbnails/<int:frame_idx>.jpg": rule(LOOK, video("video_id")),
    "/media/<video_id>/cuts.json": rule(LOOK, video("video_id")),
    "/media/<video_id>/composing.json": rule(LOOK, video("video_id")),
    "/media/<video_id>/sound": rule(LOOK, video("video_id")),
    "/<any(gallery,uploads):kind>/<name>.mp4": rule(LOOK, video("name")),
    "/posters/<name>.jpg": rule(LOOK, video("name")),
    "/metrics": rule(MANAGE, server),  # or its own token, see `backend.api.access`
    # Coming in, and going
    "/api/join": STRANGERS,
    "/api/sign-out": STRANGERS,
    "/api/sign-in": STRANGERS,
    "/api/sign-in/back": STRANGERS,
    # The app itself holds no data
    "/": STRANGERS,
    "/sessions": STRANGERS,
    "/review": STRANGERS,
    "/s/<session_id>": STRANGERS,
    "/projects": STRANGERS,
    "/p/<project_id>": STRANGERS,
    "/join": STRANGERS,
    "/<path:name>": STRANGERS,
    "/healthy": STRANGERS,
    "/healthz": STRANGERS,
    "/readyz": STRANGERS,
}
