import { NOW } from './domain.ts';

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
  '0015-counts': `
    update entry set messages = seq - 1 where room_id = 3;
    update room set messages = 2 where id = 3;
    update room set name_key = name;`,
  '0019-files-identity': `
    insert into files_identity (value, stamp, swept_at) values ('${'1'.repeat(32)}', '${'2'.repeat(32)}', ${at});
    insert into clearing (name, until) values ('rows', ${at});`,
  '0020-acts': `insert into act (at, name, by_id, user_id) values (${at}, 'account suspended', 1, 2);`,
  '0022-replies': 'update entry set reply_to = 2 where room_id = 3 and seq = 3;',
  '0023-topics-and-pins': 'insert into pin (room_id, seq) values (3, 2);',
  '0024-invitations': `insert into invitation (room_id, maker_id, token, made_at, expires_at, uses, used) values (3, 1, 'a token', ${at}, ${later}, 10, 1);`,
  '0025-latest-messages': `update room set said_at = ${later} where id = 3;`,
  '0029-search': `
    insert into search_chunk (id, texts, numbers) values (0, 'hello', 'AAAAAAAACEAAAAAAAAAAQAAAAAAAAPA/AAAAAAAA8D8AAAAAAAAAAA==');
    insert into search_segment (id, chunks, closed, latest, newest) values (0, 1, 0, 1, 'AQAAAA==');
    insert into search_bits (segment, place, bits) values (9, 0, '');
    insert into searched_room (room, low, high) values (3, 1, 2);
    insert into search_change (room, seq) values (3, 2);`,
  '0030-tokens': `
    insert into token (user_id, room_id, name, hash, writes, created_at, expires_at) values (1, 3, 'reader', 'a hash', 0, ${at}, ${later});
    update entry set by_token = 1 where seq = 3;`,
  '0032-away-messages': `update "user" set away = 'brb, tea' where id = 1;`,
  '0031-drafts': `update membership set draft = 'not yet' where room_id = 3 and user_id = 1;`,
  '0033-runs': `
    insert into run (user_id, reader, reader_version, browser, browser_version, system, settings, made_at) values (1, 'Orca', '46', 'Firefox', '', '', '', ${at});
    insert into run_result (run_id, scene, verdict, heard, announced, noted_at) values (1, 1, 'late', 'Ana', '', ${later});`,
  '0035-told-while-away': `
    insert into confirmation (id, user_id, email_key, expires_at) values ('a hash', 2, 'grace@example.org', ${later});
    insert into away (user_id, confirmed_key, hook_url, stop_key) values (1, 'ada@example.org', 'https://example.org/ada', 'a key');
    insert into away_room (user_id, room_id, what) values (1, 3, 'all');
    insert into news (room_id, from_seq, until_seq, at) values (3, 3, 3, ${later});
    insert into due (user_id, room_id, from_seq, until_seq, trying_until, since) values (1, 3, 2, 3, 2, ${at});
    insert into telling (user_id, look_at, tries, message_id, way, failure) values (1, ${at}, 2, 'an id', 'mail', 'no answer');
    update room set told_bare = 1 where id = 5;`,
};

/** Rows of tables that a later migration made once more. */
const REPLACED: Record<string, [before: string, now: string]> = {
  '0042-search-rows': ["(segment, place, bits) values (9, 0, '')", "(id, bits) values (9, '')"],
};

/** What fills the tables that a migration made. @param version the last migration of the file */
export const rowsAddedBy = (migration: string, version: string): string =>
  Object.entries(REPLACED)
    .filter(([name]) => name <= version)
    .reduce((rows, [, [before, now]]) => rows.replace(before, now), ROWS[migration] ?? '');
