import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { type Answer, labelled, problem, valueOf, type Visitor, words } from '../support/visitor.ts';

const test = suite('runs over HTTP');

const ORCA = { reader: 'Orca', readerVersion: '46', browser: 'Firefox', settings: '<b>All</b>' };
const main = ({ page }: Answer) => words(page.querySelector('main'));
const follow = (user: Visitor, { location }: Answer) => user.get(location!);
const begin = async (user: Visitor, typed: Record<string, string> = ORCA) =>
  follow(user, await user.press(await user.get('/practice/runs'), 'Begin run', typed));

test(
  'a tester begins a run, notes what they heard in each scene, and is led to the next',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const run = await begin(ada);
    assert.match(
      main(run),
      /^Run 1 Orca 46, Firefox\..*0 scenes of 40 noted\. <b>All<\/b>\s*Go on with scene 1/,
    );
    const scene = await ada.get('/practice/runs/1/scenes/1');
    assert.match(main(scene), /Scene 2, Run 1 What is expected You should hear: “Ana: See you at ten\.”/);
    const begun = await follow(ada, await ada.press(scene, 'Begin scene 1'));
    assert.match(main(begun), /Begin again.*What you heard/);
    const next = await follow(
      ada,
      await ada.post('/practice/runs/1/scenes/1', {
        verdict: 'late',
        heard: 'Ana\n<i>',
        announced: '5.00 s  Ana: See you',
      }),
    );
    assert.match(main(next), /^What you heard in scene 1 is saved\. Scene 2:/);
    const noted = await ada.get('/practice/runs/1');
    assert.match(
      main(noted),
      /1 scene of 40.*1\. One message Late\. Heard:\s*Ana <i>\s*Announced by the page:\s*5\.00 s/,
    );
    const again = await ada.get('/practice/runs/1/scenes/1');
    assert.is(valueOf(labelled(again, 'What you heard')), 'Ana\n<i>');
    assert.is(again.page.querySelector('[name="verdict"][checked]')!.getAttribute('value'), 'late');
    const last = await ada.post('/practice/runs/1/scenes/40', { verdict: 'expected' });
    assert.match(last.location!, /^\/practice\/runs\/1\?/);
  }),
);

test(
  'what the tester uses is kept for the next run, and what was typed after a refusal',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    await begin(ada);
    const page = await ada.get('/practice/runs');
    assert.is(valueOf(labelled(page, 'Screen reader')), 'Orca');
    const refused = await ada.press(page, 'Begin run', { reader: '', browser: 'Lynx' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'Screen reader').beside, /Name your screen reader/);
    assert.is(valueOf(labelled(refused, 'Browser')), 'Lynx');
    const note = await ada.post('/practice/runs/1/scenes/2', { heard: 'x'.repeat(1001), announced: 'y' });
    assert.is(note.status, 422);
    assert.match(problem(note, 'What you heard').beside, /too long/);
    assert.is(valueOf(labelled(note, 'What you heard')).length, 1001);
  }),
);

test(
  'a shared run is shown to everybody who has its address, without the name of its tester',
  withApp(async ({ cast, visitor }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    await begin(ada);
    await ada.post('/practice/runs/1/scenes/3', { verdict: 'cut', heard: '20 new' });
    for (const path of ['', '/scenes/3', '.json', '/delete'])
      assert.is((await grace.get(`/practice/runs/1${path}`)).status, 404, path);
    for (const act of ['share', 'unshare', 'delete', 'scenes/3'])
      assert.is((await grace.post(`/practice/runs/1/${act}`, { verdict: 'late' })).status, 404, act);
    const shared = await follow(ada, await ada.press(await ada.get('/practice/runs/1'), 'Share this run'));
    const address = shared.page.querySelector('a[href^="/practice/shared/"]')!.getAttribute('href')!;
    assert.ok(main(shared).includes(`${ada.base}${address}`), 'the whole address');
    const seen = await visitor().get(address);
    assert.match(main(seen), /3\. A burst of twenty messages Cut off\. Heard:\s*20 new/);
    assert.not.match(seen.text, /ada/);
    for (const kind of ['json', 'jsonld', 'csv']) {
      const file = await visitor().get(`${address}.${kind}`);
      assert.is(file.status, 200);
      assert.match(file.headers.get('content-disposition')!, `plainchat-run.${kind}`);
      assert.match(file.text, /20 new/);
      if (kind !== 'csv') assert.ok(file.text.includes(`${ada.base}/practice/scenes/3`));
    }
    await ada.press(shared, 'End the address');
    assert.is((await visitor().get(address)).status, 404);
    assert.is((await visitor().get('/practice/shared/x')).status, 404);
  }),
);

test(
  'two runs are compared, one’s own and one that is shared',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    await begin(ada);
    await begin(grace, { reader: 'NVDA', browser: 'Chrome' });
    await ada.post('/practice/runs/1/scenes/3', { verdict: 'cut' });
    await ada.post('/practice/runs/1/scenes/4', { verdict: 'expected' });
    for (const scene of [3, 4]) await grace.post(`/practice/runs/2/scenes/${scene}`, { verdict: 'expected' });
    const shared = await follow(grace, await grace.post('/practice/runs/2/share'));
    const address = shared.page.querySelector('a[href^="/practice/shared/"]')!.getAttribute('href')!;
    const page = await ada.get(`/practice/runs/compare?a=1&b=${encodeURIComponent(address)}`);
    assert.match(
      main(page),
      /Orca 46, Firefox.*NVDA, Chrome What differs 3\. .*First: Cut off Second: As expected What is the same 4\./,
    );
    for (const query of ['', '?a=1', '?a=1&b=2', '?a=x&b=__proto__', '?a=1&a=2&b=1'])
      assert.is((await ada.get(`/practice/runs/compare${query}`)).status, 404, query);
  }),
);

test(
  'an export is imported, and a run is deleted after a question',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    await begin(ada);
    await ada.post('/practice/runs/1/scenes/3', { verdict: 'cut', heard: 'Ana & Bo' });
    const file = (await ada.get('/practice/runs/1.json')).text;
    const form = await ada.get('/practice/runs/import');
    const refused = await ada.press(form, 'Import run', { file: `${file}x` });
    assert.match(problem(refused, 'The file').beside, /not the export of a run/);
    const imported = await follow(ada, await ada.press(form, 'Import run', { file }));
    assert.match(main(imported), /^The run is imported\. Run 2 .*Cut off\. Heard:\s*Ana & Bo/);
    const question = await ada.get('/practice/runs/2/delete');
    assert.match(main(await follow(ada, await ada.press(question, 'Delete run 2'))), /^The run is deleted\./);
    assert.is((await ada.get('/practice/runs/2')).status, 404);
  }),
);

test.run();
