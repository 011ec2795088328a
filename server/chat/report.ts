import { defineEntity, p, UniqueConstraintViolationException, type EntityManager } from '@mikro-orm/core';
import { Attachment } from './attachment.ts';
import { Entry, entriesBefore, entriesFrom, wordsOf } from './entry.ts';
import { Invalid, Missing } from './errors.ts';
import { roomOfMember } from './membership.ts';
import { Room } from './room.ts';
import { checkedReason } from './text.ts';
import { User } from './user.ts';

const LONGEST_REASON = 1000;
/** Entries on either side of a reported one that operators see. */
const CONTEXT = 5;

/** What an operator has done about a report. */
export type Answer = 'dismissed' | 'sessions-ended' | 'suspended';

export const ReportSchema = defineEntity({
  name: 'Report',
  tableName: 'report',
  properties: {
    id: p.integer().primary().autoincrement(),
    /** No reference, because the room may be gone; so the message is copied, too. */
    roomId: p.integer(),
    roomName: p.string(),
    seq: p.integer(),
    author: () => p.manyToOne(User).index(false),
    body: p.text(),
    saidAt: p.datetime(3),
    reporter: () => p.manyToOne(User).index(false),
    reason: p.text(),
    madeAt: p.datetime(3),
    answer: p.string().$type<Answer>().nullable(),
    answeredBy: () => p.manyToOne(User).nullable().index(false),
    answeredAt: p.datetime(3).nullable(),
  },
  uniques: [{ properties: ['roomId', 'seq', 'reporter'] }],
});

/** That somebody wants the operators to look at a message. */
export class Report extends ReportSchema.class {}
ReportSchema.setClass(Report);

/** Finds a message that the person may report. @throws Missing where it is none, Invalid for one's own, and as `roomOfMember` */
export async function reportable(em: EntityManager, user: User, roomId: number, seq: number): Promise<Entry> {
  const { room } = await roomOfMember(em, user, roomId);
  const entry = await em.findOne(
    Entry,
    { room, seq, kind: 'message' },
    { populate: ['author', 'room', 'attachment'] },
  );
  if (!entry) throw new Missing('There is no such message. Choose one in its room.');
  if (entry.author.id === user.id)
    throw new Invalid({ '': 'This message is your own. Report one of somebody else.' });
  return entry;
}

/** The messages ahead of seq `before` that the person may report, oldest first, and the seq to go on from. */
export async function reportableBefore(
  em: EntityManager,
  user: User,
  room: Room,
  before: number,
): Promise<{ entries: Entry[]; earlier: number | undefined }> {
  const all = await entriesBefore(em, room, before);
  const first = all[0]?.seq ?? 1;
  return {
    entries: all.filter(({ kind, author }) => kind === 'message' && author.id !== user.id),
    earlier: first > 1 ? first : undefined,
  };
}

/** Reports a message. Again by the same person: nothing. @throws Invalid for `reason`, and as `reportable` */
export async function report(
  em: EntityManager,
  user: User,
  entry: Entry,
  typed: string,
  now: Date,
): Promise<void> {
  const { room, seq, author, at } = entry;
  const reason = checkedReason(typed, 'Say what is wrong with this message.', LONGEST_REASON);
  try {
    await em.insert(Report, {
      roomId: room.id,
      roomName: (room as Room).name,
      seq,
      author: author.id,
      body: wordsOf(entry),
      saidAt: at,
      reporter: user.id,
      reason,
      madeAt: now,
    });
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
  }
}

/** The reports that nobody has answered yet, the oldest first. */
export function openReports(em: EntityManager): Promise<Report[]> {
  return em.find(Report, { answer: null }, { populate: ['author', 'reporter'], orderBy: { id: 'asc' } });
}

/** Finds a report. @throws Missing where there is none */
export async function reportWith(em: EntityManager, id: number | undefined): Promise<Report> {
  const found =
    id === undefined
      ? null
      : await em.findOne(Report, { id }, { populate: ['author', 'reporter', 'answeredBy'], refresh: true });
  if (!found) throw new Missing('There is no such report. Choose one from the list of reports.');
  return found;
}

/** What stands about the reported message in its room, and itself; nothing where the room is gone. */
export async function contextOf(em: EntityManager, { roomId, seq }: Report): Promise<Entry[]> {
  const room = await em.findOne(Room, { id: roomId });
  return room ? entriesFrom(em, room, seq - CONTEXT, seq + CONTEXT) : [];
}

/** What is attached to the reported message; null where nothing is, or the room is gone. */
export function attachmentOf(em: EntityManager, { roomId, seq }: Report): Promise<Attachment | null> {
  return em.findOne(Attachment, { entry: { room: roomId, seq } });
}

/** Notes what was done about a message, for all who have reported it. */
export async function answerReport(
  em: EntityManager,
  operator: User,
  { roomId, seq }: Report,
  answer: Answer,
  now: Date,
): Promise<void> {
  await em.nativeUpdate(
    Report,
    { roomId, seq, answer: null },
    { answer, answeredBy: operator.id, answeredAt: now },
  );
}

/** Has the reports of a conversation of two call it by the name that it has now: it is made of those of people. */
export async function renameRoomInReports(em: EntityManager, { id, name }: Room): Promise<void> {
  await em.nativeUpdate(Report, { roomId: id }, { roomName: name });
}
