import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULTS } from '../../server/chat/announcements.ts';
import { presentAfter, saying, script, stepsOf } from '../../server/practice/script.ts';
import { STEPS } from '../../server/practice/steps.ts';
import { createAnnouncer, type Announcements } from '../../static/announcer.ts';

const test = suite('the steps of the practice room');

/** What is announced of a step. */
function heardOf(name: string, chosen: Partial<Announcements> = {}): string[] {
  const { lost } = STEPS[name]!;
  const heard: string[] = [];
  const due: { at: number; act: () => void }[] = [];
  let time = 0;
  const announcer = createAnnouncer('ada', { ...DEFAULTS, ...chosen }, (text) => void heard.push(text), {
    now: () => time,
    later: (act, ms) => void due.push({ at: time + ms, act }),
  });
  for (const [second, entries] of Map.groupBy(script([name], 'ada').at(-1)!, ({ second }) => second)) {
    due.push({
      at: second * 1000,
      act: () =>
        announcer.receive(
          entries.map(({ image, ...line }) => ({
            ...line,
            ...(image && { attachment: { words: `Image: ${image}` } }),
          })),
        ),
    });
  }
  const words = ['The connection is lost. Trying again.', 'The connection is back.'];
  lost?.forEach((second, index) =>
    due.push({ at: second * 1000, act: () => announcer.say(words[index]!, 'connection') }),
  );
  while (due.length > 0) {
    due.sort((a, b) => a.at - b.at);
    const { at, act } = due.shift()!;
    time = at;
    act();
  }
  return heard;
}

for (const [name, step] of Object.entries(STEPS)) {
  test(`say of “${step.name}” what is heard`, () => {
    assert.equal(heardOf(name), step.heard);
  });
}

test('say of who comes and goes what is heard where it is wanted', () => {
  assert.equal(heardOf('comings', { notices: true }), ['Bo left the room.', 'Bo entered the room.']);
});

test('make the same log each time, numbered without a gap and in the order of time', () => {
  const all = [...Object.keys(STEPS), saying('Hello, all')];
  const log = script(all, 'ada').flat();
  assert.equal(script(all, 'ada').flat(), log);
  assert.equal(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
  );
  assert.equal(
    log.map(({ at }) => at),
    log.map(({ at }) => at).sort(),
  );
});

test('are those that an address names, and no others', () => {
  assert.equal(stepsOf('one.three'), ['one', 'three']);
  assert.equal(stepsOf('.__proto__.toString.one.<b>.'), ['one']);
  assert.is(stepsOf('one.'.repeat(5000)).length, 20);
});

test('have what their reader said, in its place, and of that the latest', () => {
  const own = ['Hello 👋', 'a.b & <c>\n—', 'שלום', '3', '4'].map(saying);
  assert.equal(stepsOf(['one', ...own].join('.')), ['one', ...own.slice(1)]);
  assert.equal(
    script(['one', ...own, 'three'], 'ada')
      .slice(2, -1)
      .flat()
      .map(({ author, body }) => `${author}: ${body}`),
    ['ada: Hello 👋', 'ada: a.b & <c>\n—', 'ada: שלום', 'ada: 3', 'ada: 4'],
  );
  assert.equal(
    stepsOf(`say-.say-=.${saying('x'.repeat(201))}.${saying('a\0b')}.say-${'A'.repeat(5000)}`),
    [],
  );
});

test('tell who is in the room after them', () => {
  assert.equal(presentAfter(script([], 'ada'), 'ada'), ['Ana', 'Bo', 'Cem', 'ada']);
  assert.equal(presentAfter(script(['comings', 'one'], 'ada'), 'ada'), ['Ana', 'Cem', 'ada', 'Bo']);
});

test.run();
