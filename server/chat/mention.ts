import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { parseBlocks } from '../text/blocks.ts';
import { fold } from '../text/characters.ts';
import { endsAt, mayMention, signsIn } from '../text/mentions.ts';
import type { EntryRecord, MentionRecord } from './entry.ts';
import { Membership } from './membership.ts';
import { Room } from './room.ts';
import { User } from './user.ts';

export const MentionSchema = defineEntity({
  name: 'Mention',
  tableName: 'mention',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    seq: p.integer().primary(),
    /** The mentioned user: a member of the room when the message was posted. */
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    /** Their folded username at that time, as the text has it. */
    name: p.string(),
  },
  indexes: [{ properties: ['user', 'room', 'seq'] }],
});

export class Mention extends MentionSchema.class {}
MentionSchema.setClass(Mention);

/** Finds for each message the members of its room that it mentions, by id. One query for all messages. */
export async function mentionsIn(
  em: EntityManager,
  messages: { room: number; body: string }[],
): Promise<MentionRecord[][]> {
  const candidates = messages.map(({ body }) => possibleNamesIn(body));
  const keys = new Set(candidates.flat());
  if (keys.size === 0) return messages.map(() => []);
  const members = await em.find(
    Membership,
    { room: [...new Set(messages.map(({ room }) => room))], user: { usernameKey: [...keys] } },
    { populate: ['user'], refresh: true },
  );
  return messages.map(({ room, body }, index) => {
    const users = members
      .filter((member) => member.room.id === room && candidates[index]!.includes(member.user.usernameKey))
      .map(({ user }) => user);
    return users.length === 0 ? [] : mentionsOf(users, body);
  });
}

/** A message mentions users by so many different words; any further `@` is text. */
const MOST_WORDS = 50;
/** Names that are looked up for a message: 4 for each of that many words, more if there are fewer. */
const MOST_NAMES = 4 * MOST_WORDS;

/** The folded names that may be mentions, before the marks in the text are parsed. At most `MOST_NAMES`. */
export function possibleNamesIn(body: string): string[] {
  const words = new Map<string, { at: number; ends: number[] }>();
  for (const at of signsIn(body)) {
    const ends = endsAt(body, at);
    if (ends.length > 0) words.set(body.slice(at, ends[0]), { at, ends });
    if (words.size === MOST_WORDS) break;
  }
  const most = Math.floor(MOST_NAMES / Math.max(words.size, 1));
  return [...words.values()].flatMap(({ at, ends }) =>
    likeliest(body, ends, most).map((end) => fold(body.slice(at + 1, end))),
  );
}

/** Of all ends of a name, those that it most likely has: the whole word, the word without punctuation at its end, and the shortest. */
function likeliest(body: string, ends: number[], most: number): number[] {
  if (ends.length <= most) return ends;
  const bare = ends.find((end) => !/[_.-]/.test(body[end - 1]!));
  return [...new Set([ends[0]!, bare ?? ends[0]!, ...ends.toReversed()])].slice(0, most);
}

/** The mentions of these users in a text, by the user's id. */
function mentionsOf(
  users: { id: number; username: string; usernameKey: string }[],
  body: string,
): MentionRecord[] {
  const names = new Map(users.map(({ usernameKey }) => [usernameKey, usernameKey]));
  const mentioned = new Set(
    parseBlocks(body, names)
      .flatMap(({ children }) => children ?? [])
      .filter(({ type }) => type === 'mention')
      .map(({ info }) => info),
  );
  return users
    .filter(({ usernameKey }) => mentioned.has(usernameKey))
    .map(({ id, username, usernameKey }) => ({ user: { id, username }, name: usernameKey }))
    .toSorted((a, b) => a.user.id - b.user.id);
}

/** Sets `mentions` of the entries, which are of one room. One query for all entries. */
export async function withMentions<E extends EntryRecord>(em: EntityManager, entries: E[]): Promise<E[]> {
  const candidates = entries.filter(({ kind, body }) => kind === 'message' && mayMention(body));
  if (candidates.length === 0) return entries;
  const mentions = await em.find(
    Mention,
    { room: candidates[0]!.room.id, seq: { $in: candidates.map(({ seq }) => seq) } },
    { populate: ['user'], orderBy: { user: 'asc' } },
  );
  const bySeq = Map.groupBy(mentions, ({ seq }) => seq);
  for (const entry of candidates)
    entry.mentions = (bySeq.get(entry.seq) ?? []).map(({ user, name }) => ({
      user: { id: user.id, username: user.username },
      name,
    }));
  return entries;
}

/** Mentions of a user by others, except by users whom they have blocked. */
const MENTIONS_OF_USER = `from mention n
  join entry e on e.room_id = n.room_id and e.seq = n.seq and e.author_id <> n.user_id
  join membership m on m.room_id = n.room_id and m.user_id = n.user_id
  where n.user_id = ? and not exists (select 1 from block b where b.user_id = n.user_id and b.blocked_id = e.author_id)`;

/** Counts unread messages that mention the user, by room id. */
export async function unreadMentions(em: SqlEntityManager, user: User): Promise<Map<number, number>> {
  const rows = await em.execute<{ room: number; mentions: number | string }[]>(
    `select n.room_id as room, count(*) as mentions ${MENTIONS_OF_USER} and n.seq > m.read_seq group by n.room_id`,
    [user.id],
  );
  return new Map(rows.map(({ room, mentions }) => [room, Number(mentions)]));
}
