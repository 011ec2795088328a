import { Entry } from '../chat/entry.ts';
import { Presence } from '../chat/presence.ts';
import { Report } from '../chat/report.ts';
import { Room } from '../chat/room.ts';
import { Session } from '../chat/session.ts';
import { User } from '../chat/user.ts';
import { withDatabase, type Command } from './command.ts';

/** Counts what there is. */
export const stats: Command = {
  takes: [],
  what: 'counts what there is',
  run: (desk) =>
    withDatabase(desk, async (em) => {
      const counts: [what: string, count: Promise<number>][] = [
        ['accounts', em.count(User, { deletedAt: null })],
        ['suspended accounts', em.count(User, { suspendedAt: { $ne: null } })],
        ['former members', em.count(User, { deletedAt: { $ne: null } })],
        ['sessions', em.count(Session)],
        ['open rooms', em.count(Room, { access: 'open' })],
        ['rooms for members', em.count(Room, { access: 'invite' })],
        ['conversations of two', em.count(Room, { access: 'direct' })],
        ['messages', em.count(Entry, { kind: 'message' })],
        ['notices', em.count(Entry, { kind: { $ne: 'message' } })],
        ['people in a room now', em.count(Presence)],
        ['reports without an answer', em.count(Report, { answer: null })],
      ];
      for (const [what, count] of counts) desk.say(`${String(await count).padStart(9)}  ${what}`);
    }),
};
