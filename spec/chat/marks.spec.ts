import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from '../../server/chat/marks.ts';

const test = suite('marks');

const NAMES = new Map([['ada', 'ada']]);

/** What there is in a text, by name. */
const typesIn = (text: string) => parse(text, NAMES).flatMap(({ type, children }) => [type, ...(children ?? []).map((child) => child.type)]);

test('are found in lines, and a message without any is one paragraph of text', () => {
  assert.equal(typesIn('a\n\nb'), ['paragraph_open', 'text', 'break', 'break', 'text', 'paragraph_close']);
  assert.equal(typesIn('*a* b'), ['paragraph_open', 'inline', 'strong_open', 'text', 'strong_close', 'text', 'paragraph_close']);
});

test('mention those who may be mentioned, and nobody else', () => {
  const mentioned = parse('@Ada, @grace: `@ada`', NAMES).flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'mention');
  assert.equal(mentioned.map(({ info, content }) => [info, content]), [['ada', '@Ada']]);
});

test.run();
