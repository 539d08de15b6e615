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
    Propagation,
    PropagationState,
    SessionDelta,
    TrackedObject,
    Video,
    VideoState,
)
from .masklets import Masklet, Masklets

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
    "Propagation",
    "PropagationState",
    "Refused",
    "Session",
    "SessionDelta",
    "TrackedObject",
    "Video",
    "VideoState",
]
