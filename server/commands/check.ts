import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Attachment } from '../chat/attachment.ts';
import { Undone, withDatabase, type Command } from './command.ts';

/** So many places are named for each. */
const MOST = 20;

/**
 * What always holds, in the words of the plan of the house, and what looks for where it does not:
 * each row names one such place.
 */
const RULES: [rule: string, exceptions: string][] = [
  [
    'a room has its entries numbered 1, 2, 3 … without a gap, up to its last number',
    `
    select 'room ' || r.id as place from room r left join entry e on e.room_id = r.id group by r.id, r.last_seq
    having count(e.seq) <> r.last_seq or coalesce(min(e.seq), 1) <> 1 or coalesce(max(e.seq), 0) <> r.last_seq`,
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
    'an entry is in a room that there is, by somebody that there is',
    `
    select 'room ' || e.room_id || ', entry ' || e.seq as place from entry e left join room r on r.id = e.room_id left join "user" u on u.id = e.author_id left join "user" s on s.id = e.subject_id
    where r.id is null or u.id is null or (e.subject_id is not null and s.id is null)`,
  ],
  [
    'an image or a file belongs to a message, and is of who sent it',
    `
    select 'room ' || a.room_id || ', entry ' || a.seq as place from attachment a left join entry e on e.room_id = a.room_id and e.seq = a.seq where e.seq is null or e.kind <> 'message' or a.author_id is null or a.author_id <> e.author_id`,
  ],
  [
    'a mention belongs to a message',
    `
    select 'room ' || m.room_id || ', entry ' || m.seq as place from mention m left join entry e on e.room_id = m.room_id and e.seq = m.seq where e.seq is null or e.kind <> 'message'`,
  ],
  [
    'a person is in one room at most, and a member of it',
    `
    select 'user ' || p.user_id as place from presence p left join membership m on m.user_id = p.user_id and m.room_id = p.room_id where m.user_id is null
    union all select 'user ' || user_id from presence group by user_id having count(*) > 1`,
  ],
  [
    'a room has an administrator, unless it is a conversation of two',
    `
    select 'room ' || r.id as place from room r where r.access <> 'direct' and not exists (select 1 from membership m where m.room_id = r.id and m.role = 'admin')`,
  ],
  [
    'a conversation of two has two members, no administrator, and is that of the pair',
    `
    select 'room ' || r.id as place from room r left join membership m on m.room_id = r.id where r.access = 'direct' group by r.id, r.pair
    having count(m.user_id) <> 2 or sum(case when m.role = 'admin' then 1 else 0 end) > 0 or r.pair is null or r.pair <> min(m.user_id) || ' ' || max(m.user_id)`,
  ],
  [
    'nobody has read further than a log goes',
    `
    select 'room ' || m.room_id || ', user ' || m.user_id as place from membership m join room r on r.id = m.room_id where m.read_seq > r.last_seq`,
  ],
  [
    'whoever was removed from a room is no member of it',
    `
    select 'room ' || b.room_id || ', user ' || b.user_id as place from ban b join membership m on m.room_id = b.room_id and m.user_id = b.user_id`,
  ],
  [
    'a former member has no session, no presence, and no membership but in conversations of two',
    `
    select 'user ' || u.id as place from "user" u where u.deleted_at is not null and (
      exists (select 1 from session s where s.user_id = u.id) or exists (select 1 from presence p where p.user_id = u.id)
      or exists (select 1 from membership m join room r on r.id = m.room_id where m.user_id = u.id and r.access <> 'direct'))`,
  ],
  [
    "a username that somebody had is nobody else's",
    `
    select 'username ' || f.username_key as place from former_username f join "user" u on u.username_key = f.username_key`,
  ],
  [
    'two people are friends once, the lower number first',
    `
    select 'users ' || low_id || ' and ' || high_id as place from friendship where low_id >= high_id or (asker_id <> low_id and asker_id <> high_id)`,
  ],
];

/** Looks whether all that must hold of the data does. Fails where something does not, which it names. */
export const check: Command = {
  takes: [],
  what: 'looks whether the data is sound',
  run: (desk) =>
    withDatabase(desk, async (em) => {
      let broken = 0;
      const tell = (rule: string, places: string[]) => {
        desk.say(`${places.length === 0 ? 'ok    ' : 'BROKEN'}  ${rule}`);
        for (const place of places.slice(0, MOST)) desk.say(`          ${place}`);
        if (places.length > MOST) desk.say(`          … and ${places.length - MOST} more`);
        if (places.length > 0) broken += 1;
      };
      await em.transactional(async (em) => {
        // all at one moment, whatever a server writes meanwhile
        for (const [rule, exceptions] of RULES)
          tell(
            rule,
            (await em.execute<{ place: string }[]>(exceptions)).map(({ place }) => place),
          );
        const names = (await em.find(Attachment, {}, { fields: ['name'] })).map(({ name }) =>
          join(desk.env.filesDir, name),
        );
        tell(
          'the file of each attachment is there',
          names.filter((path) => !existsSync(path)).map((path) => `file ${path}`),
        );
      });
      if (broken > 0)
        throw new Undone(
          `${broken === 1 ? 'A rule is' : `${broken} rules are`} broken. Keep a copy of the database as it is, and restore a backup that is sound.`,
        );
    }),
};
