SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_tokens (
    token_id character varying(64) NOT NULL,
    digest character varying(64) NOT NULL,
    person_id character varying(64) NOT NULL,
    name text NOT NULL,
    project_id character varying(64) NOT NULL,
    session_id character varying(64) NOT NULL,
    role character varying(16) NOT NULL,
    created_s double precision NOT NULL,
    expires_s double precision,
    used_s double precision
);
CREATE TABLE public.comments (
    session_id character varying(64) NOT NULL,
    comment_id character varying(64) NOT NULL,
    thread_id character varying(64) NOT NULL,
    frame_idx integer NOT NULL,
    object_id integer,
    x double precision,
    y double precision,
    text text NOT NULL,
    mentions text NOT NULL,
    author_id character varying(64) NOT NULL,
    author_name text NOT NULL,
    author_colour character varying(7) NOT NULL,
    created_s double precision NOT NULL,
    edited_s double precision,
    removed boolean NOT NULL,
    resolved_s double precision,
    resolved_by_id character varying(64),
    resolved_by_name text,
    version integer NOT NULL
);
CREATE TABLE public.edit_keys (
    person_id character varying(64) NOT NULL,
    edit_key character varying(64) NOT NULL,
    request character varying(64) NOT NULL,
    answer text NOT NULL,
    created_s double precision NOT NULL
);
CREATE TABLE public.edits (
    session_id character varying(64) NOT NULL,
    kind character varying(16) NOT NULL,
    object_id integer NOT NULL,
    frame_idx integer NOT NULL,
    version integer NOT NULL,
    client character varying(64) NOT NULL,
    person_id character varying(64) NOT NULL,
    person_name text NOT NULL
);
CREATE TABLE public.grants (
    person_id character varying(64) NOT NULL,
    project_id character varying(64) NOT NULL,
    session_id character varying(64) NOT NULL,
    given_by character varying(64) NOT NULL,
    role character varying(16) NOT NULL,
    since_s double precision NOT NULL
);
CREATE TABLE public.jobs (
    job_id character varying(64) NOT NULL,
    kind character varying(16) NOT NULL,
    state character varying(16) NOT NULL,
    created_s double precision NOT NULL,
    job text NOT NULL
);
CREATE TABLE public.kept_masks (
    session_id character varying(64) NOT NULL,
    frame_idx integer NOT NULL,
    object_id integer NOT NULL,
    height integer,
    width integer,
    counts text,
    area integer NOT NULL,
    object_score double precision NOT NULL,
    predicted_iou double precision NOT NULL,
    origin character varying(16) NOT NULL,
    engine_id character varying(128) NOT NULL,
    verified boolean NOT NULL,
    doubt double precision,
    doubt_reasons integer DEFAULT 0 NOT NULL,
    edge bytea
);
CREATE TABLE public.ledger (
    entry_id bigint NOT NULL,
    at_s double precision NOT NULL,
    session_id character varying(64),
    project_id character varying(64),
    version integer,
    person_id character varying(64),
    person_name text NOT NULL,
    what character varying(64) NOT NULL,
    subject_id character varying(64),
    value character varying(64),
    active_s double precision NOT NULL
);
CREATE SEQUENCE public.ledger_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.ledger_entry_id_seq OWNED BY public.ledger.entry_id;
CREATE TABLE public.ledger_objects (
    entry_id bigint NOT NULL,
    object_id integer NOT NULL,
    session_id character varying(64) NOT NULL,
    first_frame integer,
    last_frame integer,
    num_frames integer NOT NULL,
    clicks integer NOT NULL,
    corrections integer NOT NULL,
    tracked_frames integer NOT NULL,
    active_s double precision NOT NULL
);
CREATE TABLE public.links (
    link_id character varying(64) NOT NULL,
    project_id character varying(64) NOT NULL,
    session_id character varying(64) NOT NULL,
    role character varying(16) NOT NULL,
    digest character varying(64) NOT NULL,
    label text NOT NULL,
    created_s double precision NOT NULL,
    created_by character varying(64) NOT NULL,
    expires_s double precision,
    max_uses integer,
    uses integer NOT NULL,
    passphrase_hash text,
    wrong_passphrases integer NOT NULL,
    wrong_s double precision NOT NULL,
    used_s double precision,
    revoked_s double precision
);
CREATE TABLE public.logins (
    digest character varying(64) NOT NULL,
    person_id character varying(64) NOT NULL,
    created_s double precision NOT NULL,
    expires_s double precision NOT NULL
);
CREATE TABLE public.masks (
    session_id character varying(64) NOT NULL,
    frame_idx integer NOT NULL,
    object_id integer NOT NULL,
    height integer,
    width integer,
    counts text,
    area integer NOT NULL,
    object_score double precision NOT NULL,
    predicted_iou double precision NOT NULL,
    origin character varying(16) NOT NULL,
    engine_id character varying(128) NOT NULL,
    verified boolean NOT NULL,
    version integer NOT NULL,
    propagation_id character varying(64),
    doubt double precision,
    doubt_reasons integer DEFAULT 0 NOT NULL,
    edge bytea
);
CREATE TABLE public.objects (
    session_id character varying(64) NOT NULL,
    object_id integer NOT NULL,
    name text NOT NULL,
    colour character varying(7) NOT NULL,
    removed boolean NOT NULL,
    tracked_version integer NOT NULL,
    version integer NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    attributes text DEFAULT '[]'::text NOT NULL,
    rank integer DEFAULT 0 NOT NULL,
    locked boolean DEFAULT false NOT NULL,
    absent text DEFAULT '[]'::text NOT NULL,
    assignee_id character varying(64),
    review_state character varying(16) DEFAULT 'draft'::character varying NOT NULL,
    review_reason text DEFAULT ''::text NOT NULL,
    review_by_id character varying(64),
    review_by_name text,
    review_s double precision,
    sent_by_id character varying(64),
    sent_by_name text,
    sent_s double precision,
    review_frame integer
);
CREATE TABLE public.people (
    person_id character varying(64) NOT NULL,
    name text NOT NULL,
    colour character varying(7) NOT NULL,
    issuer text,
    subject text
);
CREATE TABLE public.project_videos (
    project_id character varying(64) NOT NULL,
    video_id character varying(64) NOT NULL
);
CREATE TABLE public.projects (
    project_id character varying(64) NOT NULL,
    title text NOT NULL,
    created_s double precision NOT NULL,
    ontology text NOT NULL,
    removed_s double precision
);
CREATE TABLE public.prompts (
    session_id character varying(64) NOT NULL,
    object_id integer NOT NULL,
    frame_idx integer NOT NULL,
    points text NOT NULL,
    box text,
    mask_height integer,
    mask_width integer,
    mask_counts text,
    is_empty boolean NOT NULL,
    version integer NOT NULL
);
CREATE TABLE public.propagations (
    session_id character varying(64) NOT NULL,
    propagation_id character varying(64) NOT NULL,
    started_version integer NOT NULL,
    passes text NOT NULL,
    state character varying(16) NOT NULL,
    frames_done integer NOT NULL,
    frames_total integer NOT NULL,
    prompts_version integer NOT NULL,
    error text,
    version integer NOT NULL,
    verdict character varying(16) DEFAULT 'applied'::character varying NOT NULL,
    overwrites_verified boolean DEFAULT false NOT NULL
);
CREATE TABLE public.session_progress (
    session_id character varying(64) NOT NULL,
    version integer NOT NULL,
    masks integer NOT NULL,
    masks_verified integer NOT NULL,
    frames_masked integer NOT NULL,
    frames_verified integer NOT NULL,
    frames_doubtful integer NOT NULL,
    busiest_frame integer
);
CREATE TABLE public.sessions (
    session_id character varying(64) NOT NULL,
    video_id character varying(64) NOT NULL,
    engine_id character varying(128) NOT NULL,
    created_s double precision NOT NULL,
    version integer NOT NULL,
    next_object_id integer NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    ontology text DEFAULT '[]'::text NOT NULL,
    details_version integer DEFAULT 0 NOT NULL,
    removed_s double precision,
    project_id character varying(64) DEFAULT 'home'::character varying NOT NULL,
    assignee_id character varying(64)
);
CREATE TABLE public.stashed_masks (
    stash_id character varying(64) NOT NULL,
    session_id character varying(64) NOT NULL,
    frame_idx integer NOT NULL,
    object_id integer NOT NULL,
    height integer,
    width integer,
    counts text,
    area integer NOT NULL,
    object_score double precision NOT NULL,
    predicted_iou double precision NOT NULL,
    origin character varying(16) NOT NULL,
    engine_id character varying(128) NOT NULL,
    verified boolean NOT NULL,
    version integer NOT NULL,
    propagation_id character varying(64),
    doubt double precision,
    doubt_reasons integer DEFAULT 0 NOT NULL,
    edge bytea
);
CREATE TABLE public.stashed_prompts (
    stash_id character varying(64) NOT NULL,
    session_id character varying(64) NOT NULL,
    object_id integer NOT NULL,
    frame_idx integer NOT NULL,
    points text NOT NULL,
    box text,
    mask_height integer,
    mask_width integer,
    mask_counts text,
    is_empty boolean NOT NULL
);
CREATE TABLE public.videos (
    video_id character varying(64) NOT NULL,
    title text NOT NULL,
    source_sha256 character varying(64) NOT NULL,
    state character varying(16) NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    pts_s bytea NOT NULL,
    in_gallery boolean NOT NULL,
    progress double precision NOT NULL,
    error text,
    warning text,
    created_s double precision NOT NULL,
    pixel_aspect double precision DEFAULT 1 NOT NULL,
    playback character varying(16) DEFAULT 'rendition'::character varying NOT NULL,
    playback_progress double precision DEFAULT 1 NOT NULL
);
ALTER TABLE ONLY public.ledger ALTER COLUMN entry_id SET DEFAULT nextval('public.ledger_entry_id_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('0011');
INSERT INTO public.api_tokens VALUES ('token-1', '930a1679fc222664f3128320be963fc6ddf40b54ca1136d88bf9041f4d396d41', 'ben', 'Nightly export', 'home', '', 'viewer', 14, NULL, NULL);
INSERT INTO public.edits VALUES ('session-1', 'object', 1, -1, 2, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-1', 'object', 2, -1, 5, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-1', 'prompts', 1, 3, 6, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-1', 'prompts', 1, 6, 10, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-1', 'prompts', 1, 8, 13, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-1', 'prompts', 2, 4, 14, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-1', 'prompts', 3, 4, 15, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-1', 'object', 3, -1, 17, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-1', 'prompts', 3, -1, 17, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-2', 'object', 1, -1, 2, '', 'local', 'You');
INSERT INTO public.edits VALUES ('session-2', 'prompts', 1, 3, 3, '', 'local', 'You');
INSERT INTO public.grants VALUES ('ada', '', 'session-1', 'link-1', 'annotator', 11);
INSERT INTO public.grants VALUES ('ben', 'home', '', '', 'reviewer', 13);
INSERT INTO public.kept_masks VALUES ('session-1', 6, 1, 6, 8, '57T1', 7, 1.25, 0.875, 'track', 'colorflow', false, 0.2976899150141652, 1, '\x010006ff');
INSERT INTO public.ledger VALUES (1, 1795253617.0584173, 'session-1', NULL, 1, NULL, '', 'createSession', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (2, 1795253617.0738065, 'session-1', NULL, 2, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (3, 1795253617.083058, 'session-1', NULL, 3, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (4, 1795253617.0905628, 'session-1', NULL, 4, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (5, 1795253617.0965762, 'session-1', NULL, 5, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (6, 1795253617.106959, 'session-1', NULL, 6, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (7, 1795253617.124524, 'session-1', NULL, 8, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (8, 1795253617.138461, 'session-1', NULL, 9, NULL, '', 'tracked', 'track-1', 'done', 0);
INSERT INTO public.ledger VALUES (9, 1795253617.148511, 'session-1', NULL, 10, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (10, 1795253617.1619725, 'session-1', NULL, 12, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (11, 1795253617.1701183, 'session-1', NULL, 13, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (12, 1795253617.1788962, 'session-1', NULL, 14, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (13, 1795253617.1910446, 'session-1', NULL, 15, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (14, 1795253617.216047, 'session-1', NULL, 17, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (15, 1795253617.2183275, 'session-2', NULL, 1, NULL, '', 'createSession', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (16, 1795253617.2254236, 'session-2', NULL, 2, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (17, 1795253617.233078, 'session-2', NULL, 3, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (18, 1795253617.2460206, 'session-2', NULL, 5, NULL, '', 'change', NULL, NULL, 0);
INSERT INTO public.ledger VALUES (19, 1795253617.2578583, 'session-1', NULL, NULL, NULL, '', 'createLink', 'link-1', 'annotator', 0);
INSERT INTO public.ledger VALUES (20, 1795253617.263717, 'session-1', NULL, NULL, 'ada', 'Ada Ç', 'join', 'link-1', 'annotator', 5);
INSERT INTO public.ledger VALUES (21, 1795253617.2713983, NULL, 'home', NULL, NULL, '', 'setMemberRole', 'ben', 'reviewer', 0);
INSERT INTO public.ledger VALUES (22, 1795253617.2733762, NULL, 'home', NULL, NULL, '', 'createApiToken', 'token-1', 'viewer', 0);
INSERT INTO public.ledger_objects VALUES (2, 1, 'session-1', NULL, NULL, 0, 0, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (3, 2, 'session-1', NULL, NULL, 0, 0, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (4, 3, 'session-1', NULL, NULL, 0, 0, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (5, 2, 'session-1', NULL, NULL, 0, 0, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (6, 1, 'session-1', 3, 3, 1, 1, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (7, 1, 'session-1', 0, 10, 8, 0, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (8, 1, 'session-1', 0, 10, 12, 0, 0, 12, 0);
INSERT INTO public.ledger_objects VALUES (9, 1, 'session-1', 6, 6, 1, 2, 2, 0, 0);
INSERT INTO public.ledger_objects VALUES (10, 1, 'session-1', 8, 8, 1, 1, 1, 0, 0);
INSERT INTO public.ledger_objects VALUES (11, 1, 'session-1', 8, 8, 1, 1, 1, 0, 0);
INSERT INTO public.ledger_objects VALUES (12, 2, 'session-1', 4, 4, 1, 1, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (13, 3, 'session-1', 4, 4, 1, 1, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (14, 3, 'session-1', 4, 4, 1, 0, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (16, 1, 'session-2', NULL, NULL, 0, 0, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (17, 1, 'session-2', 3, 3, 1, 1, 0, 0, 0);
INSERT INTO public.ledger_objects VALUES (18, 1, 'session-2', 0, 10, 8, 0, 0, 0, 0);
INSERT INTO public.links VALUES ('link-1', '', 'session-1', 'annotator', '01d13cd740076362b97a0b01169892be9f1b24375383d673712c6b647cafc530', 'For “Ada”', 10, 'local', 1000000000000, 3, 1, NULL, 0, 0, 11, NULL);
INSERT INTO public.logins VALUES ('bc01a0aef19cd11c17b4b11250779e46650822c363b639c5f6dd5cd728d214b1', 'ada', 11, 1000000000000);
INSERT INTO public.masks VALUES ('session-1', 3, 1, 6, 8, '57T1', 7, 1.25, 0.875, 'prompt', 'colorflow', false, 7, NULL, 0.2878763593249307, 1, NULL);
INSERT INTO public.masks VALUES ('session-1', 0, 1, 6, 8, '51Z1', 1, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.6653018888827175, 5, '\x010000ff');
INSERT INTO public.masks VALUES ('session-1', 1, 1, 6, 8, '52Y1', 2, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.8359979255525316, 13, '\x010001ff');
INSERT INTO public.masks VALUES ('session-1', 2, 1, 6, 8, '53X1', 3, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.7398560518393448, 13, '\x010002ff');
INSERT INTO public.masks VALUES ('session-1', 4, 1, 6, 8, '55V1', 5, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.611527474661149, 13, '\x010004ff');
INSERT INTO public.masks VALUES ('session-1', 5, 1, 6, 8, '56U1', 6, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.4993877101427261, 9, '\x010005ff');
INSERT INTO public.masks VALUES ('session-1', 7, 1, 6, 8, '58S1', 8, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.2878763593249307, 1, '\x010007ff');
INSERT INTO public.masks VALUES ('session-1', 8, 1, 6, 8, '59R1', 9, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.2878763593249307, 1, '\x010008ff');
INSERT INTO public.masks VALUES ('session-1', 9, 1, 6, 8, '5:Q1', 10, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.2878763593249307, 1, '\x010009ff');
INSERT INTO public.masks VALUES ('session-1', 10, 1, 6, 8, '5;P1', 11, 1.25, 0.875, 'track', 'colorflow', false, 9, 'track-1', 0.2878763593249307, 1, '\x01000aff');
INSERT INTO public.masks VALUES ('session-1', 6, 1, 6, 8, '57T1', 7, 1.25, 0.875, 'prompt', 'colorflow', false, 11, NULL, 0.2878763593249307, 1, NULL);
INSERT INTO public.masks VALUES ('session-1', 4, 3, NULL, NULL, NULL, 0, 0, 0, 'prompt', 'colorflow', false, 17, NULL, NULL, 0, NULL);
INSERT INTO public.masks VALUES ('session-2', 3, 1, 6, 8, '57T1', 7, 1.25, 0.875, 'prompt', 'colorflow', false, 4, NULL, 0.2878763593249307, 1, NULL);
INSERT INTO public.masks VALUES ('session-2', 4, 1, 6, 8, '53X1', 3, 1.25, 0.875, 'track', 'colorflow', false, 6, 'track-2', 0.8359979255525316, 13, NULL);
INSERT INTO public.masks VALUES ('session-2', 5, 1, 6, 8, '53X1', 3, 1.25, 0.875, 'track', 'colorflow', false, 6, 'track-2', 0.651059416069216, 9, NULL);
INSERT INTO public.objects VALUES ('session-1', 2, 'Left cup; 左の''カップ''', '#102030', false, 0, 5, '', '[]', 2, false, '[]', NULL, 'draft', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.objects VALUES ('session-1', 1, 'Object 1', '#102030', false, 7, 9, '', '[]', 1, false, '[]', NULL, 'draft', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.objects VALUES ('session-1', 3, 'Object 3', '#102030', true, 0, 17, '', '[]', 3, false, '[]', NULL, 'draft', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.objects VALUES ('session-2', 1, 'Object 1', '#102030', false, 0, 2, '', '[]', 1, false, '[]', NULL, 'draft', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.people VALUES ('local', 'You', '#4f8cff', NULL, NULL);
INSERT INTO public.people VALUES ('ada', 'Ada Ç', '#ff0000', NULL, NULL);
INSERT INTO public.people VALUES ('ben', 'Ben', '#4f8cff', 'https://login.example', '42');
INSERT INTO public.projects VALUES ('home', '', 0, '[]', NULL);
INSERT INTO public.prompts VALUES ('session-1', 1, 3, '[[1.5, 2.25, false]]', NULL, NULL, NULL, NULL, false, 6);
INSERT INTO public.prompts VALUES ('session-1', 1, 6, '[[0.5, 1, true], [7, 5.25, false]]', NULL, NULL, NULL, NULL, false, 10);
INSERT INTO public.prompts VALUES ('session-1', 1, 8, '[]', NULL, NULL, NULL, NULL, true, 13);
INSERT INTO public.prompts VALUES ('session-1', 2, 4, '[]', '[1, 1.5, 6, 5]', NULL, NULL, NULL, false, 14);
INSERT INTO public.prompts VALUES ('session-1', 3, 4, '[]', NULL, NULL, NULL, NULL, true, 17);
INSERT INTO public.prompts VALUES ('session-2', 1, 3, '[[1.5, 2.25, false]]', NULL, NULL, NULL, NULL, false, 3);
INSERT INTO public.propagations VALUES ('session-1', 'track-1', 8, '[[[1], 3, 10], [[1], 3, 0]]', 'done', 12, 12, 7, NULL, 9, 'applied', false);
INSERT INTO public.propagations VALUES ('session-2', 'track-2', 5, '[[[1], 3, 10], [[1], 3, 0]]', 'running', 3, 12, 4, NULL, 6, 'applied', false);
INSERT INTO public.sessions VALUES ('session-1', 'video-1', 'colorflow', 5, 17, 4, '', '[]', 1, NULL, 'home', NULL);
INSERT INTO public.sessions VALUES ('session-2', 'video-1', 'sam2.1_hiera_tiny', 7.5, 6, 2, '', '[]', 1, NULL, 'home', NULL);
INSERT INTO public.stashed_masks VALUES ('object-3', 'session-1', 4, 3, 6, 8, '57T1', 7, 1.25, 0.875, 'prompt', 'colorflow', false, 16, NULL, 0.743635489356975, 33, NULL);
INSERT INTO public.stashed_prompts VALUES ('object-3', 'session-1', 3, 4, '[]', NULL, 6, 8, '57T1', false);
INSERT INTO public.videos VALUES ('video-1', 'Cups.mp4', 'abababababababababababababababababababababababababababababababab', 'ready', 8, 6, '\x0000000000000000111111111111a13f111111111111b13f9a9999999999b93f111111111111c13f555555555555c53f9a9999999999c93fdeddddddddddcd3f111111111111d13f333333333333d33f555555555555d53f777777777777d73f9a9999999999d93fbcbbbbbbbbbbdb3fdedddddddddddd3f000000000000e03f111111111111e13f222222222222e23f333333333333e33f444444444444e43f', false, 0, NULL, NULL, 0, 1, 'rendition', 1);
INSERT INTO public.videos VALUES ('video-2', 'Cups.mp4', 'abababababababababababababababababababababababababababababababab', 'failed', 8, 6, '\x', false, 0, 'Cut; it''s “bad”.', NULL, 0, 1, 'rendition', 1);
SELECT pg_catalog.setval('public.ledger_entry_id_seq', 22, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT pk_api_tokens PRIMARY KEY (token_id);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT pk_comments PRIMARY KEY (session_id, comment_id);
ALTER TABLE ONLY public.edit_keys
    ADD CONSTRAINT pk_edit_keys PRIMARY KEY (person_id, edit_key);
ALTER TABLE ONLY public.edits
    ADD CONSTRAINT pk_edits PRIMARY KEY (session_id, kind, object_id, frame_idx);
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT pk_grants PRIMARY KEY (person_id, project_id, session_id, given_by);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT pk_jobs PRIMARY KEY (job_id);
ALTER TABLE ONLY public.kept_masks
    ADD CONSTRAINT pk_kept_masks PRIMARY KEY (session_id, frame_idx, object_id);
ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT pk_ledger PRIMARY KEY (entry_id);
ALTER TABLE ONLY public.ledger_objects
    ADD CONSTRAINT pk_ledger_objects PRIMARY KEY (entry_id, object_id);
ALTER TABLE ONLY public.links
    ADD CONSTRAINT pk_links PRIMARY KEY (link_id);
ALTER TABLE ONLY public.logins
    ADD CONSTRAINT pk_logins PRIMARY KEY (digest);
ALTER TABLE ONLY public.masks
    ADD CONSTRAINT pk_masks PRIMARY KEY (session_id, frame_idx, object_id);
ALTER TABLE ONLY public.objects
    ADD CONSTRAINT pk_objects PRIMARY KEY (session_id, object_id);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT pk_people PRIMARY KEY (person_id);
ALTER TABLE ONLY public.project_videos
    ADD CONSTRAINT pk_project_videos PRIMARY KEY (project_id, video_id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT pk_projects PRIMARY KEY (project_id);
ALTER TABLE ONLY public.prompts
    ADD CONSTRAINT pk_prompts PRIMARY KEY (session_id, object_id, frame_idx);
ALTER TABLE ONLY public.propagations
    ADD CONSTRAINT pk_propagations PRIMARY KEY (session_id, propagation_id);
ALTER TABLE ONLY public.session_progress
    ADD CONSTRAINT pk_session_progress PRIMARY KEY (session_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (session_id);
ALTER TABLE ONLY public.stashed_masks
    ADD CONSTRAINT pk_stashed_masks PRIMARY KEY (stash_id, session_id, frame_idx, object_id);
ALTER TABLE ONLY public.stashed_prompts
    ADD CONSTRAINT pk_stashed_prompts PRIMARY KEY (stash_id, session_id, object_id, frame_idx);
ALTER TABLE ONLY public.videos
    ADD CONSTRAINT pk_videos PRIMARY KEY (video_id);
CREATE UNIQUE INDEX ix_api_tokens_digest ON public.api_tokens USING btree (digest);
CREATE INDEX ix_api_tokens_person_id ON public.api_tokens USING btree (person_id);
CREATE INDEX ix_api_tokens_project_id ON public.api_tokens USING btree (project_id);
CREATE INDEX ix_api_tokens_session_id ON public.api_tokens USING btree (session_id);
CREATE INDEX ix_comments_session_id_version ON public.comments USING btree (session_id, version);
CREATE INDEX ix_edit_keys_created_s ON public.edit_keys USING btree (created_s);
CREATE INDEX ix_edits_session_id_version ON public.edits USING btree (session_id, version);
CREATE INDEX ix_grants_given_by ON public.grants USING btree (given_by);
CREATE INDEX ix_grants_project_id ON public.grants USING btree (project_id);
CREATE INDEX ix_grants_session_id ON public.grants USING btree (session_id);
CREATE INDEX ix_ledger_objects_session_id_object_id_entry_id ON public.ledger_objects USING btree (session_id, object_id, entry_id);
CREATE INDEX ix_ledger_person ON public.ledger USING btree (session_id, person_id, entry_id);
CREATE INDEX ix_ledger_project_id_entry_id ON public.ledger USING btree (project_id, entry_id);
CREATE INDEX ix_ledger_session_id_entry_id ON public.ledger USING btree (session_id, entry_id);
CREATE UNIQUE INDEX ix_links_digest ON public.links USING btree (digest);
CREATE INDEX ix_links_project_id ON public.links USING btree (project_id);
CREATE INDEX ix_links_session_id ON public.links USING btree (session_id);
CREATE INDEX ix_logins_expires_s ON public.logins USING btree (expires_s);
CREATE INDEX ix_logins_person_id ON public.logins USING btree (person_id);
CREATE INDEX ix_masks_session_id_version ON public.masks USING btree (session_id, version);
CREATE INDEX ix_objects_waiting ON public.objects USING btree (sent_s) WHERE ((review_state)::text = 'for_review'::text);
CREATE UNIQUE INDEX ix_people_subject ON public.people USING btree (issuer, subject);
CREATE INDEX ix_project_videos_video_id ON public.project_videos USING btree (video_id);
CREATE INDEX ix_prompts_session_id_version ON public.prompts USING btree (session_id, version);
CREATE UNIQUE INDEX ix_propagations_running ON public.propagations USING btree (session_id) WHERE ((state)::text = 'running'::text);
CREATE INDEX ix_sessions_project_id ON public.sessions USING btree (project_id);
CREATE INDEX ix_stashed_masks_session_id_version ON public.stashed_masks USING btree (session_id, version);
ALTER TABLE ONLY public.comments
    ADD CONSTRAINT fk_comments_session_id FOREIGN KEY (session_id) REFERENCES public.sessions(session_id);
ALTER TABLE ONLY public.edits
    ADD CONSTRAINT fk_edits_session_id FOREIGN KEY (session_id) REFERENCES public.sessions(session_id);
ALTER TABLE ONLY public.kept_masks
    ADD CONSTRAINT fk_kept_masks_session_id_object_id FOREIGN KEY (session_id, object_id) REFERENCES public.objects(session_id, object_id);
ALTER TABLE ONLY public.ledger_objects
    ADD CONSTRAINT fk_ledger_objects_entry_id FOREIGN KEY (entry_id) REFERENCES public.ledger(entry_id);
ALTER TABLE ONLY public.masks
    ADD CONSTRAINT fk_masks_session_id_object_id FOREIGN KEY (session_id, object_id) REFERENCES public.objects(session_id, object_id);
ALTER TABLE ONLY public.objects
    ADD CONSTRAINT fk_objects_session_id FOREIGN KEY (session_id) REFERENCES public.sessions(session_id);
ALTER TABLE ONLY public.project_videos
    ADD CONSTRAINT fk_project_videos_project_id FOREIGN KEY (project_id) REFERENCES public.projects(project_id);
ALTER TABLE ONLY public.project_videos
    ADD CONSTRAINT fk_project_videos_video_id FOREIGN KEY (video_id) REFERENCES public.videos(video_id);
ALTER TABLE ONLY public.prompts
    ADD CONSTRAINT fk_prompts_session_id_object_id FOREIGN KEY (session_id, object_id) REFERENCES public.objects(session_id, object_id);
ALTER TABLE ONLY public.propagations
    ADD CONSTRAINT fk_propagations_session_id FOREIGN KEY (session_id) REFERENCES public.sessions(session_id);
ALTER TABLE ONLY public.session_progress
    ADD CONSTRAINT fk_session_progress_session_id FOREIGN KEY (session_id) REFERENCES public.sessions(session_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_video_id FOREIGN KEY (video_id) REFERENCES public.videos(video_id);
ALTER TABLE ONLY public.stashed_masks
    ADD CONSTRAINT fk_stashed_masks_session_id_object_id FOREIGN KEY (session_id, object_id) REFERENCES public.objects(session_id, object_id);
ALTER TABLE ONLY public.stashed_prompts
    ADD CONSTRAINT fk_stashed_prompts_session_id_object_id FOREIGN KEY (session_id, object_id) REFERENCES public.objects(session_id, object_id);
