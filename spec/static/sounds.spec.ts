import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { EVENTS, SETS as OFFERED } from '../../server/chat/sound.ts';
import { Assets } from '../../server/view/assets.ts';
import { createAnnouncer } from '../../static/announcer.ts';
import { createPace, eventAmong, SETS } from '../../static/sounds.ts';
import type { Entry, SoundEvent } from '../../static/wording.ts';

const test = suite('sounds');

const EVERYTHING = { messages: 'everything', notices: true, first: 'sender', time: false } as const;
const ALL = Object.keys(EVENTS) as SoundEvent[];
const by = (author: string, more: Partial<Entry> = {}): Entry => ({
  kind: 'message',
  author,
  body: 'hi',
  ...more,
});

test('each set that is offered has a short melody for each event, and no two of a set are alike', () => {
  assert.equal(
    Object.keys(SETS),
    Object.keys(OFFERED)
      .filter(Boolean)
      .toSorted((a, b) => Object.keys(SETS).indexOf(a) - Object.keys(SETS).indexOf(b)),
  );
  for (const { notes } of Object.values(SETS)) {
    assert.equal(Object.keys(notes).toSorted(), ALL.toSorted());
    assert.is(new Set(Object.values(notes).map((melody) => JSON.stringify(melody))).size, ALL.length);
    for (const melody of Object.values(notes))
      for (const [hertz, at, length] of melody) assert.ok(hertz > 100 && hertz < 2000 && at + length < 2);
  }
});

test('all sounds together take at most 12 kB', () => {
  const assets = new Assets();
  assert.ok(assets.at(assets.address('sound.js'))!.bodies.identity.length <= 12_000);
});

test('of several entries at once, the most important event is heard that is wanted', () => {
  const mention = by('grace', { mentions: [{ username: 'ada' }] });
  const reply = by('grace', { reply: { author: 'ada' } });
  const entered: Entry = { kind: 'entered', author: 'grace', body: 'grace entered the room.' };
  for (const [entries, wanted, event] of [
    [[by('grace'), mention], ALL, 'mention'],
    [[by('grace'), reply], ALL, 'mention'],
    [[by('grace'), mention], ['message'], 'message'],
    [[by('ada'), entered], ALL, 'sent'],
    [[entered], ALL, 'entered'],
    [[{ ...entered, kind: 'left' }], ALL, undefined],
    [[by('grace', { folded: true })], ALL, undefined],
    [[by('grace')], ['sent', 'entered'], undefined],
    [[], ALL, undefined],
  ] as [Entry[], SoundEvent[], SoundEvent | undefined][])
    assert.is(eventAmong(entries, 'ada', wanted), event);
});

test('there is at most one sound in two seconds', () => {
  let now = 0;
  const mayPlay = createPace(() => now);
  const played = Array.from({ length: 50 }, (_, tenths) => {
    now = tenths * 100;
    return mayPlay() && tenths;
  }).filter((tenths) => tenths !== false);
  assert.equal(played, [0, 20, 40]);
});

test('a sound beside words changes nothing that is said, and one instead of them only its own events', () => {
  const said = (instead: boolean, events: SoundEvent[]) => {
    const heard: string[] = [];
    let due: (() => void)[] = [];
    let time = 0;
    const sound = { set: 'soft', loudness: 1, events, instead };
    const clock = { now: () => time, later: (act: () => void) => void due.push(act) };
    const announcer = createAnnouncer(
      'ada',
      { ...EVERYTHING, sound },
      (text) => void heard.push(text),
      clock,
    );
    announcer.receive([by('grace'), { kind: 'entered', author: 'linus', body: 'linus entered the room.' }]);
    announcer.sent();
    announcer.say('The connection is lost.');
    for (let turn = 0; turn < 9; turn += 1) {
      time += 5000;
      const acts = due;
      due = [];
      for (const act of acts) act();
    }
    return heard.toSorted();
  };
  const words = ['Sent', 'The connection is lost. grace: hi. linus entered the room.'];
  assert.equal(said(false, ALL), words);
  assert.equal(said(true, []), words);
  assert.equal(said(true, ['message', 'sent']), ['The connection is lost.', 'linus entered the room.']);
  assert.equal(said(true, ALL), ['The connection is lost.'], 'which is never only a sound');
});

test.run();
