"""Which route a path belongs to, for metrics and logs: a fixed list, never what the client wrote."""

from __future__ import annotations

import re

OTHER = "other"
ASSETS = "/assets"

# A test walks all routes, and fails when one is not told apart here.
_PATTERNS = tuple(
    (route, re.compile(pattern))
    for route, pattern in (
        ("/graphql", r"/graphql"),
        ("/propagate_in_video", r"/propagate_in_video"),
        ("/api/sessions/here", r"/api/sessions/[^/]+/here"),
        ("/api/sessions/export", r"/api/sessions/[^/]+/export/.+"),
        ("/api/jobs", r"/api/jobs(/.*)?"),
        ("/api/imports", r"/api/imports(/.*)?"),
        ("/api/videos", r"/api/videos"),
        ("/api/people", r"/api/(join|sign-out|sign-in(/back)?)"),
        ("/api/uploads", r"/api/uploads(/[^/]+)?"),
        ("/media/rendition", r"/media/[^/]+/rendition.*\.mp4"),
        ("/media/poster", r"/media/[^/]+/poster\.jpg"),
        ("/media/frame", r"/media/[^/]+/frames/[^/]+"),
        ("/media", r"/media/.+"),
        ("/gallery", r"/(gallery|uploads|posters)/[^/]+"),
        ("/health", r"/(healthy|healthz|readyz)"),
        ("/metrics", r"/metrics"),
        (ASSETS, r"/assets/.+"),
        ("/", r"/[^/]*|/[sp]/[^/]*"),  # the app's pages, and its files beside them
    )
)


def route_of(path: str) -> str:
    return next((route for route, pattern in _PATTERNS if pattern.fullmatch(path)), OTHER)
