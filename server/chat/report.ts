import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { checkedReason } from './checks.ts';
import { deleteInSlices } from './clearing.ts';
import { Attachment, Entry, plainTextOf } from './entry.ts';
import { Invalid, NotFound } from './errors.ts';
import { roomOfMember } from './membership.ts';
import { lockRooms, type Room } from './room.ts';
import { lockActor, User } from './user.ts';

const LONGEST_REASON = 1000;
/** So long an answered report is kept, with its copy of the message. */
const KEPT_MS = 365 * 86_400_000;

export type Answer = 'dismissed' | 'sessions-ended' | 'suspended';

export const ReportSchema = defineEntity({
  name: 'Report',
  tableName: 'report',
  properties: {
    id: p.integer().primary().autoincrement(),
    /** Not a foreign key, because the room may be deleted. For the same reason the message is copied. */
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
    answeredAt: p.datetime(3).nullable().index(),
  },
  uniques: [{ properties: ['roomId', 'seq', 'reporter'] }],
  indexes: [{ properties: ['answer', 'id'] }, { properties: ['reporter', 'id'] }],
});

/** A user asks the operators to look at a message. */
export class Report extends ReportSchema.class {}
ReportSchema.setClass(Report);

/** Finds a message that the user may report. @throws NotFound, Invalid for their own, and as `roomOfMember` */
export async function reportableMessage(
  em: EntityManager,
  user: User,
  roomId: number,
  seq: number,
): Promise<Entry> {
  const { room } = await roomOfMember(em, user, roomId);
  const entry = await em.findOne(
    Entry,
    { room, seq, kind: 'message' },
    { populate: ['author', 'room', 'attachment'] },
  );
  if (!entry) throw new NotFound('There is no such message. Choose one from the room.');
  if (entry.author.id === user.id)
    throw new Invalid({ '': 'You cannot report your own message. Report a message by somebody else.' });
  return entry;
}

/**
 * Does nothing if the user has reported the message before. Runs inside a transaction.
 * @param found as `reportableMessage` returned it; what is copied is read again under the locks
 * @throws Invalid for `reason`, and as `lockActor` and `reportableMessage`
 */
export async function makeReport(
  em: EntityManager,
  user: User,
  found: Entry,
  typed: string,
  now: Date,
): Promise<void> {
  await lockActor(em, user);
  await lockRooms(em, found.room.id);
  const entry = await reportableMessage(em, user, found.room.id, found.seq);
  const { room, seq, author, at } = entry;
  const reason = checkedReason(typed, 'Say what is wrong with this message.', LONGEST_REASON);
  if ((await em.count(Report, { roomId: room.id, seq, reporter: user })) > 0) return;
  await em.insert(Report, {
    roomId: room.id,
    roomName: room.name,
    seq,
    author: author.id,
    body: plainTextOf(entry),
    saidAt: at,
    reporter: user.id,
    reason,
    madeAt: now,
  });
}

/** Returns a report for an act. @throws NotFound if there is no such report */
export async function reportWith(em: EntityManager, id: number | undefined): Promise<Report> {
  const report =
    id === undefined
      ? null
      : await em.findOne(Report, { id }, { populate: ['author', 'reporter', 'answeredBy'], refresh: true });
  if (!report) throw reportNotFound();
  return report;
}

export const reportNotFound = (): NotFound =>
  new NotFound('There is no such report. Choose one from the list of reports.');

/** Null also if the room is deleted. */
export function attachmentOf(em: EntityManager, { roomId, seq }: Report): Promise<Attachment | null> {
  return em.findOne(Attachment, { room: { access: { $ne: 'deleted' } }, entry: { room: roomId, seq } });
}

/** Answers all open reports of the same message. */
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

/** Copies the new name of a direct room into its reports. */
export async function renameRoomInReports(em: EntityManager, { id, name }: Room): Promise<void> {
  await em.nativeUpdate(Report, { roomId: id }, { roomName: name });
}

export async function deleteOldReports(em: EntityManager, now: Date): Promise<void> {
  await deleteInSlices(em, Report, { answeredAt: { $lte: new Date(now.getTime() - KEPT_MS) } }, 'id');
}
