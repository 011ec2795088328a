import { NOW } from './nouns.ts';

const at = NOW.getTime();
const later = at + 86_400_000;

/** What people did once a migration was there, by its name: a row in each table that it made, and more where one would not do. */
const ROWS: Record<string, string> = {
  '0001-first-tables': `
    insert into user (id, username, username_key, email, email_key, password_hash, created_at) values
      (1, 'ada', 'ada', 'ada@example.org', 'ada@example.org', 'x', ${at}), (2, 'grace', 'grace', 'grace@example.org', 'grace@example.org', 'x', ${at});
    insert into session (id, user_id, data, created_at, seen_at) values ('a key', 1, '{"csrf":"token"}', ${at}, ${later});
    insert into room (id, name, access, creator_id, last_seq, created_at) values (3, 'lobby', 'open', 1, 3, ${at}), (5, 'cellar', 'invite', 2, 0, ${at});
    insert into presence (user_id, room_id, lease, expires_at, closing) values (1, 3, 'script', ${later}, 1);
    insert into membership (room_id, user_id, role, joined_at) values (3, 1, 'admin', ${at}), (3, 2, 'member', ${later}), (5, 2, 'admin', ${at});
    insert into entry (room_id, seq, kind, author_id, body, key, at) values
      (3, 1, 'entered', 1, '', null, ${at}), (3, 2, 'message', 1, 'hello', 'a-key-of-ada', ${at}), (3, 3, 'message', 2, 'two
lines', 'a-key-of-grace', ${later});
    insert into departure (user_id, room_id, room_name, why, told) values (2, 9, 'study', 'deleted', 0);
    insert into attempt (id, bucket, at) values (7, 'a hash', ${at});`,
  '0002-members': 'insert into ban (room_id, user_id) values (5, 1);',
  '0003-people': `
    insert into friendship (low_id, high_id, asker_id, accepted_at) values (1, 2, 2, ${at});
    insert into block (user_id, blocked_id) values (2, 1);
    insert into room (id, name, access, creator_id, last_seq, created_at, pair) values (7, 'ada and grace', 'direct', 1, 0, ${at}, '1 2');
    insert into membership (room_id, user_id, role, joined_at, hidden) values (7, 1, 'member', ${at}, 0), (7, 2, 'member', ${at}, 1);`,
  '0004-settings': `insert into former_username (username_key, user_id) values ('countess', 1);`,
  '0005-mentions': `insert into mention (room_id, seq, user_id, name) values (3, 2, 2, 'grace');`,
  '0006-attachments': `insert into attachment (room_id, seq, name, type, size, description) values (3, 2, 'chat.db', 'txt', 8, 'The minutes');`,
  '0007-signing-keys': `insert into signing_key (value, created_at) values ('a key', ${at});`,
  '0010-limits': `insert into allowance (bucket, whole_at) values ('a hash', ${at});`,
  '0011-accounts': `insert into reset_link (id, user_id, expires_at) values ('a hash', 1, ${later});`,
  '0012-reports': `
    insert into report (room_id, room_name, seq, author_id, body, said_at, reporter_id, reason, made_at) values (3, 'lobby', 2, 1, 'hello', ${at}, 2, 'It is rude.', ${at});`,
  '0013-uploaders': 'update attachment set author_id = 1;',
};

/** What fills the tables that a migration made. */
export const rowsAddedBy = (migration: string): string => ROWS[migration] ?? '';
