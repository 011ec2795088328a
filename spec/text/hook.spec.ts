import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { hookText } from '../../server/text/hook.ts';

const test = suite('texts of incoming hooks');

const attached = (...attachments: unknown[]) => ({ attachments });

/** What a program sends, and the message that it becomes. */
const TABLE: [payload: Record<string, unknown>, text: string][] = [
  [{ text: 'The build is done' }, 'The build is done'],
  [{ text: ' two\nlines ' }, 'two\nlines'],
  [{ text: 'done', username: 'build-bot', icon_emoji: ':robot:', channel: '#x' }, 'build-bot: done'],
  [{ username: 'build-bot' }, ''],
  [{ text: 5, username: ['x'], attachments: 'x', blocks: null }, ''],
  [{}, ''],
  [attached({ fallback: 'plain', text: 'shown' }), 'shown'],
  [attached({ fallback: 'plain' }, null, 7, 'x', { text: 'two' }), 'plain\ntwo'],
  [{ text: 'above', ...attached({ text: 'below' }) }, 'above\nbelow'],
  [
    attached({ pretext: 'New:', title: 'Issue 7', title_link: 'https://example.org/7', text: 'It fails' }),
    'New:\nIssue 7 (https://example.org/7)\nIt fails',
  ],
  [attached({ title: 'Issue 7' }), 'Issue 7'],
  [{ blocks: [{ type: 'header', text: { type: 'plain_text', text: 'Up' } }, { type: 'divider' }] }, 'Up'],
  [{ blocks: [{ type: 'section', fields: [{ text: 'CPU' }, { text: '7 %' }] }] }, 'CPU\n7 %'],
  [{ text: 'said', blocks: [{ text: { text: 'said again' } }] }, 'said'],
  [{ text: 'see <https://example.org/a?b=1&amp;c=2>' }, 'see https://example.org/a?b=1&c=2'],
  [{ text: 'see <https://example.org|the page>.' }, 'see the page (https://example.org).'],
  [{ text: '<https://example.org|https://example.org>' }, 'https://example.org'],
  [{ text: '<mailto:ada@example.org|ada@example.org>' }, 'ada@example.org'],
  [{ text: '<!here> <@U012> <#C012|general> <!date^1^{date}|today>' }, 'here U012 general today'],
  [{ text: '1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt;' }, '1 < 2 && 3 > 2, &lt;'],
  [{ text: 'a <b> c < d > <' }, 'a <b> c < d > <'],
  [{ text: '*strong* and _emphasis_' }, '*strong* and _emphasis_'],
];

for (const [payload, text] of TABLE)
  test(`${JSON.stringify(payload)} says ${JSON.stringify(text)}`, () => assert.is(hookText(payload), text));

test('a text of nothing but brackets is read in a time that grows with its length', () => {
  const text = '<'.repeat(30_000) + '<a|'.repeat(10_000);
  assert.is(hookText({ text }), text);
});

test.run();
