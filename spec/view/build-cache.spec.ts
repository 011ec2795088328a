import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { cachedBuild } from '../../server/view/build-cache.ts';

const test = suite('build cache');

/** Runs `work` with an empty folder, and a build that counts its runs. */
const withFolder = (work: (folder: string, build: () => { text: Buffer; run: number }) => void) => () => {
  const folder = mkdtempSync(join(tmpdir(), 'plainchat-'));
  let run = 0;
  try {
    work(folder, () => ({ text: Buffer.from('built'), run: (run += 1) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test(
  'what was built is built once for each key, and read as it was',
  withFolder((folder, build) => {
    for (const [key, run] of [
      ['one', 1],
      ['one', 1],
      ['two', 2],
      ['two', 2],
    ] as const)
      assert.equal(cachedBuild('assets', key, build, folder), { text: Buffer.from('built'), run });
    assert.equal(readdirSync(folder), ['assets']);
  }),
);

test(
  'a damaged file is built again',
  withFolder((folder, build) => {
    cachedBuild('assets', 'one', build, folder);
    writeFileSync(join(folder, 'assets'), 'no cache');
    assert.is(cachedBuild('assets', 'one', build, folder).run, 2);
    assert.is(cachedBuild('assets', 'one', build, folder).run, 2);
  }),
);

test(
  'a folder that cannot be written makes each start build',
  withFolder((folder, build) => {
    writeFileSync(join(folder, 'file'), '');
    for (const run of [1, 2])
      assert.is(cachedBuild('assets', 'one', build, join(folder, 'file', 'cache')).run, run);
    assert.equal(readdirSync(folder), ['file']);
  }),
);

test.run();
