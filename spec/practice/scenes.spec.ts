import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { BEGIN_STEP, sayStep, script, stepsOf } from '../../server/practice/script.ts';
import { heardIn, sceneNumber, sceneOf, SCENES } from '../../server/practice/scenes.ts';
import { heardOf } from '../support/played.ts';

const test = suite('practice scenes');

test('there are forty scenes, and no two have the same name', () => {
  assert.is(SCENES.length, 40);
  assert.is(new Set(SCENES.map(({ name }) => name)).size, 40);
});

for (const [index, scene] of SCENES.entries()) {
  test(`scene ${index + 1} “${scene.name}” lists what the announcer says`, () => {
    assert.equal(heardOf([], { scene }), heardIn(index + 1, 'ada'));
    assert.ok(scene.note, 'says what to expect besides');
  });
}

test('a scene makes the same log each time, in the order of time, with the reader in it', () => {
  for (const scene of SCENES) {
    const log = script([BEGIN_STEP, BEGIN_STEP], 'ada', scene).flat();
    assert.equal(script([BEGIN_STEP, BEGIN_STEP], 'ada', scene).flat(), log);
    assert.equal(
      log.map(({ seq }) => seq),
      log.map((_, at) => at + 1),
    );
    assert.equal(
      log.map(({ at }) => at),
      log.map(({ at }) => at).toSorted(),
    );
    assert.not.match(JSON.stringify(log), /\{reader\}/);
  }
});

test('an address names only scenes that exist, and only steps of a scene', () => {
  assert.equal(
    ['1', '40', 7, '41', '0', '01', '-1', '1.0', 'one', '', undefined, ['1', '2']].map(sceneNumber),
    [1, 40, 7, ...Array.from({ length: 9 }, () => undefined)],
  );
  const scene = sceneOf(1);
  const said = sayStep('{reader}');
  assert.equal(stepsOf(`one.${BEGIN_STEP}.__proto__.${said}`, scene), [BEGIN_STEP, said]);
  assert.is(script([said], 'ada', scene).at(-1)![0]!.body, '{reader}', 'which the user has typed');
});

test.run();
