"""Projects: what a team's sessions and people are sorted by. Every session is in exactly one."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.ontology import ObjectClass

HOME = "home"  # the project that is always there


@dataclass(frozen=True)
class Project:
    project_id: str
    title: str  # empty: the interface's word for the first project
    created_s: float
    ontology: tuple[ObjectClass, ...] = ()  # the classes that new sessions in it begin with
    removed_s: float | None = None
