import { suite } from '../support/suite.ts';
import { withApp } from '../support/app.ts';
import { where } from '../support/terminal.ts';
import { lynx, Reader, w3m } from '../support/text-browsers.ts';

const WELCOME = 'Chat rooms that work in every browser';

for (const browser of [lynx, w3m]) {
  const test = suite(`letters, in ${browser.name}`);
  const tell = where(browser.name, test);
  const find = browser === w3m ? '^Find$' : 'Find'; // it searches the page, on which a sentence begins with the same word

  async function logIn(person: Reader, name: string): Promise<void> {
    await person.follow('Log in', 'Username or email');
    await person.fill('Username or email', name);
    await person.fill('Password', 'correct horse');
    await person.push('Log in', 'Log out');
  }

  /** From the list of rooms: the way out is at the top, and a new message further down. */
  async function logOut(person: Reader, base: string): Promise<void> {
    await person.goTo(`${base}/rooms`, 'Create a room');
    await person.push('Log out', WELCOME);
  }

  tell(
    'ada and grace, who are never there at the same time, hold a conversation',
    withApp(async ({ base, cast, clock }) => {
      for (const username of ['ada', 'grace']) await cast(username);
      const [ada, grace] = [new Reader(browser), new Reader(browser)];
      try {
        await ada.open(`${base}/`, WELCOME);
        await logIn(ada, 'ada');
        await ada.follow('People', 'Find a person');
        await ada.fill('Find a person', 'grace@');
        await ada.push(find, 'There is a problem');
        await ada.sees('Nobody can be found by this email address.');
        await ada.fill('Find a person', 'grace@example.org');
        await ada.push(find, 'Message grace');
        ada.misses('grace@');
        await ada.push('Message grace', 'In this room now');
        await ada.fill('Message', 'Dear grace, how are you?');
        await ada.push('Send', '1 new message');
        await logOut(ada, base);

        clock.pass(86_400_000);
        await grace.open(`${base}/`, WELCOME);
        await logIn(grace, 'grace');
        await grace.sees(/ada\s+1 unread message\./);
        await grace.push('Enter ada', 'Dear grace, how are you?');
        await grace.sees(/1 unread message\n[^]*\S ada, (\[\d+\])?\d\d:\d\d: Dear grace, how are you\?/);
        await grace.fill('Message', 'Dear ada, well, and you?');
        await grace.push('Send', '1 new message');
        await logOut(grace, base);

        clock.pass(86_400_000);
        await logIn(ada, 'ada');
        await ada.sees(/grace\s+1 unread message\./);
        await ada.follow('grace', 'Dear ada, well, and you?');
        await ada.sees('1 unread message');
        await ada.top('Dear grace, how are you?');
        await ada.sees('Dear grace, how are you?');
      } finally {
        await Promise.all([ada.close(), grace.close()]);
      }
    }),
  );

  test.run();
}
