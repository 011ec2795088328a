import { mock } from 'node:test';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { ProgressClock } from '../../server/commands/progress.ts';

const test = suite('progress');

test('a command that takes longer than two seconds says what it does, again and again until it ends', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const lines: string[] = [];
    const progress = new ProgressClock((line) => lines.push(line.replace(/\d+ s$/, 'N s')));
    progress.doing('Copying the database');
    mock.timers.tick(1999);
    assert.equal(lines, []);
    mock.timers.tick(1);
    progress.doing('Copying image 3 of 7');
    mock.timers.tick(5000);
    progress.end();
    mock.timers.tick(60_000);
    assert.equal(lines, ['Copying the database, for N s', 'Copying image 3 of 7, for N s']);
  } finally {
    mock.timers.reset();
  }
});

test.run();
