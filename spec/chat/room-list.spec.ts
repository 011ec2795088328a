import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Membership } from '../../server/chat/membership.ts';
import { roomList, type Listed } from '../../server/chat/room-list.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, withHouse, type House } from '../support/nouns.ts';

const test = suite('the list of rooms');

const shown = (listed: Listed[]) => listed.map(({ room, isAdmin, present }) => `${room.name} ${present}${isAdmin ? ' admin' : ''}`);

async function listOf({ as }: House, username: string) {
  const { own, open } = await as(username, (em, user) => roomList(em, user));
  return { own: shown(own), open: shown(open) };
}

test('is empty where there are none', withHouse(async (house) => {
  assert.equal(await listOf(house, 'ada'), { own: [], open: [] });
}));

test('has one\'s own rooms and the open ones, and of invite rooms those that one belongs to', withHouse(async (house) => {
  await house.room('grace', 'lobby');
  await house.room('grace', 'study');
  const cellar = await house.room('grace', 'cellar', 'invite');
  await house.room('grace', 'attic', 'invite');
  await house.room('ada', 'hall');
  const { id: user } = await house.em().findOneOrFail(User, { username: 'ada' });
  await house.em().insert(Membership, { room: cellar, user, role: 'member', joinedAt: NOW });
  assert.equal(await listOf(house, 'ada'), { own: ['cellar 0', 'hall 0 admin'], open: ['lobby 0', 'study 0'] });
  assert.equal(await listOf(house, 'linus'), { own: [], open: ['hall 0', 'lobby 0', 'study 0'] });
}));

test('keeps a room that was entered among one\'s own, and counts who is in each', withHouse(async (house) => {
  const [lobby, study] = [await house.room('linus', 'lobby'), await house.room('linus', 'study')];
  for (const username of ['ada', 'grace']) await house.enter(username, lobby);
  await house.enter('ada', study, { leave: lobby });
  assert.equal(await listOf(house, 'ada'), { own: ['lobby 1', 'study 1'], open: [] });
  assert.equal(await listOf(house, 'linus'), { own: ['lobby 1 admin', 'study 1 admin'], open: [] });
}));

test('is in the order of names as people sort them, and of age where names are the same', withHouse(async (house) => {
  const ids = [];
  for (const name of ['Zoo', 'émigrés', 'lobby', 'Ada\'s', 'lobby', 'fish']) ids.push(await house.room('grace', name));
  const { open } = await house.as('ada', (em, ada) => roomList(em, ada));
  assert.equal(open.map(({ room }) => room.name), ['Ada\'s', 'émigrés', 'fish', 'lobby', 'lobby', 'Zoo']);
  assert.equal(open.filter(({ room }) => room.name === 'lobby').map(({ room }) => room.id), [ids[2], ids[4]]);
}));

test.run();
