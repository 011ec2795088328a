import { suite } from '../support/suite.ts';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from '../support/app.ts';
import { where } from '../support/terminal.ts';
import { elinks, links, lynx, Reader, w3m } from '../support/text-browsers.ts';

async function signUp(ada: Reader): Promise<void> {
  await ada.follow('Create account', 'All three fields are required.');
  await ada.fill('Username', 'ada');
  await ada.fill('Email', 'ada@example.org');
  await ada.fill('Password', 'correct horse');
  await ada.push('Create account', 'Log out');
}

async function createRoom(ada: Reader, name: string): Promise<void> {
  await ada.fill('Room name', name);
  await ada.push('Create room', 'In this room now');
}

for (const browser of [lynx, w3m, links, elinks]) {
  const test = suite(`in ${browser.name}`);
  const tell = where(browser.name, test);

  /** A story of ada's, from the welcome page on. */
  const story = (work: (ada: Reader, world: World) => Promise<void>) =>
    withApp(async (world) => {
      const ada = new Reader(browser);
      try {
        await ada.open(`${world.base}/`, 'Chat rooms that work in every browser');
        await work(ada, world);
      } finally {
        await ada.close();
      }
    });

  tell(
    'ada creates an account, and is told what is wrong with it first',
    story(async (ada) => {
      await ada.follow('Create account', 'All three fields are required.');
      await ada.fill('Username', 'ada');
      await ada.fill('Email', 'ada@example.org');
      await ada.fill('Password', 'short');
      await ada.push('Create account', 'There is a problem');
      await ada.sees(
        /There is a problem\s+(\S )?(\[\d+\])?Choose a password of at least 8 characters\.[^]*Create account/,
      );
      await ada.sees(/Password\n[^]*Error: Choose a password of at least 8 characters\.\s+(\[\d+\])?[_[]/);
      await ada.sees(/\W(ada)[ _]{5}[^]*\W(ada@example\.org)[ _]/);
      await ada.fill('Password', 'correct horse');
      await ada.push('Create account', 'Log out');
      await ada.sees('There are no rooms yet. Create the first one below.');
    }),
  );

  tell(
    'ada talks with grace in a room of her own',
    story(async (ada, { cast }) => {
      const check = (expected: string) => ada.follow('Check for new messages', expected);
      const grace = await cast('grace');
      await signUp(ada);
      await createRoom(ada, 'lobby');
      await ada.sees('ada entered the room.');
      await ada.fill('Message', 'Hello to everybody who comes.');
      await ada.push('Send', '1 new message');
      await ada.sees(
        /1 new message\n+.*Write a message Sent\.\n+ +\S\sada \(you\), (\[\d+\])?\d\d:\d\d: Hello to everybody who comes\./,
      );
      await grace.enter(1);
      await grace.say(1, 'Good morning');
      await check('Good morning');
      await ada.sees(
        /1 new message\n+.*Write a message\n+ +\S\sgrace entered the room\. \d\d:\d\d\n+ +\S\sgrace, (\[\d+\])?\d\d:\d\d: Good morning/,
      );
      await grace.say(1, 'How are you?');
      await check('How are you?');
      await check('No new messages');
      await grace.say(1, 'Still there?');
      await check('Still there?');
      await ada.fill('Message', 'Yes.');
      await ada.push('Send', ': Yes.');
    }),
  );

  tell(
    'ada sees each page as it is now, not as it was when she came by first',
    story(async (ada, { cast }) => {
      const grace = await cast('grace');
      await signUp(ada);
      await createRoom(ada, 'lobby');
      await ada.follow('Rooms', 'You are in lobby.');
      await ada.follow('Back to lobby', 'Check for new messages');
      await ada.top('In this room now');
      await grace.enter(1);
      await grace.say(1, 'Good morning');
      await ada.follow('Rooms', '2 people are in it now.');
      await ada.follow('Back to lobby', 'Good morning');
    }),
  );

  tell(
    'ada reads what came earlier in a long log',
    story(async (ada, { cast }) => {
      const grace = await cast('grace');
      await grace.createRoom('lobby');
      for (let number = 1; number <= 70; number++) await grace.say(1, `Line ${number}.`);
      await signUp(ada);
      await ada.push('Enter lobby', ': Line ');
      await ada.top('Show earlier messages');
      await ada.sees('Line 22.');
      ada.misses('Line 21.');
      await ada.follow('Show earlier messages', 'Line 1.');
      await ada.sees('grace entered the room.');
      await ada.bottom('go to the latest');
      await ada.sees('Line 21.');
      ada.misses('Line 22.');
      await ada.follow('go to the latest', 'Line 22.');
      await ada.bottom('Send');
      await ada.fill('Message', 'I have read it all.');
      await ada.push('Send', '1 new message');
      await ada.sees('I have read it all.');
    }),
  );

  tell(
    'ada leaves, enters again, and is in one room at a time',
    story(async (ada, { cast }) => {
      const grace = await cast('grace');
      await grace.createRoom('study');
      await signUp(ada);
      await createRoom(ada, 'lobby');
      await ada.push('Leave room', 'You left lobby.');
      await ada.sees('You administer it.');
      await ada.push('Enter lobby', 'ada left the room.');
      await ada.top('In this room now');
      await ada.sees(/ada entered the room\.[^]*ada entered the room\./);
      await ada.follow('Rooms', 'You are in lobby.');
      await ada.push('Enter study', 'You can be in one room at a time');
      await ada.sees('Leave lobby and enter study');
      await ada.follow('Stay in lobby', 'Check for new messages');
      await ada.top('In this room now');
      await ada.sees('Leave room');
      await ada.follow('Rooms', 'You are in lobby.');
      await ada.push('Enter study', 'You can be in one room at a time');
      await ada.push('Leave lobby and enter study', 'grace entered the room.');
      await ada.top('In this room now');
      await ada.sees(/In this room now\n+ +\S\s(\[\d+\])?ada\n+ +\S\s(\[\d+\])?grace/);
    }),
  );

  tell(
    'ada deletes her room, and is told that another was deleted',
    story(async (ada, { cast }) => {
      await signUp(ada);
      await createRoom(ada, 'lobby');
      await ada.follow('Rooms', 'Delete lobby');
      await ada.follow('Delete lobby', 'It cannot be undone.');
      await ada.sees('Delete lobby?');
      await ada.follow('Cancel, and go back to lobby', 'Leave room');
      await ada.follow('Rooms', 'Delete lobby');
      await ada.follow('Delete lobby', 'It cannot be undone.');
      await ada.push('Delete room', 'There are no rooms yet.');
      await ada.sees(/lobby was deleted/);
      const grace = await cast('grace');
      const study = await grace.createRoom('study');
      await ada.follow('Rooms', 'Enter study');
      await ada.push('Enter study', 'Check for new messages');
      await ada.top('In this room now');
      await grace.post(`/rooms/${study}/delete`);
      await ada.follow('Check for new messages', 'study was deleted');
      await ada.sees('There are no rooms yet.');
    }),
  );

  tell(
    'ada is told by her own post that the room was deleted, and keeps its text',
    story(async (ada, { cast }) => {
      const grace = await cast('grace');
      const study = await grace.createRoom('study');
      await signUp(ada);
      await ada.push('Enter study', 'Check for new messages');
      await ada.top('In this room now');
      await grace.post(`/rooms/${study}/delete`);
      await ada.fill('Message', 'Is anybody here?');
      await ada.push('Send', 'study was deleted');
      await ada.sees('Is anybody here?');
      await ada.follow('Go to the list of rooms', 'There are no rooms yet.');
    }),
  );

  tell(
    'ada changes her username, and is told what was done each time',
    story(async (ada) => {
      await signUp(ada);
      const last = 'This is the browser that you are using.';
      await ada.follow('Settings', 'Change password');
      await ada.follow('Where you are logged in', last);
      await ada.sees(new RegExp(`${browser.name}.*\\s+${last}`, 'i'));
      ada.misses('End session');
      await ada.follow('All settings', 'Change password');
      await ada.follow('What is read of a message', 'Ana, 14:05: See you at ten.');
      await ada.bottom('Save what is read');
      await ada.push('Save what is read', 'Your choice of what is read is saved.');
      await ada.bottom('Back to the settings');
      await ada.follow('Back to the settings', 'Change password');
      await ada.follow('Account', 'Change email');
      await ada.fill('Username', 'a b');
      await ada.push('Change username', 'There is a problem');
      await ada.sees('Use only letters, digits, and the marks _ - . in the username.');
      await ada.fill('Username', 'countess');
      await ada.push('Change username', 'Your username is changed.');
      await ada.sees(/countess\s+[^\n]{0,14}Log out/);
      await ada.push('Change email', 'There is a problem');
      await ada.sees('This is not your password.');
      ada.misses('Your username is changed.');
    }),
  );

  tell(
    'ada logs out, and comes back to the page that she asked for',
    story(async (ada, { base }) => {
      await signUp(ada);
      await createRoom(ada, 'lobby');
      await ada.push('Log out', 'Chat rooms that work in every browser');
      await ada.goTo(`${base}/rooms`, 'Username or email');
      ada.misses('Log out');
      await ada.follow('Help', 'The list shows the rooms');
      await ada.goTo(`${base}/rooms/1`, 'Username or email');
      await ada.fill('Username or email', 'ada');
      await ada.fill('Password', 'correct horse');
      await ada.push('Log in', 'Enter lobby');
      await ada.sees('ada left the room.');
    }),
  );

  tell(
    'ada manages who belongs to her room',
    story(async (ada, { cast }) => {
      await cast('grace');
      await signUp(ada);
      await createRoom(ada, 'lobby');
      await ada.follow('Manage lobby', 'You left lobby to come here.');
      await ada.fill('Username or email', 'gracie');
      await ada.push('Add member', 'There is a problem');
      await ada.sees(/\W(gracie)[ _]{5}/);
      await ada.fill('Username or email', 'grace');
      await ada.push('Add member', 'Change grace');
      await ada.sees('grace is a member now.');
      await ada.follow('Change grace', 'Make grace an admin');
      await ada.push('Make grace an admin', 'grace is an administrator now.');
      await ada.follow('Change grace', 'Remove grace from lobby');
      await ada.follow('Remove grace from lobby', 'Their messages stay.');
      await ada.push('Remove grace', 'grace was removed.');
      ada.misses('Change grace');
      if (!/\](BUTTON\) )?Give up membership/.test(ada.screen)) await ada.bottom('Accessibility');
      await ada.push('Give up membership', 'Make yourself a member first');
      await ada.push('Enter lobby', 'ada removed grace.');
    }),
  );

  tell(
    'ada finds grace, asks her to be friends, and writes to her',
    story(async (ada, { cast }) => {
      const grace = await cast('grace');
      await signUp(ada);
      await ada.follow('People', 'Find a person');
      await ada.fill('Find a person', 'nobody');
      await ada.push('Find$', 'There is a problem');
      await ada.fill('Find a person', 'grace');
      await ada.push('Find$', 'Ask grace to be friends');
      await ada.push('Ask grace to be friends', 'You have asked');
      await grace.post('/people/ada/friend');
      await ada.push('Message grace', 'Write a message');
      await ada.fill('Message', 'Good morning');
      await ada.push('Send', ': Good morning');
    }),
  );

  tell(
    'ada reads what was said on another day, searches, walks the hits, and saves the room',
    story(async (ada, { base, cast, clock }) => {
      const grace = await cast('grace');
      const lobby = await grace.createRoom('lobby');
      await grace.say(lobby, 'Good morning');
      const [first] = clock.now().toISOString().split('T');
      clock.pass(48 * 3_600_000);
      for (let number = 1; number <= 40; number++) await grace.say(lobby, `Line ${number}.`);
      await signUp(ada);
      await ada.push('Enter lobby', ': Line ');
      await ada.top('Search and history');
      await ada.follow('Search and history', 'Go to day');
      await ada.fill('Day', first!);
      await ada.push('Go to day', 'This is the first day');
      await ada.sees('Good morning');
      ada.misses('Line 1.');
      await ada.follow('Day after', 'this is the last day');
      await ada.sees('Line 1.');
      ada.misses('Good morning');
      await ada.top('Search and history');
      await ada.follow('Search and history', 'Search in lobby');
      await ada.fill('Search', 'LINE 3');
      await ada.push('Search$', '13 messages found in lobby');
      await ada.sees(/grace in lobby, [^]*Line 39\.[^]*grace in lobby, [^]*Line 30\./);
      await ada.follow('grace in lobby', 'Check for new messages');
      await ada.sees('Line 39.');
      await ada.goTo(`${base}/rooms/${lobby}/search?q=in&page=3`, '41 messages found in lobby, page 3');
      await ada.follow('grace in lobby', 'Line 1.');
      await ada.goTo(`${base}/rooms/${lobby}/search`, 'Search in lobby');
      await ada.follow('Days on which', 'Days in lobby');
      await ada.follow('[^\\n]*: 40 messages$', 'this is the last day');
      await ada.goTo(`${base}/rooms/${lobby}/days`, 'Save the room');
      await ada.save(
        'EPUB book',
        '.epub',
        (book) => book.includes('mimetypeapplication/epub+zip') && book.includes('PK\x05\x06'),
      );
    }),
  );

  tell(
    'ada, who is an operator, finds grace, suspends her, and deletes a room',
    story(async (ada, { cast, em }) => {
      await (await cast('grace')).createRoom('buy now');
      await signUp(ada);
      await em().nativeUpdate(User, { username: 'ada' }, { operator: true });
      await ada.follow('People', 'Find a person');
      await ada.follow('Operator', 'Waiting now');
      await ada.follow('Accounts', 'Find an account');
      await ada.fill('Find an account', 'gra');
      await ada.push('Find$', 'Beginning with');
      await ada.follow('grace', 'What you can do');
      await ada.follow('Suspend grace', 'They are logged out everywhere');
      await ada.push('Suspend grace$', 'There is a problem');
      await ada.fill('Reason', 'Spam.');
      await ada.push('Suspend grace$', 'grace is suspended');
      await ada.sees('Lift the suspension of grace');
      await ada.follow('See the rooms that grace made', 'Made by grace');
      await ada.follow('buy now', 'Operators do not read');
      await ada.follow('Delete buy now', 'It cannot be undone');
      await ada.push('Delete room', 'was deleted, with all its messages');
    }),
  );

  test.run();
}
