// What a screen of 24 lines shows of a room, and how many keys it takes to write.
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { where } from '../support/terminal.ts';
import { lynx, Reader, w3m } from '../support/text-browsers.ts';

const SCREEN = { columns: 80, rows: 24 };

for (const browser of [lynx, w3m]) {
  const test = suite(`first screen in ${browser.name}`);
  const tell = where(browser.name, test);

  tell(
    'a user who opens a room reads what was said last, writes after three keys at most, and reads on after sending',
    withApp(async ({ base, cast }) => {
      const [ada, grace] = [await cast('ada'), await cast('grace')];
      const lobby = await ada.createRoom('lobby');
      await grace.enter(lobby);
      for (let number = 1; number <= 40; number++)
        await [ada, grace][number % 2]!.say(lobby, `Line ${number}.`);
      await ada.get(`/rooms/${lobby}`); // all is read
      const reader = new Reader(browser, SCREEN);
      try {
        await reader.open(`${base}/login?next=/rooms/${lobby}%23latest`, 'Username or email');
        await reader.fill('Username or email', 'ada');
        await reader.fill('Password', 'correct horse');
        await reader.push('Log in', 'Line 40.');

        await reader.sees('lobby – Rooms – Plainchat');
        await reader.sees('Write a message');
        const lines = reader.screen.match(/: Line \d+\./g) ?? [];
        assert.ok(lines.length >= 8, `${lines.length} lines of messages:\n${reader.screen}`);
        await reader.press('\r', 'Message'); // the link is the first on the screen, so one key leads to the field
        await reader.fill('Message', 'Hello from the terminal.');
        await reader.push('Send', '1 new message');
        await reader.sees('Sent.');
        await reader.sees('ada (you), ');
        await reader.sees('Hello from the terminal.'); // no key from sent to reading on
      } finally {
        await reader.close();
      }
    }),
  );
  test.run();
}
