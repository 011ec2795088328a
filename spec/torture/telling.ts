// A process that tells users what they have not read, until it is killed: `node telling.ts DATABASE SMTP_URL ORIGIN SPEED`.
// Its clock begins at ORIGIN, in milliseconds since 1970, and runs SPEED times as fast as time.
import { setTimeout as pause } from 'node:timers/promises';
import { readEnv } from '../../config/env.ts';
import { hookPoster } from '../../server/away/hook.ts';
import { tellers } from '../../server/away/ways.ts';
import { connectLive } from '../../server/database/connect-live.ts';
import { openDatabase } from '../../server/database/open.ts';
import { Teller } from '../../server/live/teller.ts';
import { mailer } from '../../server/mail.ts';
import { Assets } from '../../server/view/assets.ts';
import { View } from '../../server/view/index.ts';
import { fastClock, PAUSE_MS } from '../support/torture-away.ts';

const [where = '', smtpUrl = '', origin, speed] = process.argv.slice(2);
const env = readEnv({ SMTP_URL: smtpUrl, PUBLIC_URL: 'http://chat.example', MAILS_A_DAY: '1000' });
const orm = await openDatabase(where);
const { reader } = await connectLive(orm);
const teller = new Teller({
  em: () => orm.em.fork(),
  reader,
  clock: fastClock(Number(origin), Number(speed)),
  ways: { mail: true, hook: false, mailsADay: env.mailsADay },
  host: 'chat.example',
  counts: { mail: 0, hook: 0, failures: 0 },
  log: { warn: () => {} },
  tell: tellers({ env, reader, view: new View(new Assets()), mail: mailer(env), hook: hookPoster() }),
});
console.log('ready');
for (;;) {
  await teller.tick().catch((error: Error) => console.error(error.message));
  await pause(PAUSE_MS);
}
