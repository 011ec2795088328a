import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { FileStore } from '../../server/files/folder.ts';
import { Previews } from '../../server/files/previews.ts';
import { filesIn, TEXT } from '../support/files.ts';

const test = suite('previews of files');

const TAG = async () => '01234567';
const [ADA, GRACE] = [1, 12];

async function* stream(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function withPreviews(
  work: (parts: { previews: Previews; add: () => Promise<string>; path: string }) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const path = mkdtempSync(join(tmpdir(), 'plainchat-previews-'));
    const [previews, store] = [new Previews(path, TAG), new FileStore(path, TAG)];
    try {
      await work({ previews, path, add: async () => previews.add(ADA, await store.keep(stream(TEXT))) });
    } finally {
      rmSync(path, { recursive: true });
    }
  };
}

test(
  'a preview is its user’s alone, and its name says what it is',
  withPreviews(async ({ previews, add }) => {
    const name = await add();
    assert.match(name, /^01234567[0-9a-f]{24}\.txt\.0x0$/);
    assert.equal(await previews.find(ADA, name), { ...previews.named(name)!, size: TEXT.length });
    assert.equal(await buffer((await previews.read(ADA, name))!.content), TEXT);
    for (const [user, other] of [
      [GRACE, name],
      [2, name],
      [ADA, `${name}x`],
      [ADA, `../${name}`],
      [ADA, ''],
    ] as const)
      assert.equal(
        [await previews.find(user, other), await previews.read(user, other)],
        [undefined, undefined],
      );
  }),
);

test(
  'a file goes to those of messages with its message, stays if that is refused, and is sent once',
  withPreviews(async ({ previews, add, path }) => {
    const name = await add();
    const refused = previews.send(ADA, name, async () => {
      throw new Error('no');
    });
    assert.is(await refused.catch(({ message }: Error) => message), 'no');
    assert.ok(await previews.find(ADA, name));
    await previews.send(GRACE, name, async () => {});
    assert.ok(await previews.find(ADA, name), 'nobody else sends it');
    await previews.send(ADA, name, async () => {});
    assert.equal(filesIn(path), [previews.named(name)!.name, 'previews']);
    const again = previews.send(ADA, name, async () => {
      throw new Error('stored already');
    });
    await again.catch(() => {});
    assert.equal(
      filesIn(path),
      [previews.named(name)!.name, 'previews'],
      'a repeated send takes nothing away',
    );
  }),
);

test(
  'what nobody sent is removed after a day, and nothing that this database did not write',
  withPreviews(async ({ previews, add, path }) => {
    const [old, fresh] = [await add(), await add()];
    const folder = join(path, 'previews');
    await mkdir(folder, { recursive: true });
    const foreign = [`1-${'f'.repeat(32)}.txt.0x0`, 'notes.txt'];
    for (const name of foreign) await writeFile(join(folder, name), 'mine');
    const now = new Date();
    const before = new Date(now.getTime() - 25 * 3_600_000);
    for (const name of [`1-${old}`, ...foreign]) utimesSync(join(folder, name), before, before);
    await previews.removeOld(now);
    assert.equal(filesIn(folder), [`1-${fresh}`, ...foreign].toSorted());
  }),
);

test.run();
