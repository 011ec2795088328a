import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { savePreferences } from '../../server/chat/preferences.ts';
import { ZONES } from '../../server/text/zones.ts';
import { User } from '../../server/chat/user.ts';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('preferences');

const save = ({ as }: House, typed: Record<string, string>) =>
  as('ada', (em, ada) => savePreferences(em, ada, typed));

async function ofAda({ em }: House) {
  const { zone, hourCycle, foundByEmail, whereabouts, enterSends, liveView, reportLinks, style } =
    await em().findOneOrFail(User, { username: 'ada' });
  return { zone, hourCycle, foundByEmail, whereabouts, enterSends, liveView, reportLinks, style };
}

const DEFAULTS = {
  zone: null,
  hourCycle: 'h23',
  foundByEmail: true,
  whereabouts: 'friends',
  enterSends: false,
  liveView: 'off',
  reportLinks: true,
  style: 'calm',
};
const CHOSEN = {
  zone: 'Asia/Tokyo',
  hourCycle: 'h12',
  foundByEmail: 'no',
  whereabouts: 'nobody',
  enterSends: 'yes',
  liveView: '30s',
  reportLinks: 'no',
  style: 'y2k',
};

test(
  'new users have the default preferences',
  withHouse(async (house) => {
    assert.equal(await ofAda(house), DEFAULTS);
  }),
);

test(
  'saved preferences hold for their user alone',
  withHouse(async (house) => {
    await save(house, CHOSEN);
    assert.equal(await ofAda(house), {
      zone: 'Asia/Tokyo',
      hourCycle: 'h12',
      foundByEmail: false,
      whereabouts: 'nobody',
      enterSends: true,
      liveView: '30s',
      reportLinks: false,
      style: 'y2k',
    });
    assert.is(await house.em().count(User, { hourCycle: 'h23', zone: null, foundByEmail: true }), 2);
  }),
);

test(
  'a user can set every preference back to its default',
  withHouse(async (house) => {
    await save(house, CHOSEN);
    await save(house, {
      zone: '',
      hourCycle: 'h23',
      foundByEmail: 'yes',
      whereabouts: 'friends',
      enterSends: 'no',
      liveView: 'off',
      reportLinks: 'yes',
      style: 'calm',
    });
    assert.equal(await ofAda(house), DEFAULTS);
  }),
);

test(
  'a preference that is not sent stays as it was',
  withHouse(async (house) => {
    await save(house, { hourCycle: 'h12' });
    await save(house, { zone: 'UTC' });
    await save(house, {});
    assert.equal(await ofAda(house), { ...DEFAULTS, hourCycle: 'h12', zone: 'UTC' });
  }),
);

for (const [field, values] of Object.entries({
  zone: ['Mars/Base', 'utc ', '../etc', 'x\0', 'null'],
  hourCycle: ['', 'h24', 'constructor'],
  foundByEmail: ['', 'true', '1'],
  whereabouts: ['everybody', '\0'],
  enterSends: ['', 'on', '__proto__'],
  reportLinks: ['', 'true', 'toString'],
  liveView: ['', '10', '1s', 'toString'],
  style: ['', '2000s', 'calm '],
})) {
  test(
    `an invalid choice for ${field} is refused, and nothing else of that form is saved`,
    withHouse(async (house) => {
      for (const value of values) {
        const { problems } = await refusal(Invalid, save(house, { ...CHOSEN, [field]: value }));
        assert.equal(Object.keys(problems), [field], value);
        assert.match(problems[field]!, /Choose one/);
      }
      assert.equal(await ofAda(house), DEFAULTS);
    }),
  );
}

test('every time zone can be chosen, UTC first, each once', () => {
  assert.is(ZONES[0], 'UTC');
  assert.is(new Set(ZONES).size, ZONES.length);
  assert.ok(ZONES.length > 400 && ZONES.includes('Europe/Berlin'));
});

test.run();
