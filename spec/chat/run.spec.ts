import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteAccount } from '../../server/chat/account-deletion.ts';
import { exportData } from '../../server/chat/data-export.ts';
import { Invalid, NotFound } from '../../server/chat/errors.ts';
import { noteResult, RunResult } from '../../server/chat/run-result.ts';
import * as runs from '../../server/chat/run.ts';
import { suspend } from '../../server/chat/suspension.ts';
import { User } from '../../server/chat/user.ts';
import { HASHING, type House, NOW, PASSWORD, refusal, withHouse } from '../support/domain.ts';

const test = suite('runs');

const ORCA = { reader: ' Orca ', readerVersion: '46', browser: 'Firefox', settings: 'All signs\r\nSlow' };
const begin = (house: House, username = 'ada') =>
  house.as(username, (em, user) => runs.beginRun(em, user, ORCA, NOW));
const note = (house: House, username: string, run: number, typed: object, at = NOW) =>
  house.as(username, (em, user) => noteResult(em, user, { run, scene: 4 }, typed, at));

test(
  'a run has what the tester uses',
  withHouse(async (house) => {
    const run = await begin(house);
    const reader = await house.reader();
    assert.equal(await runs.runsOf(reader, await house.id('ada')), [
      {
        id: run,
        reader: 'Orca',
        readerVersion: '46',
        browser: 'Firefox',
        browserVersion: '',
        system: '',
        settings: 'All signs\nSlow',
        secret: null,
        madeAt: NOW,
      },
    ]);
  }),
);

test(
  'a run is refused without a reader and a browser, with long texts, and beyond the most',
  withHouse(async (house) => {
    const refused = await refusal(
      Invalid,
      house.as('ada', (em, ada) =>
        runs.beginRun(em, ada, { reader: ' ', system: 'a\nb', settings: 'x'.repeat(501) }, NOW),
      ),
    );
    assert.equal(refused.problems, {
      reader: 'Name your screen reader. If you use none, write “none”.',
      browser: 'Name your browser.',
      system: 'Use at most 64 characters, on one line.',
      settings: 'This is too long. Use at most 500 characters.',
    });
    await begin(house);
    await house.as('ada', async (em, ada) => {
      for (let count = 1; count < runs.MOST_RUNS; count += 1) await runs.beginRun(em, ada, ORCA, NOW);
    });
    const full = await refusal(Invalid, begin(house));
    assert.is(full.problems[''], 'You have 50 runs, which is the most. Delete one, then begin another.');
    await begin(house, 'grace');
  }),
);

test(
  'a run is its own tester’s alone, until they share it and again after they end that',
  withHouse(async (house) => {
    const run = await begin(house);
    const reader = await house.reader();
    const grace = await house.id('grace');
    await refusal(NotFound, runs.runOf(reader, grace, run));
    await refusal(NotFound, note(house, 'grace', run, { verdict: 'late' }));
    for (const act of [runs.shareRun, runs.unshareRun, runs.deleteRun])
      await refusal(
        NotFound,
        house.as('grace', (em, user) => act(em, user, run)),
      );
    await house.as('ada', (em, ada) => runs.shareRun(em, ada, run));
    const { secret } = await runs.runOf(reader, await house.id('ada'), run);
    await house.as('ada', (em, ada) => runs.shareRun(em, ada, run));
    assert.is((await runs.sharedRun(reader, secret!)).id, run, 'shared once, at one address');
    await refusal(NotFound, runs.sharedRun(reader, `${secret!.slice(1)}-`));
    await house.as('ada', (em, ada) => suspend(em, ada, 'Rude.', NOW));
    await refusal(NotFound, runs.sharedRun(reader, secret!));
    await house.em().nativeUpdate(User, { username: 'ada' }, { suspendedAt: null });
    await house.as('ada', (em, ada) => runs.unshareRun(em, ada, run));
    await refusal(NotFound, runs.sharedRun(reader, secret!));
  }),
);

test(
  'a deleted run takes its results along, and a deleted account its runs',
  withHouse(async (house) => {
    for (const end of [
      (run: number) => house.as('ada', (em, ada) => runs.deleteRun(em, ada, run)),
      async () => {
        const em = house.em();
        const ada = await em.findOneOrFail(User, { username: 'ada' });
        await deleteAccount(em, ada, PASSWORD, { ...HASHING, buckets: [], now: NOW });
      },
    ]) {
      const run = await begin(house);
      await note(house, 'ada', run, { verdict: 'late' });
      await end(run);
      assert.is(await house.em().count(runs.Run), 0);
      assert.is(await house.em().count(RunResult), 0);
    }
  }),
);

test(
  'the download of one’s data has the runs with their results',
  withHouse(async (house) => {
    for (const _ of [1, 2])
      await note(house, 'ada', await begin(house), { verdict: 'twice', heard: 'Ana, Ana' });
    let text = '';
    for await (const part of exportData(await house.reader(), await house.id('ada'), NOW)) text += part;
    const data = JSON.parse(text) as {
      runs: { reader: string; results: { scene: number; heard: string }[] }[];
    };
    assert.equal(
      data.runs.map(({ reader, results }) => [reader, results.map(({ scene, heard }) => [scene, heard])]),
      [1, 2].map(() => ['Orca', [[4, 'Ana, Ana']]]),
    );
  }),
);

test.run();
