"""In which places things lie: where a grant must be for, to reach them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from backend.domain.people import Scope


@dataclass(frozen=True)
class SessionPlaces:
    """A session lies in itself and in its project."""

    session: Scope
    project: Scope

    @property
    def all(self) -> frozenset[Scope]:
        return frozenset({self.session, self.project})


@dataclass(frozen=True)
class VideoPlaces:
    """A video lies in the projects that it was uploaded to, and wherever a session on it does."""

    in_gallery: bool
    projects: frozenset[Scope]
    sessions: frozenset[Scope]  # those on it, and their projects

    @property
    def all(self) -> frozenset[Scope]:
        return self.projects | self.sessions


class Scopes(Protocol):
    """Ids that are unknown are left out of the answers. Deleted sessions and projects are not unknown."""

    def of_sessions(self, session_ids: Collection[str]) -> Mapping[str, SessionPlaces]: ...
    def of_videos(self, video_ids: Collection[str]) -> Mapping[str, VideoPlaces]: ...
    def known_projects(self, project_ids: Collection[str]) -> frozenset[str]: ...
