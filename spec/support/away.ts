import { Away, ensureAway } from '../../server/chat/away.ts';
import { spreadNews } from '../../server/chat/due.ts';
import { claim, type Claim, usersToTell } from '../../server/chat/telling.ts';
import { toldRooms } from '../../server/chat/told-rooms.ts';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from './app.ts';
import { type House, later } from './domain.ts';
import { type Mail, type Moods, withMail } from './mail.ts';
import type { Env } from '../../config/env.ts';
import type { AppOptions } from '../../server/app.ts';

const MINUTE_MS = 60_000;

/** A world that sends mails. */
export const withMails =
  (
    work: (world: World, mails: Mail[], moods: Moods) => Promise<void>,
    changes: Partial<Env> = {},
    options: Partial<AppOptions> = {},
  ) =>
  async () => {
    const moods: Moods = {};
    await withMail(
      (smtpUrl, mails) =>
        withApp(
          (world) => work(world, mails, moods),
          {
            smtpUrl,
            mailFrom: 'chat@chat.example',
            publicUrl: new URL('http://chat.example'),
            hooks: true,
            ...changes,
          },
          options,
        )(),
      moods,
    );
  };

/** Somebody's address is confirmed, and they have chosen this. */
export async function confirmed({ em }: World, username: string, choices: Partial<Away> = {}): Promise<void> {
  const own = em();
  const user = await own.findOneOrFail(User, { username });
  await ensureAway(own, user);
  await own.nativeUpdate(Away, { user: user.id }, { confirmedKey: user.emailKey, ...choices });
}

/** So many minutes pass, and the chores are done. First those of now: what was posted is noted. */
export async function wait({ clock, tick }: World, minutes: number): Promise<void> {
  await tick();
  clock.pass(minutes * MINUTE_MS);
  await tick();
}

/** A header of a mail on one line. */
export const header = ({ text }: Mail, name: string): string | undefined =>
  new RegExp(`^${name}: ?((?:.|\\r\\n[ \\t])*)`, 'im')
    .exec(text)?.[1]!
    .replace(/\r\n[ \t]+/g, ' ')
    .trim();

/** The ways of a server. */
export const WAYS = { mail: true, hook: true, mailsADay: 20 };

/** Ada has said something in the lobby that grace is to be told by mail, and so many minutes have passed. */
export async function said(house: House, bodies = ['hello @grace']): Promise<number> {
  const lobby = await house.room('ada', 'lobby');
  await house.enter('ada', lobby);
  await house.join('grace', lobby);
  const { id, emailKey } = await house.em().findOneOrFail(User, { username: 'grace' });
  await ensureAway(house.em(), { id, zone: null });
  await house.em().nativeUpdate(Away, { user: id }, { confirmedKey: emailKey });
  for (const body of bodies) await house.say('ada', lobby, body);
  await spreadNews(house.em());
  return lobby;
}

let ids = 0;
/** What one process takes upon itself after so many minutes. */
export async function claimed({ em }: House, minutes: number, ways = WAYS): Promise<Claim | undefined> {
  const now = later(minutes * MINUTE_MS);
  const [user] = await usersToTell(em(), now);
  return user && claim(em(), user, { now, ways, newId: () => `id ${(ids += 1)}` });
}
/** The seqs of the messages that a claim is about, room by room. */
export const toldSeqs = async (house: House, claim: Claim) =>
  (await toldRooms(await house.reader(), claim)).map(({ messages }) => messages.map(({ seq }) => seq));
