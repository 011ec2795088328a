import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';

const test = suite('a room over HTTP');

test('is created, entered, talked in and left', withApp(async ({ cast }) => {
  const ada = await cast('ada');
  const grace = await cast('grace');
  const room = await ada.createRoom('lobby');
  assert.is((await grace.enter(room)).location, `/rooms/${room}`);
  const posted = await ada.say(room, 'hello\nthere', { after: '2' });
  assert.is(posted.location, `/rooms/${room}?after=2#new`);
  const page = await grace.get(`/rooms/${room}?after=2`);
  assert.is(page.status, 200);
  assert.is(page.page.querySelector('#new')?.text, '1 new message');
  console.log(page.text);
  const poll = await grace.poll(room, 2);
  console.log(poll.text);
  assert.is((await grace.poll(room, 3)).status, 204);
  assert.is((await grace.leave(room)).location, '/rooms');
  const list = await grace.get('/rooms');
  console.log(list.text);
  const out = await grace.poll(room, 3);
  console.log(out.status, out.text);
  const outside = await grace.say(room, 'hello <b>');
  console.log(outside.status, outside.text);
}));

test.run();
