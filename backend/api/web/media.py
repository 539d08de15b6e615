"""Renditions, posters, stills and sound: files of ours, found by the video's id, with a fixed type."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, jsonify

from backend.api.context import Service
from backend.api.official.paths import video_at
from backend.api.web.sendfile import ASK_AGAIN, FOREVER, stored_file
from backend.domain.errors import NotFound

MP4, JPEG, BYTES = "video/mp4", "image/jpeg", "application/octet-stream"


def media_blueprint(service: Service) -> Blueprint:
    blueprint = Blueprint("media", __name__)

    @blueprint.get("/media/<video_id>/<any(rendition,source):kind>.mp4")
    def rendition(video_id: str, kind: str) -> Response:
        path = service.library.rendition_path(video_id)
        if path.stem != kind:  # else a browser would keep the one in the other's place
            raise NotFound("This video is played from another address by now: reload the page.")
        return _file(path, MP4, FOREVER)

    @blueprint.get("/media/<video_id>/poster.jpg")
    def poster(video_id: str) -> Response:
        return _file(service.library.poster_path(video_id), JPEG, FOREVER)

    @blueprint.get("/media/sessions/<session_id>/cover-<int:version>.jpg")
    def cover(session_id: str, version: int) -> Response:
        """The version is for the browser, which keeps what it names: the picture is of the newest one."""
        return _file(service.covers.path(session_id), JPEG, FOREVER)

    @blueprint.get("/media/<video_id>/frames/<int:frame_idx>.jpg")
    def still(video_id: str, frame_idx: int) -> Response:
        response = Response(service.library.still_jpeg(video_id, frame_idx), mimetype=JPEG)
        response.headers["Cache-Control"] = FOREVER
        return response

    @blueprint.get("/media/<video_id>/thumbnails/<int:frame_idx>.jpg")
    def thumbnail(video_id: str, frame_idx: int) -> Response:
        response = Response(service.library.thumbnail_jpeg(video_id, frame_idx), mimetype=JPEG)
        response.headers["Cache-Control"] = FOREVER
        return response

    @blueprint.get("/media/<video_id>/cuts.json")
    def cuts(video_id: str) -> Response:
        """202 while they are looked for: ask again later."""
        found = service.library.scene_cuts(video_id)
        response = jsonify(cuts=found or ())
        response.status_code = 202 if found is None else 200
        response.headers["Cache-Control"] = ASK_AGAIN
        return response

    @blueprint.get("/media/<video_id>/composing.json")
    def composing(video_id: str) -> Response:
        """What a video that the browser composes takes over from the source: its clock and its sound."""
        response = jsonify(
            ticksPerS=service.library.frame_times(video_id).time_base.denominator,
            hasSound=service.library.has_sound(video_id),
        )
        response.headers["Cache-Control"] = FOREVER
        return response

    @blueprint.get("/media/<video_id>/sound")
    def sound(video_id: str) -> Response:
        return Response(service.library.sound(video_id), mimetype=BYTES)

    @blueprint.get("/<any(gallery,uploads):kind>/<name>.mp4")
    def demo_video(kind: str, name: str) -> Response:
        video = video_at(f"{kind}/{name}.mp4", service.videos)
        return _inline(_file(service.library.rendition_path(video.video_id), MP4, ASK_AGAIN), f"{name}.mp4")

    @blueprint.get("/posters/<name>.jpg")
    def demo_poster(name: str) -> Response:
        video = video_at(f"gallery/{name}.mp4", service.videos)
        return _inline(_file(service.library.poster_path(video.video_id), JPEG, ASK_AGAIN), f"{name}.jpg")

    return blueprint


def _file(path: Path, media_type: str, cache: str) -> Response:
    try:
        return stored_file(path, media_type, cache)
    except FileNotFoundError:
        raise NotFound("This file is missing from the data folder; import the video again.") from None


def _inline(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f"inline; filename={name}"  # an id: it needs no quotes
    return response
