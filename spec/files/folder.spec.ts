import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { Folder } from '../../server/files/folder.ts';
import { filesIn, images, PDF, TEXT } from '../support/files.ts';
import { refusal } from '../support/nouns.ts';

const test = suite('the folder of files');

/** Runs `work` with the path of a folder that is not there yet. */
function withFolder(work: (folder: Folder, path: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const parent = mkdtempSync(join(tmpdir(), 'plainchat-files-'));
    const path = join(parent, 'chat.db.files');
    try {
      await work(new Folder(path), path);
    } finally {
      rmSync(parent, { recursive: true });
    }
  };
}

/** Bytes that come in bit by bit. */
async function* stream(bytes: Buffer, end?: Error): AsyncGenerator<Buffer> {
  for (let index = 0; index < bytes.length; index += 7) yield bytes.subarray(index, index + 7);
  if (end) throw end;
}

test(
  'is made with the first file, for its owner alone, and gives back what it keeps',
  withFolder(async (folder, path) => {
    const kept = await folder.keep(stream(PDF));
    assert.equal(
      { ...kept, name: '' },
      { name: '', type: 'pdf', size: PDF.length, width: null, height: null },
    );
    assert.match(kept.name, /^[0-9a-f]{32}$/);
    assert.equal(filesIn(path), [kept.name]);
    if (process.platform !== 'win32')
      assert.equal(
        [path, join(path, kept.name)].map((one) => statSync(one).mode & 0o77),
        [0, 0],
      );
    const { size, content } = (await folder.read(kept.name))!;
    const bytes = await buffer(content);
    assert.equal([size, bytes], [PDF.length, PDF]);
    await folder.remove([kept.name]);
    assert.equal([filesIn(path), await folder.read(kept.name)], [[], undefined]);
  }),
);

test(
  'gives a file that is removed meanwhile to whoever has begun to read it',
  withFolder(async (folder) => {
    const kept = await folder.keep(stream(TEXT));
    const { content } = (await folder.read(kept.name))!;
    await folder.remove([kept.name]);
    assert.equal(await buffer(content), TEXT);
  }),
);

test(
  'names no two files alike, even if they are',
  withFolder(async (folder) => {
    assert.is.not((await folder.keep(stream(TEXT))).name, (await folder.keep(stream(TEXT))).name);
  }),
);

test(
  'keeps nothing of what breaks off or is refused',
  withFolder(async (folder, path) => {
    assert.is(
      (await refusal(Error, folder.keep(stream(TEXT, new Error('broken off'))))).message,
      'broken off',
    );
    await refusal(Invalid, folder.keep(stream(Buffer.from([0, 1, 2]))));
    await refusal(Invalid, folder.keep(stream((await images.png()).subarray(0, 60))));
    assert.equal(filesIn(path), []);
  }),
);

test(
  'sweeps, once an hour, what has belonged to no message for an hour',
  withFolder(async (folder, path) => {
    await folder.sweep(async () => []); // before there is one
    const [{ name: known }, { name: stray }, { name: fresh }] = [
      await folder.keep(stream(TEXT)),
      await folder.keep(stream(TEXT)),
      await folder.keep(stream(TEXT)),
    ];
    const part = `${'0'.repeat(32)}.part`;
    writeFileSync(join(path, part), 'cut off');
    const old = new Date(Date.now() - 3_700_000);
    for (const name of [known, stray, part]) utimesSync(join(path, name), old, old);
    const among = async (names: string[]) => names.filter((name) => name === known);
    await folder.sweep(among);
    assert.is(filesIn(path).length, 4, 'it was swept just now');
    await new Folder(path).sweep(among);
    assert.equal(filesIn(path), [known, fresh].sort());
  }),
);

test.run();
