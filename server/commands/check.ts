import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Attachment } from '../chat/entry.ts';
import { type Command, CommandError, withDatabase } from './command.ts';

/** How many places are printed for each broken rule. */
const PRINTED_PLACES = 20;

/** What must always hold, and a query for the places where it does not: one in each row. */
const RULES: [rule: string, exceptions: string][] = [
  [
    'a room has its entries numbered 1, 2, 3 … without a gap, up to its last number',
    `
    select 'room ' || r.id as place from room r left join entry e on e.room_id = r.id group by r.id, r.last_seq
    having count(e.seq) <> r.last_seq or coalesce(min(e.seq), 1) <> 1 or coalesce(max(e.seq), 0) <> r.last_seq`,
  ],
  [
    'an entry knows how many messages the log has up to it, and a room how many there are',
    `
    select 'room ' || c.room_id || ', entry ' || c.seq as place from (select room_id, seq, messages, sum(case when kind = 'message' then 1 else 0 end) over (partition by room_id order by seq) as counted from entry) c where c.messages <> c.counted
    union all select 'room ' || r.id from room r where r.messages <> coalesce((select max(e.messages) from entry e where e.room_id = r.id), 0)`,
  ],
  [
    'a room knows when its latest message was written',
    `
    select 'room ' || r.id as place from room r where r.access <> 'deleted' and r.said_at is distinct from (
      select e.at from entry e where e.room_id = r.id and e.kind = 'message' order by e.seq desc limit 1)`,
  ],
  [
    'a message is stored once for each room, author and key',
    `
    select 'room ' || room_id || ', key ' || "key" as place from entry where "key" is not null group by room_id, author_id, "key" having count(*) > 1`,
  ],
  [
    'a message has a key, and a notice none',
    `
    select 'room ' || room_id || ', entry ' || seq as place from entry where (case when kind = 'message' then 1 else 0 end) <> (case when "key" is null then 0 else 1 end)`,
  ],
  [
    'an entry is in an existing room, by an existing user',
    `
    select 'room ' || e.room_id || ', entry ' || e.seq as place from entry e left join room r on r.id = e.room_id left join "user" u on u.id = e.author_id left join "user" s on s.id = e.subject_id
    where r.id is null or u.id is null or (e.subject_id is not null and s.id is null)`,
  ],
  [
    'an image or a file belongs to a message, and to its author',
    `
    select 'room ' || a.room_id || ', entry ' || a.seq as place from attachment a left join entry e on e.room_id = a.room_id and e.seq = a.seq where e.seq is null or e.kind <> 'message' or a.author_id is null or a.author_id <> e.author_id`,
  ],
  [
    'a mention belongs to a message',
    `
    select 'room ' || m.room_id || ', entry ' || m.seq as place from mention m left join entry e on e.room_id = m.room_id and e.seq = m.seq where e.seq is null or e.kind <> 'message'`,
  ],
  [
    'a message that answers another one answers an earlier message of its room',
    `
    select 'room ' || e.room_id || ', entry ' || e.seq as place from entry e left join entry t on t.room_id = e.room_id and t.seq = e.reply_to
    where e.reply_to is not null and (e.kind <> 'message' or t.seq is null or t.kind <> 'message' or t.seq >= e.seq)`,
  ],
  [
    'a room has at most five pins, each of a message of its own',
    `
    select 'room ' || p.room_id || ', entry ' || p.seq as place from pin p left join entry e on e.room_id = p.room_id and e.seq = p.seq where e.seq is null or e.kind <> 'message'
    union all select 'room ' || room_id from pin group by room_id having count(*) > 5`,
  ],
  [
    'an invitation was not used more often than it may be, and its room is no conversation',
    `
    select 'invitation ' || i.id as place from invitation i join room r on r.id = i.room_id where i.used > i.uses or r.access = 'direct'`,
  ],
  [
    'a user is in one room at most, and is a member of it',
    `
    select 'user ' || p.user_id as place from presence p left join membership m on m.user_id = p.user_id and m.room_id = p.room_id where m.user_id is null
    union all select 'user ' || user_id from presence group by user_id having count(*) > 1`,
  ],
  [
    'a room has an administrator who still has an account, unless it is a conversation of two',
    `
    select 'room ' || r.id as place from room r where r.access in ('open', 'invite') and not exists (select 1 from membership m join "user" u on u.id = m.user_id where m.room_id = r.id and m.role = 'admin' and u.deleted_at is null)`,
  ],
  [
    'a conversation of two has two members, no administrator, and the pair of its members',
    `
    select 'room ' || r.id as place from room r left join membership m on m.room_id = r.id where r.access = 'direct' group by r.id, r.pair
    having count(m.user_id) <> 2 or sum(case when m.role = 'admin' then 1 else 0 end) > 0 or r.pair is null or r.pair <> min(m.user_id) || ' ' || max(m.user_id)`,
  ],
  [
    'nobody has read beyond the end of a log',
    `
    select 'room ' || m.room_id || ', user ' || m.user_id as place from membership m join room r on r.id = m.room_id where m.read_seq > r.last_seq`,
  ],
  [
    'a user who was removed from a room is not a member of it',
    `
    select 'room ' || b.room_id || ', user ' || b.user_id as place from ban b join membership m on m.room_id = b.room_id and m.user_id = b.user_id`,
  ],
  [
    'a former member has no name, no email, no password and no preferences',
    `
    select 'user ' || id as place from "user" where deleted_at is not null and (
      username <> 'former member' or username_key not like 'former member %' or email <> '' or email_key not like 'former member %' or password_hash <> ''
      or operator = true or zone is not null or hour_cycle <> 'h23' or found_by_email = false or whereabouts <> 'friends' or enter_sends = true
      or announcements is not null or live_view <> 'off' or report_links = false or style <> 'calm' or away <> '')
    union all select 'room ' || m.room_id || ', user ' || m.user_id from membership m join "user" u on u.id = m.user_id where u.deleted_at is not null and (m.announcements is not null or m.draft is not null)`,
  ],
  [
    'a former member has no session, no link, no presence, no departure, no mention, and no membership but in conversations of two',
    `
    select 'user ' || u.id as place from "user" u where u.deleted_at is not null and (
      exists (select 1 from session s where s.user_id = u.id) or exists (select 1 from reset_link l where l.user_id = u.id)
      or exists (select 1 from presence p where p.user_id = u.id) or exists (select 1 from departure d where d.user_id = u.id)
      or exists (select 1 from mention n where n.user_id = u.id)
      or exists (select 1 from membership m join room r on r.id = m.room_id where m.user_id = u.id and r.access <> 'direct'))`,
  ],
  [
    'a former member is nobody’s friend, and is neither blocked nor blocks, nor is banned from a room',
    `
    select 'user ' || u.id as place from "user" u where u.deleted_at is not null and (
      exists (select 1 from friendship f where f.low_id = u.id or f.high_id = u.id)
      or exists (select 1 from block b where b.user_id = u.id or b.blocked_id = u.id)
      or exists (select 1 from ban b where b.user_id = u.id))`,
  ],
  [
    'a suspended user has no session, and is in no room',
    `
    select 'user ' || u.id as place from "user" u where u.suspended_at is not null and (
      exists (select 1 from session s where s.user_id = u.id) or exists (select 1 from presence p where p.user_id = u.id))`,
  ],
  [
    'no user has the former username of another',
    `
    select 'username ' || f.username_key as place from former_username f join "user" u on u.username_key = f.username_key`,
  ],
  [
    'two people are friends once, the lower number first',
    `
    select 'users ' || low_id || ' and ' || high_id as place from friendship where low_id >= high_id or (asker_id <> low_id and asker_id <> high_id)`,
  ],
];

