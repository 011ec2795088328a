import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { StoredFile } from '../../server/chat/entry.ts';
import { filesIdentity, filesTag, freshStamp } from '../../server/chat/files-identity.ts';
import { postMessage } from '../../server/chat/post.ts';
import { MARK, Sweep } from '../../server/files/sweep.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';
import { filesIn } from '../support/files.ts';

const test = suite('sweep of files');

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A folder, a database, and a process that sweeps, with a clock that the spec turns. */
async function scene(house: House, path: string) {
  let elapsed = 0;
  const warnings: string[] = [];
  const start = () =>
    new Sweep({
      path,
      em: house.em,
      log: { info: () => {}, warn: (_, sentence) => warnings.push(sentence) },
      clock: () => new Date(NOW.getTime() + elapsed),
      elapsed: () => elapsed,
    });
  const tag = await filesTag(house.em());
  const lobby = await house.room('ada', 'lobby');
  await house.enter('ada', lobby);
  let made = 0;
  const write = (name: string, age = 2 * DAY_MS) => {
    writeFileSync(join(path, name), name);
    const time = new Date(Date.now() - age);
    utimesSync(join(path, name), time, time);
    return name;
  };
  const attached = async () => {
    const name = tag + String((made += 1)).padStart(24, '0');
    const file: StoredFile = { name, type: 'txt', size: 1, width: null, height: null };
    const attachment = { ...file, description: 'the minutes' };
    await house.as('ada', (em, ada) =>
      postMessage(em, ada, lobby, { body: 'look', key: `a-key-${name}`, attachment }, NOW),
    );
    return write(name);
  };
  return {
    start,
    warnings,
    tag,
    write,
    attached,
    stray: (age?: number) => write(tag + String((made += 1)).padStart(24, 'f'), age),
    pass: (ms: number) => void (elapsed += ms),
  };
}

function withScene(
  work: (things: Awaited<ReturnType<typeof scene>>, path: string, house: House) => Promise<void>,
) {
  return withHouse(async (house) => {
    const path = mkdtempSync(join(tmpdir(), 'plainchat-sweep-'));
    try {
      await work(await scene(house, path), path, house);
    } finally {
      rmSync(path, { recursive: true });
    }
  });
}

test(
  'a process removes unused files that this database wrote, not in its first hour, and says so in the log',
  withScene(async ({ start, attached, stray, write, pass, warnings, tag }, path) => {
    const kept = [await attached(), await attached(), await attached(), stray(HOUR_MS)];
    stray();
    write(`${tag}${'0'.repeat(24)}.part`);
    const sweep = start();
    await sweep.tick();
    pass(HOUR_MS - 1);
    await sweep.tick();
    assert.is(filesIn(path).length, 7, 'with the mark');
    pass(HOUR_MS);
    await sweep.tick();
    assert.equal(filesIn(path), [MARK, ...kept].toSorted());
    assert.equal(warnings, ['Files that belonged to no message were removed.']);
  }),
);

test(
  'no file of another name is touched, and a folder with such a name does not stop the rest',
  withScene(async ({ start, attached, stray, write, pass, tag }, path) => {
    const kept = [await attached(), await attached(), await attached()];
    const foreign = ['family-tree.ods', 'A'.repeat(32), '0'.repeat(31), 'e'.repeat(32)].map((name) =>
      write(name),
    );
    const folder = tag + 'b'.repeat(24);
    mkdirSync(join(path, folder));
    mkdirSync(join(path, 'lost+found'));
    stray();
    const sweep = start();
    await sweep.tick();
    pass(2 * HOUR_MS);
    await sweep.tick();
    assert.equal(filesIn(path), [MARK, ...kept, ...foreign, folder, 'lost+found'].toSorted());
  }),
);

test(
  'a server of another database, or with an empty one, removes nothing and warns',
  withScene(async ({ start, stray, pass, warnings }, path) => {
    const names = [stray(), stray(), stray()];
    for (const mark of [undefined, `${freshStamp()}\n`]) {
      if (mark) writeFileSync(join(path, MARK), mark);
      const sweep = start();
      await sweep.tick();
      pass(2 * HOUR_MS);
      await sweep.tick();
      assert.equal(
        filesIn(path).filter((name) => name !== MARK),
        names.toSorted(),
      );
      assert.match(warnings.join('\n'), /FILES_DIR belongs to another database/);
    }
  }),
);

test(
  'a folder whose first file is being sent is marked, and nothing is said',
  withScene(async ({ start, write, warnings, tag }, path) => {
    write(`${tag}${'0'.repeat(24)}.part`, 0);
    await start().tick();
    assert.ok(existsSync(join(path, MARK)));
    assert.equal(warnings, []);
  }),
);

test(
  'a server never removes most files of its own folder, and warns',
  withScene(async ({ start, attached, stray, pass, warnings }, path) => {
    const first = await attached();
    const sweep = start();
    await sweep.tick();
    const strays = [stray(), stray()];
    pass(2 * HOUR_MS);
    await sweep.tick();
    assert.equal(filesIn(path), [MARK, first, ...strays].toSorted());
    assert.match(warnings.join('\n'), /Most files in FILES_DIR belong to no message/);
  }),
);

test(
  'a copy of a database loses the folder to the original once that has swept',
  withScene(async ({ start, attached, stray, pass, warnings }, path, house) => {
    const kept = [await attached(), await attached(), await attached()];
    const original = start();
    await original.tick();
    const copied = await filesIdentity(house.em());
    pass(2 * HOUR_MS);
    await original.tick();
    const identity = await filesIdentity(house.em());
    assert.is(identity.value, copied.value);
    assert.is.not(identity.stamp, copied.stamp);
    assert.match(readFileSync(join(path, MARK), 'utf8'), identity.stamp);
    await house.em().execute('update files_identity set stamp = ?', [copied.stamp]);
    const later = stray();
    const copy = start();
    pass(2 * HOUR_MS);
    await copy.tick();
    assert.equal(filesIn(path), [MARK, ...kept, later].toSorted());
    assert.match(warnings.join('\n'), /a copy of this one/);
  }),
);

test(
  'a folder is marked when it appears, and of two servers of a database one sweeps',
  withScene(async ({ start, attached, stray, pass }, path) => {
    rmSync(path, { recursive: true });
    const [one, other] = [start(), start()];
    await one.tick();
    assert.not.ok(existsSync(path));
    mkdirSync(path);
    await one.tick();
    assert.ok(existsSync(join(path, MARK)));
    await other.tick();
    const kept = [await attached(), await attached()];
    stray();
    pass(2 * HOUR_MS);
    await Promise.all([one.tick(), other.tick()]);
    assert.equal(filesIn(path), [MARK, ...kept].toSorted());
    pass(2 * HOUR_MS);
    stray();
    await other.tick();
    assert.equal(filesIn(path), [MARK, ...kept].toSorted());
  }),
);

test.run();
