import type { Env } from '../../config/env.ts';
import type { Way } from '../chat/away.ts';
import type { Reader } from '../chat/reader.ts';
import { type Claim } from '../chat/telling.ts';
import { toldLogs } from '../chat/told-log.ts';
import { type ToldRoom } from '../chat/told-rooms.ts';
import type { PostToHook } from './hook.ts';
import type { Tell } from '../live/teller.ts';
import type { SendMail } from '../mail.ts';
import { toldMail, toldPost } from '../view/away-told.ts';
import type { View } from '../view/index.ts';

interface Parts {
  env: Env;
  reader: Reader;
  view: View;
  /** Undefined without a mail server. */
  mail: SendMail | undefined;
  hook: PostToHook;
}

/** How users are told, by each way. Only called if `PUBLIC_URL` is set: what is sent has links. */
export function tellers({ env, reader, view, mail, hook }: Parts): Record<Way, Tell> {
  const around = { origin: env.publicUrl?.origin ?? '', withText: env.mailText };
  return {
    mail: async (claim, rooms) => {
      const told = toldMail(view, claim, await toldLogs(reader, rooms), around);
      await mail!({
        ...told,
        to: claim.email,
        messageId: claim.messageId,
        thread: `${threadOf(claim, rooms)}@${env.publicUrl!.hostname}`,
        headers: {
          'Auto-Submitted': 'auto-generated',
          'List-Unsubscribe': `<${around.origin}/away/stop/${claim.stopKey}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      });
    },
    hook: async (claim, rooms) => {
      const text = toldPost(view, claim, await toldLogs(reader, rooms), around);
      await hook({ url: claim.choices.hookUrl!, text, id: claim.messageId });
    },
  };
}

/** Mails about one room are a thread, and so are those about several. */
const threadOf = ({ user }: Claim, rooms: ToldRoom[]): string =>
  rooms.length === 1 ? `room-${rooms[0]!.id}-${user}` : `rooms-${user}`;
