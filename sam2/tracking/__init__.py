"""Tracking objects through a video: which frames are looked at, what is kept, and what happens on a frame.

    from sam2.tracking.frames import open_frames
    from sam2.tracking.prompts import BoxPrompt, FramePrompts, MaskPrompt, PointPrompt
    from sam2.tracking.saving import load_state, save_state
    from sam2.tracking.tracker import TrackingOptions, VideoTracker

    tracker = VideoTracker(model, TrackingOptions(add_all_frames_to_correct_as_cond=True))
    state = tracker.open(frames, folder=folder)         # any FrameSource; `folder` takes what leaves RAM
    seen = tracker.prompt(state, obj_id, frame_idx, FramePrompts(points=(PointPrompt(x, y),)))
    tracker.commit(state)                               # before the first step after a prompt
    seen = tracker.step(state, frame_idx, reverse=False, obj_ids=[obj_id])
    logits = tracker.video_logits(state, seen)          # [N, 1, height, width], > 0 inside
    save_state(tracker, state, folder)                  # only what is new, if it is the state's own folder
    state.close()
    state = load_state(tracker, frames, folder)         # identical masks from here; ValueError if it cannot

`model` is any `SAM2Base`; keep one tracker for it. `prompt` replaces the object's prompts on that frame
and predicts all objects there (`seen.obj_ids`, scores and IoUs beside the logits). `clear`, `remove`,
`reset` and `remember` (a stored mask taken back into memory) complete it. `propagate` is a loop over
`step`: to pause, cancel or take turns, call `step` or do not. `state.nbytes()` is what `close` frees.

Files, from the outside in: `tracker` (a frame), `inference` (the network on it), `state` (one video),
`memory` (a bank), `selection` (integers only), `spill` and `saving` (disk), `frames`, `video_file` and
`prefetch` (pictures), `edge` (pixels in and out of the model), `official_*` (the official predictor's
arguments and state keys).
"""
