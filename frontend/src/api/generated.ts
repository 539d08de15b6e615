// Written by `npm run codegen` from schema.graphql and operations.graphql. Do not edit.

import type { Operation } from './operation';

export interface BoxInput {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export type Direction = 'BOTH' | 'FORWARD' | 'BACKWARD';

export interface FramePromptInput {
  objectId: number;
  frameIdx: number;
  points?: readonly (PointInput)[];
  box?: BoxInput | null;
  mask?: RleMaskInput | null;
}

export interface PointInput {
  x: number;
  y: number;
  include?: boolean;
}

export type PropagationState = 'RUNNING' | 'DONE' | 'CANCELLED' | 'FAILED';

export interface RleMaskInput {
  height: number;
  width: number;
  counts: string;
}

export type VideoState = 'IMPORTING' | 'READY' | 'FAILED';

export type VideoCard = { id: string; title: string; state: VideoState; progress: number; error: string | null; width: number; height: number; numFrames: number; fps: number; posterUrl: string | null; inGallery: boolean };

export type EngineFields = { id: string; label: string; device: string; available: boolean; note: string };

export type PropagationFields = { id: string; state: PropagationState; framesDone: number; framesTotal: number; error: string | null; version: number };

export type ObjectFields = { objectId: number; name: string; colour: string; removed: boolean; version: number };

export type PromptFields = { objectId: number; frameIdx: number; points: readonly ({ x: number; y: number; include: boolean })[]; box: { x0: number; y0: number; x1: number; y1: number } | null; mask: { height: number; width: number; counts: string } | null; version: number };

export type MaskFields = { objectId: number; frameIdx: number; rle: { counts: string } | null; area: number; objectScore: number; predictedIou: number };

export type GalleryResult = { library: readonly (VideoCard)[]; sessions: readonly ({ id: string; createdS: number; video: VideoCard; engine: EngineFields })[]; engines: readonly (EngineFields)[] };
export type GalleryVariables = Record<string, never>;
export const Gallery: Operation<GalleryResult, GalleryVariables> = {
  name: 'Gallery',
  text: "query Gallery { library { ...VideoCard } sessions { id createdS video { ...VideoCard } engine { ...EngineFields } } engines { ...EngineFields } } fragment VideoCard on Video { id title state progress error width height numFrames fps posterUrl inGallery } fragment EngineFields on Engine { id label device available note }",
};

export type OpenSessionResult = { session: { id: string; version: number; createdS: number; engine: EngineFields; video: VideoCard & { frameTimesS: readonly (number)[]; renditionUrl: string | null; renditionProgress: number; pixelAspect: number; sourceSha256: string } } };
export type OpenSessionVariables = { id: string };
export const OpenSession: Operation<OpenSessionResult, OpenSessionVariables> = {
  name: 'OpenSession',
  text: "query OpenSession($id: ID!) { session(id: $id) { id version createdS engine { ...EngineFields } video { ...VideoCard frameTimesS renditionUrl renditionProgress pixelAspect sourceSha256 } } } fragment EngineFields on Engine { id label device available note } fragment VideoCard on Video { id title state progress error width height numFrames fps posterUrl inGallery }",
};

export type VideoPlaybackResult = { video: { renditionUrl: string | null; renditionProgress: number } };
export type VideoPlaybackVariables = { id: string };
export const VideoPlayback: Operation<VideoPlaybackResult, VideoPlaybackVariables> = {
  name: 'VideoPlayback',
  text: "query VideoPlayback($id: ID!) { video(id: $id) { renditionUrl renditionProgress } }",
};

export type CreateSessionResult = { createSession: { id: string } };
export type CreateSessionVariables = { videoId: string; engineId?: string | null };
export const CreateSession: Operation<CreateSessionResult, CreateSessionVariables> = {
  name: 'CreateSession',
  text: "mutation CreateSession($videoId: ID!, $engineId: ID) { createSession(videoId: $videoId, engineId: $engineId) { id } }",
};

export type AddObjectResult = { addObject: ObjectFields };
export type AddObjectVariables = { sessionId: string; name?: string | null; colour?: string | null };
export const AddObject: Operation<AddObjectResult, AddObjectVariables> = {
  name: 'AddObject',
  text: "mutation AddObject($sessionId: ID!, $name: String, $colour: String) { addObject(sessionId: $sessionId, name: $name, colour: $colour) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version }",
};

export type UpdateObjectResult = { updateObject: ObjectFields };
export type UpdateObjectVariables = { sessionId: string; objectId: number; name?: string | null; colour?: string | null };
export const UpdateObject: Operation<UpdateObjectResult, UpdateObjectVariables> = {
  name: 'UpdateObject',
  text: "mutation UpdateObject($sessionId: ID!, $objectId: Int!, $name: String, $colour: String) { updateObject( sessionId: $sessionId objectId: $objectId name: $name colour: $colour ) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version }",
};

export type DeleteObjectResult = { deleteObject: number };
export type DeleteObjectVariables = { sessionId: string; objectId: number };
export const DeleteObject: Operation<DeleteObjectResult, DeleteObjectVariables> = {
  name: 'DeleteObject',
  text: "mutation DeleteObject($sessionId: ID!, $objectId: Int!) { deleteObject(sessionId: $sessionId, objectId: $objectId) }",
};

export type SetPromptResult = { setPrompt: number };
export type SetPromptVariables = { sessionId: string; prompt: FramePromptInput };
export const SetPrompt: Operation<SetPromptResult, SetPromptVariables> = {
  name: 'SetPrompt',
  text: "mutation SetPrompt($sessionId: ID!, $prompt: FramePromptInput!) { setPrompt(sessionId: $sessionId, prompt: $prompt) }",
};

export type TrackResult = { track: PropagationFields };
export type TrackVariables = { sessionId: string; direction: Direction };
export const Track: Operation<TrackResult, TrackVariables> = {
  name: 'Track',
  text: "mutation Track($sessionId: ID!, $direction: Direction!) { track(sessionId: $sessionId, direction: $direction) { ...PropagationFields } } fragment PropagationFields on Propagation { id state framesDone framesTotal error version }",
};

export type CancelTrackingResult = { cancelTracking: number };
export type CancelTrackingVariables = { sessionId: string };
export const CancelTracking: Operation<CancelTrackingResult, CancelTrackingVariables> = {
  name: 'CancelTracking',
  text: "mutation CancelTracking($sessionId: ID!) { cancelTracking(sessionId: $sessionId) }",
};

export type SessionFeedResult = { sessionFeed: { version: number; objects: readonly (ObjectFields)[]; prompts: readonly (PromptFields)[]; masks: readonly (MaskFields)[]; propagation: PropagationFields | null } };
export type SessionFeedVariables = { sessionId: string; after: number };
export const SessionFeed: Operation<SessionFeedResult, SessionFeedVariables> = {
  name: 'SessionFeed',
  text: "subscription SessionFeed($sessionId: ID!, $after: Int!) { sessionFeed(sessionId: $sessionId, after: $after) { version objects { ...ObjectFields } prompts { ...PromptFields } masks { ...MaskFields } propagation { ...PropagationFields } } } fragment ObjectFields on TrackedObject { objectId name colour removed version } fragment PromptFields on FramePrompt { objectId frameIdx points { x y include } box { x0 y0 x1 y1 } mask { height width counts } version } fragment MaskFields on FrameMask { objectId frameIdx rle { counts } area objectScore predictedIou } fragment PropagationFields on Propagation { id state framesDone framesTotal error version }",
};
