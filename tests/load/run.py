"""One run: click latency of one idle session, then of many that all track; the server's memory meanwhile."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

import httpx2

from tests.e2e.server import MaskletServer
from tests.load.annotator import Annotator, stop
from tests.load.clip import LoadClip
from tests.load.measure import Latencies, LiveStates, MemoryCurve, cpu_s_of, memory_of

NOTE_EVERY_S = 5.0
IDLE_CLICKS = 25
READY_S = 300.0


@dataclass
class LoadFigures:
    sessions: int
    lasted_s: float
    idle: Latencies
    busy: Latencies
    cancelled: Latencies
    masks: int  # that arrived in feeds
    masks_of_each: tuple[int, ...]
    tracks: int  # that were begun
    server_cpu_s: float
    memory: MemoryCurve = field(repr=False)


async def measure(
    server: MaskletServer, clip: LoadClip, sessions: int, seconds: float, idle_clicks: int = IDLE_CLICKS
) -> LoadFigures:
    limits = httpx2.Limits(max_connections=4 * sessions + 10)
    async with httpx2.AsyncClient(base_url=server.url, limits=limits, timeout=120.0) as client:
        video_id = await _video(server, client, clip)
        idle = Annotator(client, video_id, clip, random.Random(0))
        await idle.open()
        for _ in range(idle_clicks):
            await idle.click()
        busy = [Annotator(client, video_id, clip, random.Random(1 + i)) for i in range(sessions)]
        for annotator in busy:
            await annotator.open()
        return await _all_at_once(server, busy, Latencies(tuple(idle.clicks_s)), seconds)


async def _all_at_once(
    server: MaskletServer, busy: list[Annotator], idle: Latencies, seconds: float
) -> LoadFigures:
    memory, pids = MemoryCurve(), server.processes()
    began_s, cpu_s = time.monotonic(), cpu_s_of(pids)
    tasks = [
        asyncio.create_task(work)
        for annotator in busy
        for work in (annotator.read_feed(), annotator.keep_tracking(), annotator.click_now_and_then())
    ]
    while time.monotonic() - began_s < seconds:
        done, _ = await asyncio.wait(tasks, timeout=min(NOTE_EVERY_S, seconds), return_when="FIRST_COMPLETED")
        for task in done:
            task.result()  # none ends by itself but by an error
        metrics = (await asyncio.to_thread(server.get, "/metrics")).decode()
        memory.note(memory_of(server.processes()), LiveStates.of(metrics))
    lasted_s = time.monotonic() - began_s
    cpu_s = cpu_s_of(pids) - cpu_s
    for annotator in busy:
        await annotator.cancel()
    await stop(tasks)
    return LoadFigures(
        len(busy),
        lasted_s,
        idle,
        Latencies(tuple(one for annotator in busy for one in annotator.clicks_s)),
        Latencies(tuple(one for annotator in busy for one in annotator.cancels_s)),
        sum(annotator.masks for annotator in busy),
        tuple(annotator.masks for annotator in busy),
        sum(annotator.tracks for annotator in busy),
        cpu_s,
        memory,
    )


async def _video(server: MaskletServer, client: httpx2.AsyncClient, clip: LoadClip) -> str:
    video_id = await asyncio.to_thread(server.upload, clip.path, clip.path.name)
    end_s = time.monotonic() + READY_S
    while True:
        query = {
            "query": "query ($id: ID!) { video(id: $id) { state error } }",
            "variables": {"id": video_id},
        }
        video = (await client.post("/graphql", json=query)).json()["data"]["video"]
        if video["state"] == "READY":
            return video_id
        assert video["state"] != "FAILED" and time.monotonic() < end_s, video
        await asyncio.sleep(0.1)
