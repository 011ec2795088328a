import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Banned, Forbidden, Invalid, NotFound } from '../../server/chat/errors.ts';
import {
  deleteEndedInvitations,
  endInvitation,
  Invitation,
  invitationsOf,
  invite,
  join,
  MOST_INVITATIONS,
} from '../../server/chat/invitation.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { type House, later, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('invitation');

const DAY_MS = 86_400_000;

const inviteTo = ({ as }: House, username: string, room: number, days = '7', uses = '1') =>
  as(username, (em, user) => invite(em, user, room, { days, uses }, NOW));
const tokenOf = async ({ em }: House, room: number, now = NOW) =>
  (await invitationsOf(em(), room, now))[0]?.token ?? 'none';
const joinBy = ({ as }: House, username: string, token: string, now = NOW) =>
  as(username, (em, user) => join(em, user, token, now));

test(
  'who follows an invitation becomes a member, so often as it may be used, and a member uses none up',
  withHouse(async (house) => {
    const study = await house.room('ada', 'study', 'invite');
    await inviteTo(house, 'ada', study);
    const token = await tokenOf(house, study);
    assert.is(await joinBy(house, 'ada', token), study);
    assert.is(await joinBy(house, 'grace', token), study);
    assert.equal(await house.members(study), ['ada admin', 'grace member']);
    await refusal(NotFound, joinBy(house, 'linus', token));
    await refusal(NotFound, joinBy(house, 'linus', 'unknown'));
    assert.is((await house.members(study)).length, 2);
  }),
);

test(
  'of two people who follow the last use at once, one becomes a member',
  withHouse(async (house) => {
    const study = await house.room('ada', 'study', 'invite');
    await inviteTo(house, 'ada', study);
    const token = await tokenOf(house, study);
    const [refused, ...others] = await thrownBy(['grace', 'linus'].map((name) => joinBy(house, name, token)));
    assert.equal([refused instanceof NotFound, others], [true, []]);
    assert.is((await house.members(study)).length, 2);
  }),
);

test(
  'an invitation ends after its days, or when an administrator ends it',
  withHouse(async (house) => {
    const study = await house.room('ada', 'study', 'invite');
    for (const days of ['1', '2']) await inviteTo(house, 'ada', study, days);
    const [long, short] = await invitationsOf(house.em(), study, NOW);
    assert.equal(
      (await invitationsOf(house.em(), study, later(DAY_MS))).map(({ id }) => id),
      [long!.id],
    );
    await refusal(NotFound, joinBy(house, 'grace', short!.token, later(DAY_MS)));
    await refusal(
      NotFound,
      house.as('grace', (em, grace) => endInvitation(em, grace, study, long!.id)),
    );
    await house.as('ada', (em, ada) => endInvitation(em, ada, study, long!.id));
    await refusal(NotFound, joinBy(house, 'grace', long!.token));
    await deleteEndedInvitations(house.em(), later(DAY_MS));
    assert.is(await house.em().count(Invitation), 0);
  }),
);

test(
  'who was removed from the room is refused by its invitation',
  withHouse(async (house) => {
    const study = await house.room('ada', 'study', 'invite');
    await house.join('grace', study);
    await house.remove('ada', study, 'grace');
    await inviteTo(house, 'ada', study);
    await refusal(Banned, joinBy(house, 'grace', await tokenOf(house, study)));
  }),
);

test(
  'only an administrator invites, for 1 to 30 days and 1 to 100 people, at most 20 times at once',
  withHouse(async (house) => {
    const study = await house.room('ada', 'study', 'invite');
    await house.join('grace', study);
    await refusal(Forbidden, inviteTo(house, 'grace', study));
    await refusal(NotFound, inviteTo(house, 'linus', study));
    const { id: direct } = await house.to('ada', 'grace', (em, ada, grace) =>
      openDirect(em, ada, grace, NOW),
    );
    await refusal(Forbidden, inviteTo(house, 'ada', direct));
    for (const [days, uses] of [
      ['0', '101'],
      ['31', '0'],
      ['1.5', '-1'],
      ['', 'x'],
    ] as const)
      assert.equal(
        Object.keys((await refusal(Invalid, inviteTo(house, 'ada', study, days, uses))).problems),
        ['days', 'uses'],
      );
    for (let time = 0; time < MOST_INVITATIONS; time += 1) await inviteTo(house, 'ada', study, '30', '100');
    assert.is(
      (await refusal(Invalid, inviteTo(house, 'ada', study))).message,
      'A room has at most 20 invitations. End one of them first.',
    );
  }),
);

test.run();
