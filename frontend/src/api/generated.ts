// Written by `npm run codegen` from schema.graphql and operations.graphql. Do not edit.

import type { Operation } from './operation';

export interface AttributeInput {
  name: string;
  value: string;
}

export type AttributeKind = 'TEXT' | 'NUMBER' | 'CHOICE' | 'BOOLEAN';

export interface AttributeSpecInput {
  name: string;
  kind?: AttributeKind;
  choices?: readonly (string)[];
}

export interface BoxInput {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export type Direction = 'BOTH' | 'FORWARD' | 'BACKWARD';

export type DoubtReason = 'UNSURE' | 'JUMPED' | 'RESIZED' | 'PIECES' | 'HOLES' | 'OVERLAPS';

export interface FramePromptInput {
  objectId: number;
  frameIdx: number;
  points?: readonly (PointInput)[];
  box?: BoxInput | null;
  mask?: RleMaskInput | null;
}

export interface FrameRangeInput {
  first: number;
  last: number;
}

export type JobState = 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';

export type May = 'LOOK' | 'COMMENT' | 'EDIT' | 'REVIEW' | 'MANAGE';

export interface ObjectClassInput {
  name: string;
  colour: string;
  attributes?: readonly (AttributeSpecInput)[];
}

export interface PointInput {
  x: number;
  y: number;
  include?: boolean;
}

export type PropagationState = 'RUNNING' | 'DONE' | 'CANCELLED' | 'FAILED';

export type ReviewState = 'DRAFT' | 'FOR_REVIEW' | 'ACCEPTED' | 'REJECTED';

export interface RleMaskInput {
  height: number;
  width: number;
  counts: string;
}

export type Role = 'OWNER' | 'ANNOTATOR' | 'REVIEWER' | 'VIEWER';

export type Verdict = 'APPLIED' | 'OPEN' | 'DROPPED';

export interface VerifiedInput {
  objectId: number;
  firstFrame: number;
  lastFrame: number;
}

export type VideoState = 'IMPORTING' | 'READY' | 'FAILED';

export type VideoCard = { id: string; title: string; state: VideoState; progress: number; error: string | null; width: number; height: number; numFrames: number; fps: number; posterUrl: string | null; inGallery: boolean };

export type EngineFields = { id: string; label: string; device: string; available: boolean; note: string };

export type PropagationFields = { id: string; pace: { beside: number; place: number; loading: boolean; framesPerS: number | null; remainingS: number | null } | null; state: PropagationState; framesDone: number; framesTotal: number; error: string | null; version: number; verdict: Verdict };

export type ObjectFields = { objectId: number; name: string; colour: string; removed: boolean; version: number; label: string; attributes: readonly ({ name: string; value: string })[]; rank: number; locked: boolean; absent: readonly ({ first: number; last: number })[]; review: ReviewFields; assigneeId: string | null };

export type ReviewFields = { state: ReviewState; reason: string; by: { id: string; name: string } | null; sentBy: { id: string; name: string } | null; atS: number | null; sentS: number | null; frameIdx: number | null };

export type CommentFields = { id: string; threadId: string; frameIdx: number; objectId: number | null; x: number | null; y: number | null; text: string; author: { id: string; name: string; colour: string }; mentions: readonly ({ id: string; name: string })[]; createdS: number; editedS: number | null; removed: boolean; resolvedS: number | null; resolvedBy: { id: string; name: string } | null; version: number };

export type ClassFields = { name: string; colour: string; attributes: readonly ({ name: string; kind: AttributeKind; choices: readonly (string)[] })[] };

export type PromptFields = { objectId: number; frameIdx: number; points: readonly ({ x: number; y: number; include: boolean })[]; box: { x0: number; y0: number; x1: number; y1: number } | null; mask: { height: number; width: number; counts: string } | null; version: number };

export type MaskFields = { objectId: number; frameIdx: number; rle: { counts: string } | null; area: number; objectScore: number; predictedIou: number; verified: boolean; doubt: number; doubtReasons: readonly (DoubtReason)[] };

export type SessionCard = { id: string; version: number; may: readonly (May)[]; mayInProject: readonly (May)[]; title: string; createdS: number; projectId: string; assigneeId: string | null; coverUrl: string; video: { id: string; title: string }; engine: { label: string } };

export type PresenceFields = { id: string; name: string; colour: string; frameIdx: number; cursor: { x: number; y: number } | null; view: { x: number; y: number; zoom: number } | null; playing: boolean; holds: readonly (number)[]; here: boolean };

export type ProgressFields = { sessions: number; sessionsVerified: number; objects: number; objectsForReview: number; objectsAccepted: number; objectsRejected: number; frames: number; framesMasked: number; framesVerified: number; framesDoubtful: number };

export type ProjectFields = { id: string; title: string; isFirst: boolean; createdS: number; may: readonly (May)[]; covers: readonly (string)[]; progress: ProgressFields };

export type ProjectClasses = { ontology: readonly (ClassFields)[] };

export type PersonFields = { id: string; name: string; colour: string };

export type JobFields = { id: string; isImport: boolean; state: JobState; title: string; format: string | null; progress: number; error: string | null; createdS: number; fileName: string | null; numBytes: number | null; downloadUrl: string | null; sessionId: string | null; projectId: string | null; mayCancel: boolean; report: { format: string; numProblems: number; problems: readonly (string)[]; objects: readonly ({ objectId: number; name: string; label: string; numMasks: number; numBoxes: number; firstFrame: number; lastFrame: number })[] } | null };

export type MeFields = { person: PersonFields | null; isOpen: boolean; signInUrl: string | null; may: readonly (May)[] };

export type LinkFields = { id: string; role: Role; label: string; createdS: number; expiresS: number | null; usesLeft: number | null; lastUsedS: number | null; hasPassphrase: boolean };

export type MemberFields = { person: PersonFields; role: Role; projectId: string | null; sessionId: string | null; linkId: string | null };

export type TokenFields = { id: string; name: string; role: Role; projectId: string | null; sessionId: string | null; createdS: number; expiresS: number | null; lastUsedS: number | null };

export type MentionableResult = { mentionable: readonly ({ id: string; name: string })[] };
export type MentionableVariables = { sessionId: string };
export const Mentionable: Operation<MentionableResult, MentionableVariables> = {
  name: 'Mentionable',
  text: "query Mentionable($sessionId: ID!) { mentionable(sessionId: $sessionId) { id name } }",
};

export type AddCommentResult = { addComment: CommentFields };
export type AddCommentVariables = { sessionId: string; frameIdx: number; text: string; objectId?: number | null; x?: number | null; y?: number | null; mentions?: readonly (string)[] | null };
export const AddComment: Operation<AddCommentResult, AddCommentVariables> = {
  name: 'AddComment',
  text: "mutation AddComment($sessionId: ID!, $frameIdx: Int!, $text: String!, $objectId: Int, $x: Float, $y: Float, $mentions: [ID!]) { addComment( sessionId: $sessionId frameIdx: $frameIdx text: $text objectId: $objectId x: $x y: $y mentions: $mentions ) { ...CommentFields } } fragment CommentFields on Comment { id threadId frameIdx objectId x y text author { id name colour } mentions { id name } createdS editedS removed resolvedS resolvedBy { id name } version }",
};

export type ReplyToCommentResult = { replyToComment: CommentFields };
export type ReplyToCommentVariables = { sessionId: string; threadId: string; text: string; mentions?: readonly (string)[] | null };
export const ReplyToComment: Operation<ReplyToCommentResult, ReplyToCommentVariables> = {
  name: 'ReplyToComment',
  text: "mutation ReplyToComment($sessionId: ID!, $threadId: ID!, $text: String!, $mentions: [ID!]) { replyToComment( sessionId: $sessionId threadId: $threadId text: $text mentions: $mentions ) { ...CommentFields } } fragment CommentFields on Comment { id threadId frameIdx objectId x y text author { id name colour } mentions { id name } createdS editedS removed resolvedS resolvedBy { id name } version }",
};

export type EditCommentResult = { editComment: CommentFields };
export type EditCommentVariables = { sessionId: string; commentId: string; text: string; mentions?: readonly (string)[] | null };
export const EditComment: Operation<EditCommentResult, EditCommentVariables> = {
  name: 'EditComment',
  text: "mutation EditComment($sessionId: ID!, $commentId: ID!, $text: String!, $mentions: [ID!]) { editComment( sessionId: $sessionId commentId: $commentId text: $text mentions: $mentions ) { ...CommentFields } } fragment CommentFields on Comment { id threadId frameIdx objectId x y text author { id name colour } mentions { id name } createdS editedS removed resolvedS resolvedBy { id name } version }",
};

export type DeleteCommentResult = { deleteComment: CommentFields };
export type DeleteCommentVariables = { sessionId: string; commentId: string };
export const DeleteComment: Operation<DeleteCommentResult, DeleteCommentVariables> = {
  name: 'DeleteComment',
  text: "mutation DeleteComment($sessionId: ID!, $commentId: ID!) { deleteComment(sessionId: $sessionId, commentId: $commentId) { ...CommentFields } } fragment CommentFields on Comment { id threadId frameIdx objectId x y text author { id name colour } mentions { id name } createdS editedS removed resolvedS resolvedBy { id name } version }",
};

export type ResolveCommentResult = { resolveComment: CommentFields };
export type ResolveCommentVariables = { sessionId: string; commentId: string; resolved: boolean };
export const ResolveComment: Operation<ResolveCommentResult, ResolveCommentVariables> = {
  name: 'ResolveComment',
  text: "mutation ResolveComment($sessionId: ID!, $commentId: ID!, $resolved: Boolean!) { resolveComment( sessionId: $sessionId commentId: $commentId resolved: $resolved ) { ...CommentFields } } fragment CommentFields on Comment { id threadId frameIdx objectId x y text author { id name colour } mentions { id name } createdS editedS removed resolvedS resolvedBy { id name } version }",
};

export type SendForReviewResult = { sendForReview: readonly (ObjectFields)[] };
export type SendForReviewVariables = { sessionId: string; objectIds: readonly (number)[] };
export const SendForReview: Operation<SendForReviewResult, SendForReviewVariables> = {
  name: 'SendForReview',
  text: "mutation SendForReview($sessionId: ID!, $objectIds: [Int!]!) { sendForReview(sessionId: $sessionId, objectIds: $objectIds) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type WithdrawFromReviewResult = { withdrawFromReview: readonly (ObjectFields)[] };
export type WithdrawFromReviewVariables = { sessionId: string; objectIds: readonly (number)[] };
export const WithdrawFromReview: Operation<WithdrawFromReviewResult, WithdrawFromReviewVariables> = {
  name: 'WithdrawFromReview',
  text: "mutation WithdrawFromReview($sessionId: ID!, $objectIds: [Int!]!) { withdrawFromReview(sessionId: $sessionId, objectIds: $objectIds) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type AcceptObjectsResult = { acceptObjects: readonly (ObjectFields)[] };
export type AcceptObjectsVariables = { sessionId: string; objectIds: readonly (number)[]; seen?: number | null };
export const AcceptObjects: Operation<AcceptObjectsResult, AcceptObjectsVariables> = {
  name: 'AcceptObjects',
  text: "mutation AcceptObjects($sessionId: ID!, $objectIds: [Int!]!, $seen: Int) { acceptObjects(sessionId: $sessionId, objectIds: $objectIds, seen: $seen) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type RejectObjectsResult = { rejectObjects: readonly (ObjectFields)[] };
export type RejectObjectsVariables = { sessionId: string; objectIds: readonly (number)[]; reason: string; seen?: number | null };
export const RejectObjects: Operation<RejectObjectsResult, RejectObjectsVariables> = {
  name: 'RejectObjects',
  text: "mutation RejectObjects($sessionId: ID!, $objectIds: [Int!]!, $reason: String!, $seen: Int) { rejectObjects( sessionId: $sessionId objectIds: $objectIds reason: $reason seen: $seen ) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type ReviewQueueResult = { reviewQueue: { total: number; objects: readonly ({ sessionId: string; sessionTitle: string; object: ObjectFields; thumbnailUrl: string; mask: { height: number; width: number; counts: string } | null; numMasks: number; openComments: number; mayReview: boolean })[] } };
export type ReviewQueueVariables = { first: number; skip: number };
export const ReviewQueue: Operation<ReviewQueueResult, ReviewQueueVariables> = {
  name: 'ReviewQueue',
  text: "query ReviewQueue($first: Int!, $skip: Int!) { reviewQueue(first: $first, skip: $skip) { total objects { sessionId sessionTitle object { ...ObjectFields } thumbnailUrl mask { height width counts } numMasks openComments mayReview } } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type MentionsOfMeResult = { mentionsOfMe: readonly ({ sessionId: string; sessionTitle: string; comment: CommentFields })[] };
export type MentionsOfMeVariables = Record<string, never>;
export const MentionsOfMe: Operation<MentionsOfMeResult, MentionsOfMeVariables> = {
  name: 'MentionsOfMe',
  text: "query MentionsOfMe { mentionsOfMe { sessionId sessionTitle comment { ...CommentFields } } } fragment CommentFields on Comment { id threadId frameIdx objectId x y text author { id name colour } mentions { id name } createdS editedS removed resolvedS resolvedBy { id name } version }",
};

export type SessionLedgerResult = { ledger: { entries: readonly ({ id: string; atS: number; person: { id: string; name: string } | null; what: string; value: string | null; objects: readonly ({ objectId: number; firstFrame: number | null; lastFrame: number | null; numFrames: number; clicks: number })[] })[]; next: string | null; people: readonly ({ id: string; name: string })[] } };
export type SessionLedgerVariables = { sessionId: string; before?: string | null; personId?: string | null; objectId?: number | null };
export const SessionLedger: Operation<SessionLedgerResult, SessionLedgerVariables> = {
  name: 'SessionLedger',
  text: "query SessionLedger($sessionId: ID!, $before: ID, $personId: ID, $objectId: Int) { ledger( sessionId: $sessionId first: 50 before: $before personId: $personId objectId: $objectId ) { entries { id atS person { id name } what value objects { objectId firstFrame lastFrame numFrames clicks } } next people { id name } } }",
};

export type SessionEffortResult = { effort: readonly ({ objectId: number | null; clicks: number; corrections: number; trackedFrames: number; activeS: number; people: number })[] };
export type SessionEffortVariables = { sessionId: string };
export const SessionEffort: Operation<SessionEffortResult, SessionEffortVariables> = {
  name: 'SessionEffort',
  text: "query SessionEffort($sessionId: ID!) { effort(sessionId: $sessionId) { objectId clicks corrections trackedFrames activeS people } }",
};

export type GalleryResult = { library: readonly (VideoCard)[]; sessions: readonly (SessionCard)[]; engines: readonly (EngineFields)[] };
export type GalleryVariables = Record<string, never>;
export const Gallery: Operation<GalleryResult, GalleryVariables> = {
  name: 'Gallery',
  text: "query Gallery { library { ...VideoCard } sessions { ...SessionCard } engines { ...EngineFields } } fragment VideoCard on Video { id title state progress error width height numFrames fps posterUrl inGallery } fragment SessionCard on Session { id version may mayInProject title createdS projectId assigneeId coverUrl video { id title } engine { label } } fragment EngineFields on Engine { id label device available note }",
};

export type OpenSessionResult = { session: { id: string; may: readonly (May)[]; mayInProject: readonly (May)[]; version: number; createdS: number; title: string; projectId: string; engine: EngineFields; video: VideoCard & { frameTimesS: readonly (number)[]; renditionUrl: string | null; renditionProgress: number; pixelAspect: number; warning: string | null; sourceSha256: string } } };
export type OpenSessionVariables = { id: string };
export const OpenSession: Operation<OpenSessionResult, OpenSessionVariables> = {
  name: 'OpenSession',
  text: "query OpenSession($id: ID!) { session(id: $id) { id may mayInProject version createdS title projectId engine { ...EngineFields } video { ...VideoCard frameTimesS renditionUrl renditionProgress pixelAspect warning sourceSha256 } } } fragment EngineFields on Engine { id label device available note } fragment VideoCard on Video { id title state progress error width height numFrames fps posterUrl inGallery }",
};

export type VideoPlaybackResult = { video: { renditionUrl: string | null; renditionProgress: number; warning: string | null } };
export type VideoPlaybackVariables = { id: string };
export const VideoPlayback: Operation<VideoPlaybackResult, VideoPlaybackVariables> = {
  name: 'VideoPlayback',
  text: "query VideoPlayback($id: ID!) { video(id: $id) { renditionUrl renditionProgress warning } }",
};

export type CreateSessionResult = { createSession: { id: string } };
export type CreateSessionVariables = { videoId: string; engineId?: string | null; projectId?: string };
export const CreateSession: Operation<CreateSessionResult, CreateSessionVariables> = {
  name: 'CreateSession',
  text: "mutation CreateSession($videoId: ID!, $engineId: ID, $projectId: ID! = \"home\") { createSession(videoId: $videoId, engineId: $engineId, projectId: $projectId) { id } }",
};

export type AddObjectResult = { addObject: ObjectFields };
export type AddObjectVariables = { sessionId: string; name?: string | null; colour?: string | null };
export const AddObject: Operation<AddObjectResult, AddObjectVariables> = {
  name: 'AddObject',
  text: "mutation AddObject($sessionId: ID!, $name: String, $colour: String) { addObject(sessionId: $sessionId, name: $name, colour: $colour) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type DescribeObjectResult = { describeObject: ObjectFields };
export type DescribeObjectVariables = { sessionId: string; objectId: number; name?: string | null; colour?: string | null; label?: string | null; attributes?: readonly (AttributeInput)[] | null; locked?: boolean | null; seen?: number | null };
export const DescribeObject: Operation<DescribeObjectResult, DescribeObjectVariables> = {
  name: 'DescribeObject',
  text: "mutation DescribeObject($sessionId: ID!, $objectId: Int!, $name: String, $colour: String, $label: String, $attributes: [AttributeInput!], $locked: Boolean, $seen: Int) { describeObject( sessionId: $sessionId objectId: $objectId name: $name colour: $colour label: $label attributes: $attributes locked: $locked seen: $seen ) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type SetPromptResult = { setPrompt: number };
export type SetPromptVariables = { sessionId: string; prompt: FramePromptInput; seen?: number | null };
export const SetPrompt: Operation<SetPromptResult, SetPromptVariables> = {
  name: 'SetPrompt',
  text: "mutation SetPrompt($sessionId: ID!, $prompt: FramePromptInput!, $seen: Int) { setPrompt(sessionId: $sessionId, prompt: $prompt, seen: $seen) }",
};

export type SetAbsentRangesResult = { setAbsentRanges: ObjectFields };
export type SetAbsentRangesVariables = { sessionId: string; objectId: number; ranges: readonly (FrameRangeInput)[]; seen?: number | null };
export const SetAbsentRanges: Operation<SetAbsentRangesResult, SetAbsentRangesVariables> = {
  name: 'SetAbsentRanges',
  text: "mutation SetAbsentRanges($sessionId: ID!, $objectId: Int!, $ranges: [FrameRangeInput!]!, $seen: Int) { setAbsentRanges( sessionId: $sessionId objectId: $objectId ranges: $ranges seen: $seen ) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type SetVerifiedResult = { setVerified: number };
export type SetVerifiedVariables = { sessionId: string; places: readonly (VerifiedInput)[]; verified: boolean; seen?: number | null };
export const SetVerified: Operation<SetVerifiedResult, SetVerifiedVariables> = {
  name: 'SetVerified',
  text: "mutation SetVerified($sessionId: ID!, $places: [VerifiedInput!]!, $verified: Boolean!, $seen: Int) { setVerified( sessionId: $sessionId places: $places verified: $verified seen: $seen ) }",
};

export type SetVerdictResult = { setVerdict: number };
export type SetVerdictVariables = { sessionId: string; propagationId: string; verdict: Verdict; seen?: number | null };
export const SetVerdict: Operation<SetVerdictResult, SetVerdictVariables> = {
  name: 'SetVerdict',
  text: "mutation SetVerdict($sessionId: ID!, $propagationId: ID!, $verdict: Verdict!, $seen: Int) { setVerdict( sessionId: $sessionId propagationId: $propagationId verdict: $verdict seen: $seen ) }",
};

export type OrderObjectsResult = { orderObjects: number };
export type OrderObjectsVariables = { sessionId: string; objectIds: readonly (number)[]; seen?: number | null };
export const OrderObjects: Operation<OrderObjectsResult, OrderObjectsVariables> = {
  name: 'OrderObjects',
  text: "mutation OrderObjects($sessionId: ID!, $objectIds: [Int!]!, $seen: Int) { orderObjects(sessionId: $sessionId, objectIds: $objectIds, seen: $seen) }",
};

export type ExchangeObjectsResult = { exchangeObjects: number };
export type ExchangeObjectsVariables = { sessionId: string; remove: readonly (number)[]; restore: readonly (number)[]; seen?: number | null };
export const ExchangeObjects: Operation<ExchangeObjectsResult, ExchangeObjectsVariables> = {
  name: 'ExchangeObjects',
  text: "mutation ExchangeObjects($sessionId: ID!, $remove: [Int!]!, $restore: [Int!]!, $seen: Int) { exchangeObjects( sessionId: $sessionId remove: $remove restore: $restore seen: $seen ) }",
};

export type MergeObjectsResult = { mergeObjects: ObjectFields };
export type MergeObjectsVariables = { sessionId: string; objectIds: readonly (number)[]; seen?: number | null };
export const MergeObjects: Operation<MergeObjectsResult, MergeObjectsVariables> = {
  name: 'MergeObjects',
  text: "mutation MergeObjects($sessionId: ID!, $objectIds: [Int!]!, $seen: Int) { mergeObjects(sessionId: $sessionId, objectIds: $objectIds, seen: $seen) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type SplitObjectResult = { splitObject: readonly (ObjectFields)[] };
export type SplitObjectVariables = { sessionId: string; objectId: number; frameIdx: number; seen?: number | null };
export const SplitObject: Operation<SplitObjectResult, SplitObjectVariables> = {
  name: 'SplitObject',
  text: "mutation SplitObject($sessionId: ID!, $objectId: Int!, $frameIdx: Int!, $seen: Int) { splitObject( sessionId: $sessionId objectId: $objectId frameIdx: $frameIdx seen: $seen ) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type SetOntologyResult = { setOntology: readonly (ClassFields)[] };
export type SetOntologyVariables = { sessionId: string; classes: readonly (ObjectClassInput)[]; seen?: number | null };
export const SetOntology: Operation<SetOntologyResult, SetOntologyVariables> = {
  name: 'SetOntology',
  text: "mutation SetOntology($sessionId: ID!, $classes: [ObjectClassInput!]!, $seen: Int) { setOntology(sessionId: $sessionId, classes: $classes, seen: $seen) { ...ClassFields } } fragment ClassFields on ObjectClass { name colour attributes { name kind choices } }",
};

export type ReadClassesResult = { readClasses: readonly (ClassFields)[] };
export type ReadClassesVariables = { text: string };
export const ReadClasses: Operation<ReadClassesResult, ReadClassesVariables> = {
  name: 'ReadClasses',
  text: "query ReadClasses($text: String!) { readClasses(text: $text) { ...ClassFields } } fragment ClassFields on ObjectClass { name colour attributes { name kind choices } }",
};

export type PreviewPromptResult = { previewPrompt: { counts: string } | null };
export type PreviewPromptVariables = { sessionId: string; prompt: FramePromptInput };
export const PreviewPrompt: Operation<PreviewPromptResult, PreviewPromptVariables> = {
  name: 'PreviewPrompt',
  text: "query PreviewPrompt($sessionId: ID!, $prompt: FramePromptInput!) { previewPrompt(sessionId: $sessionId, prompt: $prompt) { counts } }",
};

export type RenameSessionResult = { renameSession: number };
export type RenameSessionVariables = { sessionId: string; title: string; seen?: number | null };
export const RenameSession: Operation<RenameSessionResult, RenameSessionVariables> = {
  name: 'RenameSession',
  text: "mutation RenameSession($sessionId: ID!, $title: String!, $seen: Int) { renameSession(sessionId: $sessionId, title: $title, seen: $seen) }",
};

export type DuplicateSessionResult = { duplicateSession: { id: string } };
export type DuplicateSessionVariables = { sessionId: string };
export const DuplicateSession: Operation<DuplicateSessionResult, DuplicateSessionVariables> = {
  name: 'DuplicateSession',
  text: "mutation DuplicateSession($sessionId: ID!) { duplicateSession(sessionId: $sessionId) { id } }",
};

export type DeleteSessionResult = { deleteSession: boolean };
export type DeleteSessionVariables = { sessionId: string };
export const DeleteSession: Operation<DeleteSessionResult, DeleteSessionVariables> = {
  name: 'DeleteSession',
  text: "mutation DeleteSession($sessionId: ID!) { deleteSession(sessionId: $sessionId) }",
};

export type RestoreSessionResult = { restoreSession: { id: string } };
export type RestoreSessionVariables = { sessionId: string };
export const RestoreSession: Operation<RestoreSessionResult, RestoreSessionVariables> = {
  name: 'RestoreSession',
  text: "mutation RestoreSession($sessionId: ID!) { restoreSession(sessionId: $sessionId) { id } }",
};

export type DeleteVideoResult = { deleteVideo: boolean };
export type DeleteVideoVariables = { videoId: string };
export const DeleteVideo: Operation<DeleteVideoResult, DeleteVideoVariables> = {
  name: 'DeleteVideo',
  text: "mutation DeleteVideo($videoId: ID!) { deleteVideo(videoId: $videoId) }",
};

export type ShelfResult = { unusedVideos: readonly ({ id: string; title: string; numFrames: number; fps: number })[]; deletedSessions: readonly ({ id: string; mayInProject: readonly (May)[]; title: string; projectId: string; createdS: number; video: { id: string; title: string } })[] };
export type ShelfVariables = Record<string, never>;
export const Shelf: Operation<ShelfResult, ShelfVariables> = {
  name: 'Shelf',
  text: "query Shelf { unusedVideos { id title numFrames fps } deletedSessions { id mayInProject title projectId createdS video { id title } } }",
};

export type ProjectsResult = { projects: readonly (ProjectFields)[]; deletedProjects: readonly ({ id: string; title: string; may: readonly (May)[] })[] };
export type ProjectsVariables = Record<string, never>;
export const Projects: Operation<ProjectsResult, ProjectsVariables> = {
  name: 'Projects',
  text: "query Projects { projects { ...ProjectFields } deletedProjects { id title may } } fragment ProjectFields on Project { id title isFirst createdS may covers progress { ...ProgressFields } } fragment ProgressFields on Progress { sessions sessionsVerified objects objectsForReview objectsAccepted objectsRejected frames framesMasked framesVerified framesDoubtful }",
};

export type ProjectNamesResult = { projects: readonly ({ id: string; title: string; may: readonly (May)[] })[] };
export type ProjectNamesVariables = Record<string, never>;
export const ProjectNames: Operation<ProjectNamesResult, ProjectNamesVariables> = {
  name: 'ProjectNames',
  text: "query ProjectNames { projects { id title may } }",
};

export type OneProjectResult = { project: ProjectFields & ProjectClasses; projectSessions: readonly ({ session: SessionCard; progress: ProgressFields; assigneeIds: readonly (string)[]; isMine: boolean })[]; projectVideos: readonly (VideoCard)[]; projectPeople: readonly (PersonFields)[]; engines: readonly (EngineFields)[] };
export type OneProjectVariables = { id: string };
export const OneProject: Operation<OneProjectResult, OneProjectVariables> = {
  name: 'OneProject',
  text: "query OneProject($id: ID!) { project(id: $id) { ...ProjectFields ...ProjectClasses } projectSessions(projectId: $id) { session { ...SessionCard } progress { ...ProgressFields } assigneeIds isMine } projectVideos(projectId: $id) { ...VideoCard } projectPeople(projectId: $id) { ...PersonFields } engines { ...EngineFields } } fragment ProjectFields on Project { id title isFirst createdS may covers progress { ...ProgressFields } } fragment ProgressFields on Progress { sessions sessionsVerified objects objectsForReview objectsAccepted objectsRejected frames framesMasked framesVerified framesDoubtful } fragment ProjectClasses on Project { ontology { ...ClassFields } } fragment ClassFields on ObjectClass { name colour attributes { name kind choices } } fragment SessionCard on Session { id version may mayInProject title createdS projectId assigneeId coverUrl video { id title } engine { label } } fragment VideoCard on Video { id title state progress error width height numFrames fps posterUrl inGallery } fragment PersonFields on Person { id name colour } fragment EngineFields on Engine { id label device available note }",
};

export type ProjectPeopleResult = { projectPeople: readonly (PersonFields)[] };
export type ProjectPeopleVariables = { id: string };
export const ProjectPeople: Operation<ProjectPeopleResult, ProjectPeopleVariables> = {
  name: 'ProjectPeople',
  text: "query ProjectPeople($id: ID!) { projectPeople(projectId: $id) { ...PersonFields } } fragment PersonFields on Person { id name colour }",
};

export type CreateProjectResult = { createProject: { id: string } };
export type CreateProjectVariables = { title: string };
export const CreateProject: Operation<CreateProjectResult, CreateProjectVariables> = {
  name: 'CreateProject',
  text: "mutation CreateProject($title: String!) { createProject(title: $title) { id } }",
};

export type RenameProjectResult = { renameProject: { id: string } };
export type RenameProjectVariables = { projectId: string; title: string };
export const RenameProject: Operation<RenameProjectResult, RenameProjectVariables> = {
  name: 'RenameProject',
  text: "mutation RenameProject($projectId: ID!, $title: String!) { renameProject(projectId: $projectId, title: $title) { id } }",
};

export type SetProjectOntologyResult = { setProjectOntology: { id: string } };
export type SetProjectOntologyVariables = { projectId: string; classes: readonly (ObjectClassInput)[]; seen?: readonly (ObjectClassInput)[] | null; inSessions: boolean };
export const SetProjectOntology: Operation<SetProjectOntologyResult, SetProjectOntologyVariables> = {
  name: 'SetProjectOntology',
  text: "mutation SetProjectOntology($projectId: ID!, $classes: [ObjectClassInput!]!, $seen: [ObjectClassInput!], $inSessions: Boolean!) { setProjectOntology( projectId: $projectId classes: $classes seen: $seen inSessions: $inSessions ) { id } }",
};

export type DeleteProjectResult = { deleteProject: boolean };
export type DeleteProjectVariables = { projectId: string };
export const DeleteProject: Operation<DeleteProjectResult, DeleteProjectVariables> = {
  name: 'DeleteProject',
  text: "mutation DeleteProject($projectId: ID!) { deleteProject(projectId: $projectId) }",
};

export type RestoreProjectResult = { restoreProject: { id: string } };
export type RestoreProjectVariables = { projectId: string };
export const RestoreProject: Operation<RestoreProjectResult, RestoreProjectVariables> = {
  name: 'RestoreProject',
  text: "mutation RestoreProject($projectId: ID!) { restoreProject(projectId: $projectId) { id } }",
};

export type MoveSessionResult = { moveSession: { id: string } };
export type MoveSessionVariables = { sessionId: string; projectId: string };
export const MoveSession: Operation<MoveSessionResult, MoveSessionVariables> = {
  name: 'MoveSession',
  text: "mutation MoveSession($sessionId: ID!, $projectId: ID!) { moveSession(sessionId: $sessionId, projectId: $projectId) { id } }",
};

export type AssignSessionResult = { assignSession: { id: string } };
export type AssignSessionVariables = { sessionId: string; personId?: string | null };
export const AssignSession: Operation<AssignSessionResult, AssignSessionVariables> = {
  name: 'AssignSession',
  text: "mutation AssignSession($sessionId: ID!, $personId: ID) { assignSession(sessionId: $sessionId, personId: $personId) { id } }",
};

export type AssignObjectResult = { assignObject: ObjectFields };
export type AssignObjectVariables = { sessionId: string; objectId: number; personId?: string | null };
export const AssignObject: Operation<AssignObjectResult, AssignObjectVariables> = {
  name: 'AssignObject',
  text: "mutation AssignObject($sessionId: ID!, $objectId: Int!, $personId: ID) { assignObject(sessionId: $sessionId, objectId: $objectId, personId: $personId) { ...ObjectFields } } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx }",
};

export type ExportProjectResult = { exportProject: JobFields };
export type ExportProjectVariables = { projectId: string; format: string; stride: number; withFrames: boolean };
export const ExportProject: Operation<ExportProjectResult, ExportProjectVariables> = {
  name: 'ExportProject',
  text: "mutation ExportProject($projectId: ID!, $format: String!, $stride: Int!, $withFrames: Boolean!) { exportProject( projectId: $projectId format: $format stride: $stride withFrames: $withFrames ) { ...JobFields } } fragment JobFields on Job { id isImport state title format progress error createdS fileName numBytes downloadUrl sessionId projectId mayCancel report { format numProblems problems objects { objectId name label numMasks numBoxes firstFrame lastFrame } } }",
};

export type TrackResult = { track: PropagationFields };
export type TrackVariables = { sessionId: string; direction: Direction; startFrame?: number | null; objectIds?: readonly (number)[] | null; firstFrame?: number | null; lastFrame?: number | null; proposed?: boolean; overwritesVerified?: boolean };
export const Track: Operation<TrackResult, TrackVariables> = {
  name: 'Track',
  text: "mutation Track($sessionId: ID!, $direction: Direction!, $startFrame: Int, $objectIds: [Int!], $firstFrame: Int, $lastFrame: Int, $proposed: Boolean! = false, $overwritesVerified: Boolean! = false) { track( sessionId: $sessionId direction: $direction startFrame: $startFrame objectIds: $objectIds firstFrame: $firstFrame lastFrame: $lastFrame proposed: $proposed overwritesVerified: $overwritesVerified ) { ...PropagationFields } } fragment PropagationFields on Propagation { id pace { beside place loading framesPerS remainingS } state framesDone framesTotal error version verdict }",
};

export type ResumeTrackingResult = { resumeTracking: PropagationFields };
export type ResumeTrackingVariables = { sessionId: string };
export const ResumeTracking: Operation<ResumeTrackingResult, ResumeTrackingVariables> = {
  name: 'ResumeTracking',
  text: "mutation ResumeTracking($sessionId: ID!) { resumeTracking(sessionId: $sessionId) { ...PropagationFields } } fragment PropagationFields on Propagation { id pace { beside place loading framesPerS remainingS } state framesDone framesTotal error version verdict }",
};

export type HoldObjectResult = { holdObject: boolean };
export type HoldObjectVariables = { sessionId: string; objectId: number; takeOver: boolean };
export const HoldObject: Operation<HoldObjectResult, HoldObjectVariables> = {
  name: 'HoldObject',
  text: "mutation HoldObject($sessionId: ID!, $objectId: Int!, $takeOver: Boolean!) { holdObject(sessionId: $sessionId, objectId: $objectId, takeOver: $takeOver) }",
};

export type CancelTrackingResult = { cancelTracking: number };
export type CancelTrackingVariables = { sessionId: string };
export const CancelTracking: Operation<CancelTrackingResult, CancelTrackingVariables> = {
  name: 'CancelTracking',
  text: "mutation CancelTracking($sessionId: ID!) { cancelTracking(sessionId: $sessionId) }",
};

export type MaskWindowResult = { maskWindow: { lastFrame: number; masks: readonly (MaskFields)[] } };
export type MaskWindowVariables = { sessionId: string; firstFrame: number; lastFrame: number };
export const MaskWindow: Operation<MaskWindowResult, MaskWindowVariables> = {
  name: 'MaskWindow',
  text: "query MaskWindow($sessionId: ID!, $firstFrame: Int!, $lastFrame: Int!) { maskWindow( sessionId: $sessionId firstFrame: $firstFrame lastFrame: $lastFrame ) { lastFrame masks { ...MaskFields } } } fragment MaskFields on FrameMask { objectId frameIdx rle { counts } area objectScore predictedIou verified doubt doubtReasons }",
};

export type SessionFeedResult = { sessionFeed: { presence: readonly (PresenceFields)[] | null; version: number; objects: readonly (ObjectFields)[]; prompts: readonly (PromptFields)[]; masks: readonly (MaskFields)[]; coverage: readonly ({ objectId: number; firstFrame: number; looks: string })[]; propagation: PropagationFields | null; details: { title: string; ontology: readonly (ClassFields)[]; version: number } | null; candidates: readonly (MaskFields)[]; comments: readonly (CommentFields)[] } };
export type SessionFeedVariables = { sessionId: string; after: number; masksAtMost?: number | null };
export const SessionFeed: Operation<SessionFeedResult, SessionFeedVariables> = {
  name: 'SessionFeed',
  text: "subscription SessionFeed($sessionId: ID!, $after: Int!, $masksAtMost: Int) { sessionFeed( sessionId: $sessionId after: $after masksAtMost: $masksAtMost withPresence: true ) { presence { ...PresenceFields } version objects { ...ObjectFields } prompts { ...PromptFields } masks { ...MaskFields } coverage { objectId firstFrame looks } propagation { ...PropagationFields } details { title ontology { ...ClassFields } version } candidates { ...MaskFields } comments { ...CommentFields } } } fragment PresenceFields on Presence { id name colour frameIdx cursor { x y } view { x y zoom } playing holds here } fragment ObjectFields on TrackedObject { objectId name colour removed version label attributes { name value } rank locked absent { first last } review { ...ReviewFields } assigneeId } fragment ReviewFields on Review { state reason by { id name } sentBy { id name } atS sentS frameIdx } fragment PromptFields on FramePrompt { objectId frameIdx points { x y include } box { x0 y0 x1 y1 } mask { height width counts } version } fragment MaskFields on FrameMask { objectId frameIdx rle { counts } area objectScore predictedIou verified doubt doubtReasons } fragment PropagationFields on Propagation { id pace { beside place loading framesPerS remainingS } state framesDone framesTotal error version verdict } fragment ClassFields on ObjectClass { name colour attributes { name kind choices } } fragment CommentFields on Comment { id threadId frameIdx objectId x y text author { id name colour } mentions { id name } createdS editedS removed resolvedS resolvedBy { id name } version }",
};

export type ExportFormatsResult = { exportFormats: readonly ({ name: string; title: string; purpose: string; needsFrames: boolean; takesFrames: boolean })[] };
export type ExportFormatsVariables = Record<string, never>;
export const ExportFormats: Operation<ExportFormatsResult, ExportFormatsVariables> = {
  name: 'ExportFormats',
  text: "query ExportFormats { exportFormats { name title purpose needsFrames takesFrames } }",
};

export type SessionJobsResult = { jobs: readonly (JobFields)[] };
export type SessionJobsVariables = { sessionId: string };
export const SessionJobs: Operation<SessionJobsResult, SessionJobsVariables> = {
  name: 'SessionJobs',
  text: "query SessionJobs($sessionId: ID!) { jobs(sessionId: $sessionId) { ...JobFields } } fragment JobFields on Job { id isImport state title format progress error createdS fileName numBytes downloadUrl sessionId projectId mayCancel report { format numProblems problems objects { objectId name label numMasks numBoxes firstFrame lastFrame } } }",
};

export type AllJobsResult = { jobs: readonly (JobFields)[] };
export type AllJobsVariables = Record<string, never>;
export const AllJobs: Operation<AllJobsResult, AllJobsVariables> = {
  name: 'AllJobs',
  text: "query AllJobs { jobs { ...JobFields } } fragment JobFields on Job { id isImport state title format progress error createdS fileName numBytes downloadUrl sessionId projectId mayCancel report { format numProblems problems objects { objectId name label numMasks numBoxes firstFrame lastFrame } } }",
};

export type OneJobResult = { job: JobFields };
export type OneJobVariables = { id: string };
export const OneJob: Operation<OneJobResult, OneJobVariables> = {
  name: 'OneJob',
  text: "query OneJob($id: ID!) { job(id: $id) { ...JobFields } } fragment JobFields on Job { id isImport state title format progress error createdS fileName numBytes downloadUrl sessionId projectId mayCancel report { format numProblems problems objects { objectId name label numMasks numBoxes firstFrame lastFrame } } }",
};

export type StartExportResult = { startExport: JobFields };
export type StartExportVariables = { sessionIds: readonly (string)[]; format: string; objectIds?: readonly (number)[] | null; firstFrame: number; lastFrame?: number | null; stride: number; withFrames: boolean };
export const StartExport: Operation<StartExportResult, StartExportVariables> = {
  name: 'StartExport',
  text: "mutation StartExport($sessionIds: [ID!]!, $format: String!, $objectIds: [Int!], $firstFrame: Int!, $lastFrame: Int, $stride: Int!, $withFrames: Boolean!) { startExport( sessionIds: $sessionIds format: $format objectIds: $objectIds firstFrame: $firstFrame lastFrame: $lastFrame stride: $stride withFrames: $withFrames ) { ...JobFields } } fragment JobFields on Job { id isImport state title format progress error createdS fileName numBytes downloadUrl sessionId projectId mayCancel report { format numProblems problems objects { objectId name label numMasks numBoxes firstFrame lastFrame } } }",
};

export type StartImportResult = { startImport: JobFields };
export type StartImportVariables = { uploadId: string; fileName: string; videoId: string; sessionId?: string | null; format?: string | null; keep: boolean; confirmed: boolean; dryRun: boolean };
export const StartImport: Operation<StartImportResult, StartImportVariables> = {
  name: 'StartImport',
  text: "mutation StartImport($uploadId: ID!, $fileName: String!, $videoId: ID!, $sessionId: ID, $format: String, $keep: Boolean!, $confirmed: Boolean!, $dryRun: Boolean!) { startImport( uploadId: $uploadId fileName: $fileName videoId: $videoId sessionId: $sessionId format: $format keep: $keep confirmed: $confirmed dryRun: $dryRun ) { ...JobFields } } fragment JobFields on Job { id isImport state title format progress error createdS fileName numBytes downloadUrl sessionId projectId mayCancel report { format numProblems problems objects { objectId name label numMasks numBoxes firstFrame lastFrame } } }",
};

export type CancelJobResult = { cancelJob: JobFields };
export type CancelJobVariables = { id: string };
export const CancelJob: Operation<CancelJobResult, CancelJobVariables> = {
  name: 'CancelJob',
  text: "mutation CancelJob($id: ID!) { cancelJob(id: $id) { ...JobFields } } fragment JobFields on Job { id isImport state title format progress error createdS fileName numBytes downloadUrl sessionId projectId mayCancel report { format numProblems problems objects { objectId name label numMasks numBoxes firstFrame lastFrame } } }",
};

export type WhoAmIResult = { me: MeFields };
export type WhoAmIVariables = Record<string, never>;
export const WhoAmI: Operation<WhoAmIResult, WhoAmIVariables> = {
  name: 'WhoAmI',
  text: "query WhoAmI { me { ...MeFields } } fragment MeFields on Me { person { ...PersonFields } isOpen signInUrl may } fragment PersonFields on Person { id name colour }",
};

export type SessionMayResult = { session: { may: readonly (May)[] } };
export type SessionMayVariables = { id: string };
export const SessionMay: Operation<SessionMayResult, SessionMayVariables> = {
  name: 'SessionMay',
  text: "query SessionMay($id: ID!) { session(id: $id) { may } }",
};

export type SharingResult = { links: readonly (LinkFields)[]; members: readonly (MemberFields)[] };
export type SharingVariables = { projectId?: string | null; sessionId?: string | null };
export const Sharing: Operation<SharingResult, SharingVariables> = {
  name: 'Sharing',
  text: "query Sharing($projectId: ID, $sessionId: ID) { links(projectId: $projectId, sessionId: $sessionId) { ...LinkFields } members(projectId: $projectId, sessionId: $sessionId) { ...MemberFields } } fragment LinkFields on Link { id role label createdS expiresS usesLeft lastUsedS hasPassphrase } fragment MemberFields on Member { person { ...PersonFields } role projectId sessionId linkId } fragment PersonFields on Person { id name colour }",
};

export type NewcomersResult = { newcomers: readonly (PersonFields)[] };
export type NewcomersVariables = Record<string, never>;
export const Newcomers: Operation<NewcomersResult, NewcomersVariables> = {
  name: 'Newcomers',
  text: "query Newcomers { newcomers { ...PersonFields } } fragment PersonFields on Person { id name colour }",
};

export type CreateLinkResult = { createLink: { link: LinkFields; url: string } };
export type CreateLinkVariables = { role: Role; projectId?: string | null; sessionId?: string | null; label: string; expiresInS?: number | null; maxUses?: number | null; passphrase?: string | null };
export const CreateLink: Operation<CreateLinkResult, CreateLinkVariables> = {
  name: 'CreateLink',
  text: "mutation CreateLink($role: Role!, $projectId: ID, $sessionId: ID, $label: String!, $expiresInS: Float, $maxUses: Int, $passphrase: String) { createLink( role: $role projectId: $projectId sessionId: $sessionId label: $label expiresInS: $expiresInS maxUses: $maxUses passphrase: $passphrase ) { link { ...LinkFields } url } } fragment LinkFields on Link { id role label createdS expiresS usesLeft lastUsedS hasPassphrase }",
};

export type RevokeLinkResult = { revokeLink: boolean };
export type RevokeLinkVariables = { id: string };
export const RevokeLink: Operation<RevokeLinkResult, RevokeLinkVariables> = {
  name: 'RevokeLink',
  text: "mutation RevokeLink($id: ID!) { revokeLink(id: $id) }",
};

export type SetMemberRoleResult = { setMemberRole: boolean };
export type SetMemberRoleVariables = { personId: string; role: Role; projectId?: string | null; sessionId?: string | null };
export const SetMemberRole: Operation<SetMemberRoleResult, SetMemberRoleVariables> = {
  name: 'SetMemberRole',
  text: "mutation SetMemberRole($personId: ID!, $role: Role!, $projectId: ID, $sessionId: ID) { setMemberRole( personId: $personId role: $role projectId: $projectId sessionId: $sessionId ) }",
};

export type RemoveMemberResult = { removeMember: boolean };
export type RemoveMemberVariables = { personId: string; projectId?: string | null; sessionId?: string | null };
export const RemoveMember: Operation<RemoveMemberResult, RemoveMemberVariables> = {
  name: 'RemoveMember',
  text: "mutation RemoveMember($personId: ID!, $projectId: ID, $sessionId: ID) { removeMember(personId: $personId, projectId: $projectId, sessionId: $sessionId) }",
};

export type RenameMeResult = { renameMe: PersonFields };
export type RenameMeVariables = { name: string };
export const RenameMe: Operation<RenameMeResult, RenameMeVariables> = {
  name: 'RenameMe',
  text: "mutation RenameMe($name: String!) { renameMe(name: $name) { ...PersonFields } } fragment PersonFields on Person { id name colour }",
};

export type TokensResult = { apiTokens: readonly (TokenFields)[]; me: { may: readonly (May)[] }; projects: readonly ({ id: string; title: string; may: readonly (May)[] })[]; sessions: readonly ({ id: string; title: string; may: readonly (May)[]; video: { title: string } })[] };
export type TokensVariables = Record<string, never>;
export const Tokens: Operation<TokensResult, TokensVariables> = {
  name: 'Tokens',
  text: "query Tokens { apiTokens { ...TokenFields } me { may } projects { id title may } sessions { id title may video { title } } } fragment TokenFields on ApiToken { id name role projectId sessionId createdS expiresS lastUsedS }",
};

export type CreateApiTokenResult = { createApiToken: { apiToken: TokenFields; secret: string } };
export type CreateApiTokenVariables = { name: string; role: Role; projectId?: string | null; sessionId?: string | null; expiresInS?: number | null };
export const CreateApiToken: Operation<CreateApiTokenResult, CreateApiTokenVariables> = {
  name: 'CreateApiToken',
  text: "mutation CreateApiToken($name: String!, $role: Role!, $projectId: ID, $sessionId: ID, $expiresInS: Float) { createApiToken( name: $name role: $role projectId: $projectId sessionId: $sessionId expiresInS: $expiresInS ) { apiToken { ...TokenFields } secret } } fragment TokenFields on ApiToken { id name role projectId sessionId createdS expiresS lastUsedS }",
};

export type RevokeApiTokenResult = { revokeApiToken: boolean };
export type RevokeApiTokenVariables = { id: string };
export const RevokeApiToken: Operation<RevokeApiTokenResult, RevokeApiTokenVariables> = {
  name: 'RevokeApiToken',
  text: "mutation RevokeApiToken($id: ID!) { revokeApiToken(id: $id) }",
};
