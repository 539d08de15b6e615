BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0011');
CREATE TABLE api_tokens (
	token_id VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	project_id VARCHAR(64) NOT NULL, 
	session_id VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	created_s DOUBLE NOT NULL, 
	expires_s DOUBLE, 
	used_s DOUBLE, 
	CONSTRAINT pk_api_tokens PRIMARY KEY (token_id)
);
INSERT INTO "api_tokens" VALUES('token-1','930a1679fc222664f3128320be963fc6ddf40b54ca1136d88bf9041f4d396d41','ben','Nightly export','home','','viewer',14.0,NULL,NULL);
CREATE TABLE comments (
	session_id VARCHAR(64) NOT NULL, 
	comment_id VARCHAR(64) NOT NULL, 
	thread_id VARCHAR(64) NOT NULL, 
	frame_idx INTEGER NOT NULL, 
	object_id INTEGER, 
	x DOUBLE, 
	y DOUBLE, 
	text TEXT NOT NULL, 
	mentions TEXT NOT NULL, 
	author_id VARCHAR(64) NOT NULL, 
	author_name TEXT NOT NULL, 
	author_colour VARCHAR(7) NOT NULL, 
	created_s DOUBLE NOT NULL, 
	edited_s DOUBLE, 
	removed BOOLEAN NOT NULL, 
	resolved_s DOUBLE, 
	resolved_by_id VARCHAR(64), 
	resolved_by_name TEXT, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_comments PRIMARY KEY (session_id, comment_id), 
	CONSTRAINT fk_comments_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id)
);
CREATE TABLE edit_keys (
	person_id VARCHAR(64) NOT NULL, 
	edit_key VARCHAR(64) NOT NULL, 
	request VARCHAR(64) NOT NULL, 
	answer TEXT NOT NULL, 
	created_s DOUBLE NOT NULL, 
	CONSTRAINT pk_edit_keys PRIMARY KEY (person_id, edit_key)
);
CREATE TABLE edits (
	session_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	object_id INTEGER NOT NULL, 
	frame_idx INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	client VARCHAR(64) NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	person_name TEXT NOT NULL, 
	CONSTRAINT pk_edits PRIMARY KEY (session_id, kind, object_id, frame_idx), 
	CONSTRAINT fk_edits_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id)
);
INSERT INTO "edits" VALUES('session-1','object',1,-1,2,'','local','You');
INSERT INTO "edits" VALUES('session-1','object',2,-1,5,'','local','You');
INSERT INTO "edits" VALUES('session-1','object',3,-1,17,'','local','You');
INSERT INTO "edits" VALUES('session-1','prompts',1,3,6,'','local','You');
INSERT INTO "edits" VALUES('session-1','prompts',1,6,10,'','local','You');
INSERT INTO "edits" VALUES('session-1','prompts',1,8,13,'','local','You');
INSERT INTO "edits" VALUES('session-1','prompts',2,4,14,'','local','You');
INSERT INTO "edits" VALUES('session-1','prompts',3,4,15,'','local','You');
INSERT INTO "edits" VALUES('session-1','prompts',3,-1,17,'','local','You');
INSERT INTO "edits" VALUES('session-2','object',1,-1,2,'','local','You');
INSERT INTO "edits" VALUES('session-2','prompts',1,3,3,'','local','You');
CREATE TABLE grants (
	person_id VARCHAR(64) NOT NULL, 
	project_id VARCHAR(64) NOT NULL, 
	session_id VARCHAR(64) NOT NULL, 
	given_by VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	since_s DOUBLE NOT NULL, 
	CONSTRAINT pk_grants PRIMARY KEY (person_id, project_id, session_id, given_by)
);
INSERT INTO "grants" VALUES('ada','','session-1','link-1','annotator',11.0);
INSERT INTO "grants" VALUES('ben','home','','','reviewer',13.0);
CREATE TABLE jobs (
	job_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	created_s DOUBLE NOT NULL, 
	job TEXT NOT NULL, 
	CONSTRAINT pk_jobs PRIMARY KEY (job_id)
);
CREATE TABLE kept_masks (
	session_id VARCHAR(64) NOT NULL, 
	frame_idx INTEGER NOT NULL, 
	object_id INTEGER NOT NULL, 
	height INTEGER, 
	width INTEGER, 
	counts TEXT, 
	area INTEGER NOT NULL, 
	object_score DOUBLE NOT NULL, 
	predicted_iou DOUBLE NOT NULL, 
	origin VARCHAR(16) NOT NULL, 
	engine_id VARCHAR(128) NOT NULL, 
	verified BOOLEAN NOT NULL, doubt DOUBLE, doubt_reasons INTEGER DEFAULT 0 NOT NULL, edge BLOB, 
	CONSTRAINT pk_kept_masks PRIMARY KEY (session_id, frame_idx, object_id), 
	CONSTRAINT fk_kept_masks_session_id_object_id FOREIGN KEY(session_id, object_id) REFERENCES objects (session_id, object_id)
);
INSERT INTO "kept_masks" VALUES('session-1',6,1,6,8,'57T1',7,1.25,0.875,'track','colorflow',0,2.97689915014165196183e-01,1,X'010006FF');
CREATE TABLE ledger (
	entry_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at_s DOUBLE NOT NULL, 
	session_id VARCHAR(64), 
	project_id VARCHAR(64), 
	version INTEGER, 
	person_id VARCHAR(64), 
	person_name TEXT NOT NULL, 
	what VARCHAR(64) NOT NULL, 
	subject_id VARCHAR(64), 
	value VARCHAR(64), 
	active_s DOUBLE NOT NULL
);
INSERT INTO "ledger" VALUES(1,1.79525361655604815489e+09,'session-1',NULL,1,NULL,'','createSession',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(2,1.79525361656570196147e+09,'session-1',NULL,2,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(3,1.79525361656987667078e+09,'session-1',NULL,3,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(4,1.79525361657331800459e+09,'session-1',NULL,4,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(5,1.79525361657639217377e+09,'session-1',NULL,5,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(6,1.79525361658242416378e+09,'session-1',NULL,6,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(7,1.79525361659078979488e+09,'session-1',NULL,8,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(8,1.79525361659847354891e+09,'session-1',NULL,9,NULL,'','tracked','track-1','done',0.0);
INSERT INTO "ledger" VALUES(9,1.79525361660347485548e+09,'session-1',NULL,10,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(10,1.79525361661082673075e+09,'session-1',NULL,12,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(11,1.79525361661467146873e+09,'session-1',NULL,13,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(12,1.79525361665692615503e+09,'session-1',NULL,14,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(13,1.79525361666096496581e+09,'session-1',NULL,15,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(14,1.79525361667096781731e+09,'session-1',NULL,17,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(15,1.79525361667236399649e+09,'session-2',NULL,1,NULL,'','createSession',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(16,1.79525361667566561696e+09,'session-2',NULL,2,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(17,1.79525361667919969559e+09,'session-2',NULL,3,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(18,1.79525361668414211273e+09,'session-2',NULL,5,NULL,'','change',NULL,NULL,0.0);
INSERT INTO "ledger" VALUES(19,1795253616.68975,'session-1',NULL,NULL,NULL,'','createLink','link-1','annotator',0.0);
INSERT INTO "ledger" VALUES(20,1.79525361669359540938e+09,'session-1',NULL,NULL,'ada','Ada Ç','join','link-1','annotator',5.0);
INSERT INTO "ledger" VALUES(21,1.79525361669784283636e+09,NULL,'home',NULL,NULL,'','setMemberRole','ben','reviewer',0.0);
INSERT INTO "ledger" VALUES(22,1.7952536166989662647e+09,NULL,'home',NULL,NULL,'','createApiToken','token-1','viewer',0.0);
CREATE TABLE ledger_objects (
	entry_id INTEGER NOT NULL, 
	object_id INTEGER NOT NULL, 
	session_id VARCHAR(64) NOT NULL, 
	first_frame INTEGER, 
	last_frame INTEGER, 
	num_frames INTEGER NOT NULL, 
	clicks INTEGER NOT NULL, 
	corrections INTEGER NOT NULL, 
	tracked_frames INTEGER NOT NULL, 
	active_s DOUBLE NOT NULL, 
	CONSTRAINT pk_ledger_objects PRIMARY KEY (entry_id, object_id), 
	CONSTRAINT fk_ledger_objects_entry_id FOREIGN KEY(entry_id) REFERENCES ledger (entry_id)
);
INSERT INTO "ledger_objects" VALUES(2,1,'session-1',NULL,NULL,0,0,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(3,2,'session-1',NULL,NULL,0,0,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(4,3,'session-1',NULL,NULL,0,0,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(5,2,'session-1',NULL,NULL,0,0,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(6,1,'session-1',3,3,1,1,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(7,1,'session-1',0,10,8,0,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(8,1,'session-1',0,10,12,0,0,12,0.0);
INSERT INTO "ledger_objects" VALUES(9,1,'session-1',6,6,1,2,2,0,0.0);
INSERT INTO "ledger_objects" VALUES(10,1,'session-1',8,8,1,1,1,0,0.0);
INSERT INTO "ledger_objects" VALUES(11,1,'session-1',8,8,1,1,1,0,0.0);
INSERT INTO "ledger_objects" VALUES(12,2,'session-1',4,4,1,1,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(13,3,'session-1',4,4,1,1,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(14,3,'session-1',4,4,1,0,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(16,1,'session-2',NULL,NULL,0,0,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(17,1,'session-2',3,3,1,1,0,0,0.0);
INSERT INTO "ledger_objects" VALUES(18,1,'session-2',0,10,8,0,0,0,0.0);
CREATE TABLE links (
	link_id VARCHAR(64) NOT NULL, 
	project_id VARCHAR(64) NOT NULL, 
	session_id VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	label TEXT NOT NULL, 
	created_s DOUBLE NOT NULL, 
	created_by VARCHAR(64) NOT NULL, 
	expires_s DOUBLE, 
	max_uses INTEGER, 
	uses INTEGER NOT NULL, 
	passphrase_hash TEXT, 
	wrong_passphrases INTEGER NOT NULL, 
	wrong_s DOUBLE NOT NULL, 
	used_s DOUBLE, 
	revoked_s DOUBLE, 
	CONSTRAINT pk_links PRIMARY KEY (link_id)
);
INSERT INTO "links" VALUES('link-1','','session-1','annotator','01d13cd740076362b97a0b01169892be9f1b24375383d673712c6b647cafc530','For “Ada”',10.0,'local',1000000000000.0,3,1,NULL,0,0.0,11.0,NULL);
CREATE TABLE logins (
	digest VARCHAR(64) NOT NULL, 
	person_id VARCHAR(64) NOT NULL, 
	created_s DOUBLE NOT NULL, 
	expires_s DOUBLE NOT NULL, 
	CONSTRAINT pk_logins PRIMARY KEY (digest)
);
INSERT INTO "logins" VALUES('bc01a0aef19cd11c17b4b11250779e46650822c363b639c5f6dd5cd728d214b1','ada',11.0,1000000000000.0);
CREATE TABLE masks (
	session_id VARCHAR(64) NOT NULL, 
	frame_idx INTEGER NOT NULL, 
	object_id INTEGER NOT NULL, 
	height INTEGER, 
	width INTEGER, 
	counts TEXT, 
	area INTEGER NOT NULL, 
	object_score DOUBLE NOT NULL, 
	predicted_iou DOUBLE NOT NULL, 
	origin VARCHAR(16) NOT NULL, 
	engine_id VARCHAR(128) NOT NULL, 
	verified BOOLEAN NOT NULL, 
	version INTEGER NOT NULL, propagation_id VARCHAR(64), doubt DOUBLE, doubt_reasons INTEGER DEFAULT 0 NOT NULL, edge BLOB, 
	CONSTRAINT pk_masks PRIMARY KEY (session_id, frame_idx, object_id), 
	CONSTRAINT fk_masks_session_id_object_id FOREIGN KEY(session_id, object_id) REFERENCES objects (session_id, object_id)
);
INSERT INTO "masks" VALUES('session-1',3,1,6,8,'57T1',7,1.25,0.875,'prompt','colorflow',0,7,NULL,2.87876359324930719552e-01,1,NULL);
INSERT INTO "masks" VALUES('session-1',0,1,6,8,'51Z1',1,1.25,0.875,'track','colorflow',0,9,'track-1',6.65301888882717462614e-01,5,X'010000FF');
INSERT INTO "masks" VALUES('session-1',1,1,6,8,'52Y1',2,1.25,0.875,'track','colorflow',0,9,'track-1',8.35997925552531606641e-01,13,X'010001FF');
INSERT INTO "masks" VALUES('session-1',2,1,6,8,'53X1',3,1.25,0.875,'track','colorflow',0,9,'track-1',7.39856051839344774911e-01,13,X'010002FF');
INSERT INTO "masks" VALUES('session-1',4,1,6,8,'55V1',5,1.25,0.875,'track','colorflow',0,9,'track-1',0.611527474661149,13,X'010004FF');
INSERT INTO "masks" VALUES('session-1',5,1,6,8,'56U1',6,1.25,0.875,'track','colorflow',0,9,'track-1',4.99387710142726093387e-01,9,X'010005FF');
INSERT INTO "masks" VALUES('session-1',6,1,6,8,'57T1',7,1.25,0.875,'prompt','colorflow',0,11,NULL,2.87876359324930719552e-01,1,NULL);
INSERT INTO "masks" VALUES('session-1',7,1,6,8,'58S1',8,1.25,0.875,'track','colorflow',0,9,'track-1',2.87876359324930719552e-01,1,X'010007FF');
INSERT INTO "masks" VALUES('session-1',8,1,6,8,'59R1',9,1.25,0.875,'track','colorflow',0,9,'track-1',2.87876359324930719552e-01,1,X'010008FF');
INSERT INTO "masks" VALUES('session-1',9,1,6,8,'5:Q1',10,1.25,0.875,'track','colorflow',0,9,'track-1',2.87876359324930719552e-01,1,X'010009FF');
INSERT INTO "masks" VALUES('session-1',10,1,6,8,'5;P1',11,1.25,0.875,'track','colorflow',0,9,'track-1',2.87876359324930719552e-01,1,X'01000AFF');
INSERT INTO "masks" VALUES('session-1',4,3,NULL,NULL,NULL,0,0.0,0.0,'prompt','colorflow',0,17,NULL,NULL,0,NULL);
INSERT INTO "masks" VALUES('session-2',3,1,6,8,'57T1',7,1.25,0.875,'prompt','colorflow',0,4,NULL,2.87876359324930719552e-01,1,NULL);
INSERT INTO "masks" VALUES('session-2',4,1,6,8,'53X1',3,1.25,0.875,'track','colorflow',0,6,'track-2',8.35997925552531606641e-01,13,NULL);
INSERT INTO "masks" VALUES('session-2',5,1,6,8,'53X1',3,1.25,0.875,'track','colorflow',0,6,'track-2',0.651059416069216,9,NULL);
CREATE TABLE objects (
	session_id VARCHAR(64) NOT NULL, 
	object_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	colour VARCHAR(7) NOT NULL, 
	removed BOOLEAN NOT NULL, 
	tracked_version INTEGER NOT NULL, 
	version INTEGER NOT NULL, label TEXT DEFAULT '' NOT NULL, attributes TEXT DEFAULT '[]' NOT NULL, rank INTEGER DEFAULT '0' NOT NULL, locked BOOLEAN DEFAULT 0 NOT NULL, absent TEXT DEFAULT '[]' NOT NULL, assignee_id VARCHAR(64), review_state VARCHAR(16) DEFAULT 'draft' NOT NULL, review_reason TEXT DEFAULT '' NOT NULL, review_by_id VARCHAR(64), review_by_name TEXT, review_s DOUBLE, sent_by_id VARCHAR(64), sent_by_name TEXT, sent_s DOUBLE, review_frame INTEGER, 
	CONSTRAINT pk_objects PRIMARY KEY (session_id, object_id), 
	CONSTRAINT fk_objects_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id)
);
INSERT INTO "objects" VALUES('session-1',1,'Object 1','#102030',0,7,9,'','[]',1,0,'[]',NULL,'draft','',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "objects" VALUES('session-1',2,'Left cup; 左の''カップ''','#102030',0,0,5,'','[]',2,0,'[]',NULL,'draft','',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "objects" VALUES('session-1',3,'Object 3','#102030',1,0,17,'','[]',3,0,'[]',NULL,'draft','',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "objects" VALUES('session-2',1,'Object 1','#102030',0,0,2,'','[]',1,0,'[]',NULL,'draft','',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE people (
	person_id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	colour VARCHAR(7) NOT NULL, 
	issuer TEXT, 
	subject TEXT, 
	CONSTRAINT pk_people PRIMARY KEY (person_id)
);
INSERT INTO "people" VALUES('local','You','#4f8cff',NULL,NULL);
INSERT INTO "people" VALUES('ada','Ada Ç','#ff0000',NULL,NULL);
INSERT INTO "people" VALUES('ben','Ben','#4f8cff','https://login.example','42');
CREATE TABLE project_videos (
	project_id VARCHAR(64) NOT NULL, 
	video_id VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_project_videos PRIMARY KEY (project_id, video_id), 
	CONSTRAINT fk_project_videos_project_id FOREIGN KEY(project_id) REFERENCES projects (project_id), 
	CONSTRAINT fk_project_videos_video_id FOREIGN KEY(video_id) REFERENCES videos (video_id)
);
CREATE TABLE projects (
	project_id VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	created_s DOUBLE NOT NULL, 
	ontology TEXT NOT NULL, 
	removed_s DOUBLE, 
	CONSTRAINT pk_projects PRIMARY KEY (project_id)
);
INSERT INTO "projects" VALUES('home','',0.0,'[]',NULL);
CREATE TABLE prompts (
	session_id VARCHAR(64) NOT NULL, 
	object_id INTEGER NOT NULL, 
	frame_idx INTEGER NOT NULL, 
	points TEXT NOT NULL, 
	box TEXT, 
	mask_height INTEGER, 
	mask_width INTEGER, 
	mask_counts TEXT, 
	is_empty BOOLEAN NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_prompts PRIMARY KEY (session_id, object_id, frame_idx), 
	CONSTRAINT fk_prompts_session_id_object_id FOREIGN KEY(session_id, object_id) REFERENCES objects (session_id, object_id)
);
INSERT INTO "prompts" VALUES('session-1',1,3,'[[1.5, 2.25, false]]',NULL,NULL,NULL,NULL,0,6);
INSERT INTO "prompts" VALUES('session-1',1,6,'[[0.5, 1, true], [7, 5.25, false]]',NULL,NULL,NULL,NULL,0,10);
INSERT INTO "prompts" VALUES('session-1',1,8,'[]',NULL,NULL,NULL,NULL,1,13);
INSERT INTO "prompts" VALUES('session-1',2,4,'[]','[1, 1.5, 6, 5]',NULL,NULL,NULL,0,14);
INSERT INTO "prompts" VALUES('session-1',3,4,'[]',NULL,NULL,NULL,NULL,1,17);
INSERT INTO "prompts" VALUES('session-2',1,3,'[[1.5, 2.25, false]]',NULL,NULL,NULL,NULL,0,3);
CREATE TABLE propagations (
	session_id VARCHAR(64) NOT NULL, 
	propagation_id VARCHAR(64) NOT NULL, 
	started_version INTEGER NOT NULL, 
	passes TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	frames_done INTEGER NOT NULL, 
	frames_total INTEGER NOT NULL, 
	prompts_version INTEGER NOT NULL, 
	error TEXT, 
	version INTEGER NOT NULL, verdict VARCHAR(16) DEFAULT 'applied' NOT NULL, overwrites_verified BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_propagations PRIMARY KEY (session_id, propagation_id), 
	CONSTRAINT fk_propagations_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id)
);
INSERT INTO "propagations" VALUES('session-1','track-1',8,'[[[1], 3, 10], [[1], 3, 0]]','done',12,12,7,NULL,9,'applied',0);
INSERT INTO "propagations" VALUES('session-2','track-2',5,'[[[1], 3, 10], [[1], 3, 0]]','running',3,12,4,NULL,6,'applied',0);
CREATE TABLE session_progress (
	session_id VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	masks INTEGER NOT NULL, 
	masks_verified INTEGER NOT NULL, 
	frames_masked INTEGER NOT NULL, 
	frames_verified INTEGER NOT NULL, 
	frames_doubtful INTEGER NOT NULL, 
	busiest_frame INTEGER, 
	CONSTRAINT pk_session_progress PRIMARY KEY (session_id), 
	CONSTRAINT fk_session_progress_session_id FOREIGN KEY(session_id) REFERENCES sessions (session_id)
);
CREATE TABLE sessions (
	session_id VARCHAR(64) NOT NULL, 
	video_id VARCHAR(64) NOT NULL, 
	engine_id VARCHAR(128) NOT NULL, 
	created_s DOUBLE NOT NULL, 
	version INTEGER NOT NULL, 
	next_object_id INTEGER NOT NULL, title TEXT DEFAULT '' NOT NULL, ontology TEXT DEFAULT '[]' NOT NULL, details_version INTEGER DEFAULT '0' NOT NULL, removed_s DOUBLE, project_id VARCHAR(64) DEFAULT 'home' NOT NULL, assignee_id VARCHAR(64), 
	CONSTRAINT pk_sessions PRIMARY KEY (session_id), 
	CONSTRAINT fk_sessions_video_id FOREIGN KEY(video_id) REFERENCES videos (video_id)
);
INSERT INTO "sessions" VALUES('session-1','video-1','colorflow',5.0,17,4,'','[]',1,NULL,'home',NULL);
INSERT INTO "sessions" VALUES('session-2','video-1','sam2.1_hiera_tiny',7.5,6,2,'','[]',1,NULL,'home',NULL);
CREATE TABLE stashed_masks (
	stash_id VARCHAR(64) NOT NULL, 
	session_id VARCHAR(64) NOT NULL, 
	frame_idx INTEGER NOT NULL, 
	object_id INTEGER NOT NULL, 
	height INTEGER, 
	width INTEGER, 
	counts TEXT, 
	area INTEGER NOT NULL, 
	object_score DOUBLE NOT NULL, 
	predicted_iou DOUBLE NOT NULL, 
	origin VARCHAR(16) NOT NULL, 
	engine_id VARCHAR(128) NOT NULL, 
	verified BOOLEAN NOT NULL, 
	version INTEGER NOT NULL, 
	propagation_id VARCHAR(64), doubt DOUBLE, doubt_reasons INTEGER DEFAULT 0 NOT NULL, edge BLOB, 
	CONSTRAINT pk_stashed_masks PRIMARY KEY (stash_id, session_id, frame_idx, object_id), 
	CONSTRAINT fk_stashed_masks_session_id_object_id FOREIGN KEY(session_id, object_id) REFERENCES objects (session_id, object_id)
);
INSERT INTO "stashed_masks" VALUES('object-3','session-1',4,3,6,8,'57T1',7,1.25,0.875,'prompt','colorflow',0,16,NULL,0.743635489356975,33,NULL);
CREATE TABLE stashed_prompts (
	stash_id VARCHAR(64) NOT NULL, 
	session_id VARCHAR(64) NOT NULL, 
	object_id INTEGER NOT NULL, 
	frame_idx INTEGER NOT NULL, 
	points TEXT NOT NULL, 
	box TEXT, 
	mask_height INTEGER, 
	mask_width INTEGER, 
	mask_counts TEXT, 
	is_empty BOOLEAN NOT NULL, 
	CONSTRAINT pk_stashed_prompts PRIMARY KEY (stash_id, session_id, object_id, frame_idx), 
	CONSTRAINT fk_stashed_prompts_session_id_object_id FOREIGN KEY(session_id, object_id) REFERENCES objects (session_id, object_id)
);
INSERT INTO "stashed_prompts" VALUES('object-3','session-1',3,4,'[]',NULL,6,8,'57T1',0);
CREATE TABLE videos (
	video_id VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	source_sha256 VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	pts_s BLOB NOT NULL, 
	in_gallery BOOLEAN NOT NULL, 
	progress DOUBLE NOT NULL, 
	error TEXT, 
	warning TEXT, 
	created_s DOUBLE NOT NULL, pixel_aspect DOUBLE DEFAULT 1 NOT NULL, playback VARCHAR(16) DEFAULT 'rendition' NOT NULL, playback_progress DOUBLE DEFAULT 1 NOT NULL, 
	CONSTRAINT pk_videos PRIMARY KEY (video_id)
);
INSERT INTO "videos" VALUES('video-1','Cups.mp4','abababababababababababababababababababababababababababababababab','ready',8,6,X'0000000000000000111111111111A13F111111111111B13F9A9999999999B93F111111111111C13F555555555555C53F9A9999999999C93FDEDDDDDDDDDDCD3F111111111111D13F333333333333D33F555555555555D53F777777777777D73F9A9999999999D93FBCBBBBBBBBBBDB3FDEDDDDDDDDDDDD3F000000000000E03F111111111111E13F222222222222E23F333333333333E33F444444444444E43F',0,0.0,NULL,NULL,0.0,1.0,'rendition',1.0);
INSERT INTO "videos" VALUES('video-2','Cups.mp4','abababababababababababababababababababababababababababababababab','failed',8,6,X'',0,0.0,'Cut; it''s “bad”.',NULL,0.0,1.0,'rendition',1.0);
CREATE INDEX ix_prompts_session_id_version ON prompts (session_id, version);
CREATE INDEX ix_masks_session_id_version ON masks (session_id, version);
CREATE UNIQUE INDEX ix_propagations_running ON propagations (session_id) WHERE state = 'running';
CREATE INDEX ix_stashed_masks_session_id_version ON stashed_masks (session_id, version);
CREATE INDEX ix_sessions_project_id ON sessions (project_id);
CREATE INDEX ix_project_videos_video_id ON project_videos (video_id);
CREATE INDEX ix_objects_waiting ON objects (sent_s) WHERE review_state = 'for_review';
CREATE INDEX ix_comments_session_id_version ON comments (session_id, version);
CREATE INDEX ix_ledger_session_id_entry_id ON ledger (session_id, entry_id);
CREATE INDEX ix_ledger_person ON ledger (session_id, person_id, entry_id);
CREATE INDEX ix_ledger_project_id_entry_id ON ledger (project_id, entry_id);
CREATE INDEX ix_ledger_objects_session_id_object_id_entry_id ON ledger_objects (session_id, object_id, entry_id);
CREATE INDEX ix_edits_session_id_version ON edits (session_id, version);
CREATE INDEX ix_edit_keys_created_s ON edit_keys (created_s);
CREATE UNIQUE INDEX ix_people_subject ON people (issuer, subject);
CREATE INDEX ix_grants_session_id ON grants (session_id);
CREATE INDEX ix_grants_project_id ON grants (project_id);
CREATE INDEX ix_grants_given_by ON grants (given_by);
CREATE UNIQUE INDEX ix_links_digest ON links (digest);
CREATE INDEX ix_links_session_id ON links (session_id);
CREATE INDEX ix_links_project_id ON links (project_id);
CREATE INDEX ix_logins_person_id ON logins (person_id);
CREATE INDEX ix_logins_expires_s ON logins (expires_s);
CREATE UNIQUE INDEX ix_api_tokens_digest ON api_tokens (digest);
CREATE INDEX ix_api_tokens_person_id ON api_tokens (person_id);
CREATE INDEX ix_api_tokens_session_id ON api_tokens (session_id);
CREATE INDEX ix_api_tokens_project_id ON api_tokens (project_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('ledger',22);
COMMIT;