/** Returns each rule with the places where it is broken. Runs inside a transaction: all rules see the data of one moment, whatever a server writes meanwhile. */
export async function brokenPlaces(em: EntityManager): Promise<[rule: string, places: string[]][]> {
  const found: [string, string[]][] = [];
  for (const [rule, exceptions] of RULES)
    found.push([rule, (await em.execute<{ place: string }[]>(exceptions)).map(({ place }) => place)]);
  return found;
}

/** Checks every rule, and prints the places where one is broken. @throws CommandError if one is */
export const check: Command = {
  parameters: [],
  summary: 'checks that the data is sound',
  run: (terminal) =>
    withDatabase(terminal, async (em) => {
      let broken = 0;
      const report = (rule: string, places: string[]) => {
        terminal.print(`${places.length === 0 ? 'ok    ' : 'BROKEN'}  ${rule}`);
        for (const place of places.slice(0, PRINTED_PLACES)) terminal.print(`          ${place}`);
        if (places.length > PRINTED_PLACES)
          terminal.print(`          … and ${places.length - PRINTED_PLACES} more`);
        if (places.length > 0) broken += 1;
      };
      terminal.doing('Checking the data');
      await em.transactional(async (em) => {
        for (const [rule, places] of await brokenPlaces(em)) report(rule, places);
        const names = (await em.find(Attachment, {}, { fields: ['name'] })).map(({ name }) =>
          join(terminal.env.filesDir, name),
        );
        report(
          'the file of each attachment exists',
          names.filter((path) => !existsSync(path)).map((path) => `file ${path}`),
        );
      });
      if (broken > 0)
        throw new CommandError(
          `${broken === 1 ? 'A rule is' : `${broken} rules are`} broken. Keep a copy of the database as it is, and restore a backup that is sound.`,
        );
    }),
};
