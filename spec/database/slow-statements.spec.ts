import { setTimeout as pause } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { noteDuration, slowStatements, withoutValues } from '../../server/database/slow-statements.ts';
import { suite } from '../support/suite.ts';

const test = suite('slow statements');

test('a statement that took half a second is told without its values, and a quick one is not', async () => {
  const told: unknown[] = [];
  const listener = (statement: unknown) => void told.push(statement);
  slowStatements.subscribe(listener);
  try {
    noteDuration('select 1', performance.now() - 499 + 100);
    noteDuration(`update "user" set username = 'ada' where id = 7`, performance.now() - 700);
    await pause(0);
    assert.is(told.length, 1);
    const [{ sql, ms }] = told as [{ sql: string; ms: number }];
    assert.is(sql, 'update "user" set username = ? where id = ?');
    assert.ok(ms >= 700);
  } finally {
    slowStatements.unsubscribe(listener);
  }
});

test('nothing that a user wrote is left of a statement', () => {
  for (const [sql, shape] of [
    [`insert into entry (body) values ('it''s mine')`, 'insert into entry (body) values (?)'],
    [`select 'open\nended`, 'select ?'],
    ['select * from room where id in (1, 2, 3)', 'select * from room where id in (?, …)'],
    ['select e0."seq" from e0 where $1 = 2.5', 'select e0."seq" from e0 where $1 = ?'],
  ] as const)
    assert.is(withoutValues(sql), shape);
  assert.ok(withoutValues('select x, '.repeat(1000)).length <= 300);
});

test.run();
