-- history.db as release 0.1.0 wrote it.
BEGIN TRANSACTION;
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL);
INSERT INTO "conversations" VALUES('7b20ff59ee4e4199bd2ab2b7629dc7cd','校车限速多少？','2026-11-25T07:15:34.462+00:00','2026-11-25T07:15:34.469+00:00');
INSERT INTO "conversations" VALUES('fc58806791e1427a8077d095f9463f2f','夜校收费吗？','2026-11-25T07:15:34.480+00:00','2026-11-25T07:15:34.493+00:00');
INSERT INTO "conversations" VALUES('bd0e2f3e8a0d40e798efd9ef9cda35e8','没有问题的会话','2026-11-25T07:15:34.509+00:00','2026-11-25T07:15:34.509+00:00');
CREATE TABLE feedback (turn INTEGER PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE, good INTEGER NOT NULL, reason TEXT NOT NULL,
                       given TEXT NOT NULL);
INSERT INTO "feedback" VALUES(1,1,'','2026-11-25T07:15:34.474+00:00');
INSERT INTO "feedback" VALUES(2,0,'没答出来','2026-11-25T07:15:34.503+00:00');
CREATE TABLE turns (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
                    asked TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, record TEXT NOT NULL);
INSERT INTO "turns" VALUES(1,'7b20ff59ee4e4199bd2ab2b7629dc7cd','2026-11-25T07:15:34.469+00:00','校车限速多少？','每小时60公里。','{"text": "每小时60公里。", "status": "grounded"}');
INSERT INTO "turns" VALUES(2,'fc58806791e1427a8077d095f9463f2f','2026-11-25T07:15:34.493+00:00','夜校收费吗？','资料中没有说明。','{"text": "资料中没有说明。", "status": "grounded"}');
CREATE INDEX turns_by_conversation ON turns(conversation, id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('turns',2);
COMMIT;
PRAGMA application_id = 1464289363;
PRAGMA user_version = 1;
