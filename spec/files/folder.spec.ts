import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { FileStore } from '../../server/files/folder.ts';
import { refusal } from '../support/domain.ts';
import { filesIn, images, PDF, TEXT } from '../support/files.ts';

const test = suite('file store');

const TAG = async () => '01234567';

/** Runs `work` with the path of a folder that does not exist yet. */
function withFolder(work: (folder: FileStore, path: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const parent = mkdtempSync(join(tmpdir(), 'plainchat-files-'));
    const path = join(parent, 'chat.db.files');
    try {
      await work(new FileStore(path, TAG), path);
    } finally {
      rmSync(parent, { recursive: true });
    }
  };
}

/** Bytes in chunks of seven; throws `end` after the last. */
async function* stream(bytes: Buffer, end?: Error): AsyncGenerator<Buffer> {
  for (let index = 0; index < bytes.length; index += 7) yield bytes.subarray(index, index + 7);
  if (end) throw end;
}

test(
  'the folder is made with the first file, only its owner can read it, and a file reads back as it was',
  withFolder(async (folder, path) => {
    const kept = await folder.keep(stream(PDF));
    assert.equal(
      { ...kept, name: '' },
      { name: '', type: 'pdf', size: PDF.length, width: null, height: null },
    );
    assert.match(kept.name, /^01234567[0-9a-f]{24}$/);
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
  'a reader gets the whole file even when it is removed meanwhile',
  withFolder(async (folder) => {
    const kept = await folder.keep(stream(TEXT));
    const { content } = (await folder.read(kept.name))!;
    await folder.remove([kept.name]);
    assert.equal(await buffer(content), TEXT);
  }),
);

test(
  'two equal files get different names',
  withFolder(async (folder) => {
    assert.is.not((await folder.keep(stream(TEXT))).name, (await folder.keep(stream(TEXT))).name);
  }),
);

test(
  'an upload that breaks off or is refused leaves nothing in the folder',
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
  "images wait for their owner's turn, other files do not, and a refused image leaves nothing",
  withFolder(async (_, path) => {
    const turns: string[] = [];
    const queue = {
      run: async <T>(owner: string, task: () => Promise<T>): Promise<T> => {
        turns.push(owner);
        if (owner === 'mallory') throw new Error('Too many wait.');
        return task();
      },
    };
    const folder = new FileStore(path, TAG, queue);
    await folder.keep(stream(await images.png()), 'ada');
    await folder.keep(stream(TEXT), 'grace');
    const refused = await folder.keep(stream(await images.png()), 'mallory').catch((error: unknown) => error);
    assert.match(String(refused), 'Too many wait.');
    assert.equal([turns, filesIn(path).length], [['ada', 'mallory'], 2]);
  }),
);

test.run();
