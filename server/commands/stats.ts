import { Away } from '../chat/away.ts';
import { Telling } from '../chat/due.ts';
import { Entry } from '../chat/entry.ts';
import { Presence } from '../chat/presence.ts';
import { Report } from '../chat/report.ts';
import { Room } from '../chat/room.ts';
import { Session } from '../chat/session.ts';
import { User } from '../chat/user.ts';
import { type Command, withDatabase } from './command.ts';

export const stats: Command = {
  parameters: [],
  summary: 'counts accounts, rooms and messages',
  run: (terminal) =>
    withDatabase(terminal, async (em) => {
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
        ['addresses that are confirmed', em.count(Away, { confirmedKey: { $ne: null } })],
        ['people for whom something is due', em.count(Telling)],
        ['of those, whose last try has failed', em.count(Telling, { tries: { $gt: 0 } })],
        ['reports without an answer', em.count(Report, { answer: null })],
      ];
      for (const [what, count] of counts) terminal.print(`${String(await count).padStart(9)}  ${what}`);
    }),
};
