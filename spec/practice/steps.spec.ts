import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { presentAfter, sayStep, script, stepsOf } from '../../server/practice/script.ts';
import { STEPS } from '../../server/practice/steps.ts';
import { heardOf } from '../support/played.ts';

const test = suite('practice steps');

for (const [name, step] of Object.entries(STEPS)) {
  test(`the step “${step.name}” lists what the announcer says`, () => {
    assert.equal(heardOf([name]), step.heard);
  });
}

test('the announcer tells who comes and goes when notices are wanted', () => {
  assert.equal(heardOf(['comings'], { chosen: { notices: true } }), [
    'Bo left the room.',
    'Bo entered the room.',
  ]);
});

test('the steps make the same log each time, without a gap and in the order of time', () => {
  const all = [...Object.keys(STEPS), sayStep('Hello, all')];
  const log = script(all, 'ada').flat();
  assert.equal(script(all, 'ada').flat(), log);
  assert.equal(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
  );
  assert.equal(
    log.map(({ at }) => at),
    log.map(({ at }) => at).toSorted(),
  );
});

test('an address names only steps that exist, at most twenty', () => {
  assert.equal(stepsOf('one.three'), ['one', 'three']);
  assert.equal(stepsOf('.__proto__.toString.one.<b>.'), ['one']);
  assert.is(stepsOf('one.'.repeat(5000)).length, 20);
});

test("the log has the reader's own messages at their places, and only the latest four", () => {
  const own = ['Hello 👋', 'a.b & <c>\n—', 'שלום', '3', '4'].map(sayStep);
  assert.equal(stepsOf(['one', ...own].join('.')), ['one', ...own.slice(1)]);
  assert.equal(
    script(['one', ...own, 'three'], 'ada')
      .slice(2, -1)
      .flat()
      .map(({ author, body }) => `${author}: ${body}`),
    ['ada: Hello 👋', 'ada: a.b & <c>\n—', 'ada: שלום', 'ada: 3', 'ada: 4'],
  );
  assert.equal(
    stepsOf(`say-.say-=.${sayStep('x'.repeat(201))}.${sayStep('a\0b')}.say-${'A'.repeat(5000)}`),
    [],
  );
});

test('the log tells who is in the room after it', () => {
  assert.equal(presentAfter(script([], 'ada'), 'ada'), ['Ana', 'Bo', 'Cem', 'ada']);
  assert.equal(presentAfter(script(['comings', 'one'], 'ada'), 'ada'), ['Ana', 'Cem', 'ada', 'Bo']);
});

test.run();
