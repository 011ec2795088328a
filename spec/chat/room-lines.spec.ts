import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { entryLine, fileLine, roomLine } from '../../server/chat/room-lines.ts';
import { NOW } from '../support/domain.ts';

const test = suite('room lines');

test('a room is written as lines of JSON, and what is missing is left out', () => {
  assert.is(
    roomLine({
      name: 'lobby',
      topic: '',
      access: 'open',
      creator: 'ada',
      createdAt: NOW,
      lastSeq: 2,
      pins: [],
    }),
    '{"plainchat":3,"name":"lobby","access":"open","creator":"ada","createdAt":"2026-01-01T12:00:00.000Z","lastSeq":2}',
  );
  const entry = { seq: 2, author: 'ada', subject: null, key: null, replyTo: null, byToken: false, at: NOW };
  assert.is(
    entryLine({ ...entry, kind: 'message', body: 'hi', key: 'a-key', byToken: true }),
    '{"seq":2,"kind":"message","author":"ada","body":"hi","key":"a-key","byToken":true,"at":"2026-01-01T12:00:00.000Z"}',
  );
  assert.is(
    entryLine({ ...entry, kind: 'removed', body: '', subject: 'grace' }),
    '{"seq":2,"kind":"removed","author":"ada","subject":"grace","body":"","at":"2026-01-01T12:00:00.000Z"}',
  );
  assert.match(
    fileLine(2, { description: 'd', describedAt: null, content: Buffer.from('x') }),
    /^\{"file":2,"description":"d","sha256":"2d7116/,
  );
});

test.run();
