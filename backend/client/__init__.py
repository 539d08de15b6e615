"""Masklet from Python: `import masklet; client = masklet.Client()`. See docs/python.md.

The package lies in backend/client and is installed as `masklet`; within it imports are relative, so that both
names work.
"""

from .client import Client, Session
from .errors import MaskletError, NotReachable, Refused
from .generated import (
    BoxInput,
    Direction,
    Engine,
    ExportFormat,
    FrameMask,
    Job,
    JobState,
    PointInput,
    Progress,
    ProjectSession,
    Propagation,
    PropagationState,
    SessionDelta,
    TrackedObject,
    Video,
    VideoState,
)
from .masklets import Masklet, Masklets
from .projects import Project

__all__ = [
    "BoxInput",
    "Client",
    "Direction",
    "Engine",
    "ExportFormat",
    "FrameMask",
    "Job",
    "JobState",
    "Masklet",
    "MaskletError",
    "Masklets",
    "NotReachable",
    "PointInput",
    "Progress",
    "Project",
    "ProjectSession",
    "Propagation",
    "PropagationState",
    "Refused",
    "Session",
    "SessionDelta",
    "TrackedObject",
    "Video",
    "VideoState",
]
