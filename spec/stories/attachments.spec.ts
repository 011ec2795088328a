import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { announced, browserSuite, eventually, logOf, typedIn, withBrowser } from '../support/browser.ts';
import { withFile } from '../support/domain.ts';
import { images, large, PDF, TEXT } from '../support/files.ts';
import { where } from '../support/terminal.ts';
import { Reader, w3m } from '../support/text-browsers.ts';
import { words } from '../support/visitor.ts';
import { TOO_MANY_FILES } from '../../static/file-types.ts';

const test = browserSuite('images and files');

const attach = (page: Page) => page.getByRole('link', { name: 'Attach an image or a file' }).click();

/** Sends the form with a file from the disk: many bytes would take long to reach the browser in any other way. */
const sendFile = (page: Page, content: Buffer) =>
  withFile(async (path) => {
    writeFileSync(path, content);
    await page.getByLabel('File').setInputFiles(path);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL(/attachments$|after=/);
  })();

for (const javaScriptEnabled of [true, false]) {
  test(
    `are sent with their words, ${javaScriptEnabled ? 'with' : 'without'} script, and refused with the text kept`,
    withBrowser(async ({ open, cast }) => {
      const ada = await cast('ada');
      const lobby = await ada.createRoom('lobby');
      const page = await open(`/rooms/${lobby}`, ada, { javaScriptEnabled });
      await attach(page);
      await page.getByLabel('Message').fill('See you there');
      await sendFile(page, Buffer.alloc(9 * 1024 * 1024));
      await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
      assert.match(
        await page.locator('.problems').innerText(),
        /Describe what it shows or says[^]*too large: you can send at most 8 MiB/,
      );
      assert.is(await page.getByLabel('Message').inputValue(), 'See you there');
      await page.getByLabel('Description').fill('the harbour at night');
      await sendFile(page, await images.jpeg());
      await page.getByRole('img', { name: 'the harbour at night' }).waitFor();
      await page.waitForURL(/after=/);
      assert.equal(
        await ada.log(lobby),
        ['ada entered', 'ada: See you there'],
        'the form is a page of the room: nobody has left it',
      );
      assert.is(await page.getByText('Image: the harbour at night').isVisible(), true);

      await page.getByRole('link', { name: /^Improve the description of your image/ }).click();
      await page.getByLabel('Description').fill('the harbour at night, with three boats');
      await page.getByRole('button', { name: 'Change description' }).click();
      await page.getByText('The description was changed.').waitFor();
      await page.getByRole('img', { name: 'the harbour at night, with three boats' }).waitFor();
      await page.getByText(/^Description changed on /).waitFor();
    }),
  );
}

test(
  'reach the people in the room, with their words said after the text',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    await grace.attach(lobby, await images.png(), { body: 'see you' });
    await eventually(() => announced(page), ['grace: see you. Image: the harbour at night']);
    assert.equal(await logOf(page), ['ada entered the room.', 'grace entered the room.', 'grace: see you']);
    await page.getByRole('img', { name: 'the harbour at night' }).waitFor();
  }),
);

test(
  'leave what was typed in the room as it is, and their writer in the room',
  withBrowser(async ({ open, cast, clock, tick }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    await page.getByLabel('Message', { exact: true }).fill('a thought');
    await attach(page);
    await page.getByLabel('File').waitFor();
    clock.pass(10_000);
    await tick();
    clock.pass(600_000);
    await tick();
    await page.getByRole('link', { name: 'Back to lobby without attaching anything' }).click();
    await eventually(() => typedIn(page), 'a thought');
    assert.equal(await ada.log(lobby), ['ada entered']);

    for (const event of ['paste', 'drop'] as const) {
      await give(page, event, ['of an office program.png'], 'AAAA', ['text/plain', 'text/html'], '#body');
      await give(page, event, ['image.png'], (await images.png()).toString('base64'), [], '#body');
      await page.getByRole('heading', { name: 'Look at it before you send it' }).waitFor();
      assert.is(
        await page.locator('.notice').innerText(),
        'It is not sent yet. Describe it, then press Send.',
      );
      await page.getByRole('img', { name: 'The image that you chose' }).waitFor();
      clock.pass(10_000);
      await tick();
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('Error: Describe what it shows or says').waitFor();
      await page.getByLabel('Description').fill(`the harbour, by ${event}`);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByRole('img', { name: `the harbour, by ${event}` }).waitFor();
      await eventually(() => typedIn(page), 'a thought');
    }
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: ', 'ada: ']);
    await give(page, 'drop', ['one.png', 'two.png'], 'AAAA', [], '#body');
    await page.getByRole('link', { name: TOO_MANY_FILES }).waitFor();
  }),
);

test(
  'fit a narrow window, and have their place before they come',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.attach(lobby, await large(2400, 1200));
    const page = await open(`/rooms/${lobby}`, ada, { viewport: { width: 320, height: 640 } });
    await page.route('**/files/*', (route) => route.abort());
    await page.reload();
    assert.is(await page.evaluate('document.documentElement.scrollWidth'), 320);
    const { width, height } = (await page.locator('.attachment img').boundingBox())!;
    assert.ok(width > 200 && Math.abs(width / height - 2) < 0.1, `${width} × ${height}`);
  }),
);

/** Chooses a file as its user does. */
const choose = (page: Page, name: string, buffer: Buffer) =>
  page.getByLabel('File').setInputFiles({ name, mimeType: '', buffer });

/** Pastes or drops files at an element. */
const give = (
  page: Page,
  event: 'paste' | 'drop',
  names: string[],
  base64: string,
  texts: string[] = [],
  at = '#description',
) =>
  page.evaluate(`{
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob('${base64}'), (byte) => byte.charCodeAt(0));
    for (const name of ${JSON.stringify(names)}) data.items.add(new File([bytes], name));
    for (const type of ${JSON.stringify(texts)}) data.setData(type, 'a text');
    const init = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
    const event = new ${event === 'paste' ? 'ClipboardEvent' : 'DragEvent'}('${event}', init);
    document.querySelector('${at}').dispatchEvent(event);
  }`);

/** What the form says of the file, once. */
const saysOf = (page: Page, sentence: string) =>
  eventually(() => page.locator('.chosen [role=status] p').allInnerTexts(), [sentence]);

const HOW = 'Here you see the file that you choose. You can paste it, too, or drop it here.';

test(
  'are shown in the form before they are sent, wherever they come from, and can be taken away again',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}/attach`, ada);
    const picture = page.getByRole('img', { name: 'The image that you chose' });
    const place = () => page.getByRole('button', { name: 'Send' }).boundingBox();
    await saysOf(page, HOW);
    const before = await place();
    const jpeg = await images.jpeg();
    await choose(page, 'harbour \u202e.jpg', jpeg);
    await saysOf(
      page,
      `harbour \u202e.jpg (JPEG, ${jpeg.length} bytes, 40 × 20 pixels) is chosen, and not sent yet.`,
    );
    const { width, height } = (await picture.boundingBox())!;
    assert.equal([width, height], [40, 20]);
    assert.equal(await place(), before, 'nothing has moved');

    await page.getByLabel('File').press('Tab');
    assert.is(await page.evaluate('document.activeElement.textContent'), 'Remove the file');
    await page.keyboard.press('Enter');
    await eventually(
      () => page.locator('.chosen [role=status] p').allInnerTexts(),
      ['The file was removed.', HOW],
    );
    assert.equal([await picture.count(), await page.getByLabel('File').inputValue()], [0, '']);
    assert.is(await page.evaluate('document.activeElement.id'), 'file');

    const png = await images.png();
    const base64 = png.toString('base64');
    const chosen = (name: string) =>
      `${name} (PNG, ${png.length} bytes, 40 × 20 pixels) is chosen, and not sent yet.`;
    await give(page, 'paste', ['image.png'], base64);
    await saysOf(page, chosen('image.png'));
    await give(page, 'drop', ['dropped.png'], base64);
    await saysOf(page, chosen('dropped.png'));
    await give(page, 'paste', ['of an office program.png'], base64, ['text/plain', 'text/html']);
    await give(page, 'drop', ['one.png', 'two.png'], base64);
    await eventually(
      () => page.locator('.chosen [role=status] p').allInnerTexts(),
      [`Error: ${TOO_MANY_FILES}`, chosen('dropped.png')],
    );
    await page.getByLabel('Description').fill('the harbour at night');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('img', { name: 'the harbour at night' }).waitFor();
  }),
);

test(
  'that the browser cannot draw are shown by the next page, and those that will be refused have the sentence of the server',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}/attach`, ada);
    for (const [name, content] of [
      ['photo.jpg', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1')],
      ['timetable.docx', Buffer.from('PK\x03\x04\x14\0[Content_Types].xml word/', 'latin1')],
      ['notes.txt', Buffer.from('caf\xe9', 'latin1')],
      ['nothing.txt', Buffer.alloc(0)],
      ['large.pdf', Buffer.alloc(8 * 1024 * 1024 + 1, PDF)],
    ] as const) {
      const { page: answer } = await ada.attach(lobby, content);
      const told = words(answer.querySelector('#file-problem')).replace(/^Error: /, '');
      assert.ok(told, name);
      await choose(page, name, content);
      await saysOf(page, `Error: ${name} will be refused. ${told}`);
      assert.is(await page.getByLabel('File').getAttribute('aria-invalid'), 'true');
    }
    await choose(page, 'plan.txt', TEXT);
    await saysOf(page, `plan.txt (text, ${TEXT.length} bytes) is chosen, and not sent yet.`);
    assert.is(await page.getByLabel('File').getAttribute('aria-invalid'), null);

    await page.evaluate(
      `createImageBitmap = () => Promise.reject(new DOMException('', 'InvalidStateError'))`,
    );
    const webp = await images.webp();
    await choose(page, 'boat.webp', webp);
    await saysOf(
      page,
      `boat.webp (WebP, ${webp.length} bytes) is chosen, and not sent yet. This browser cannot show it. The next page shows it, before it is sent.`,
    );
    await page.getByLabel('Description').fill('a boat');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('heading', { name: 'Look at it before you send it' }).waitFor();
    assert.equal(await ada.log(lobby), ['ada entered']);
  }),
);

test.run();

const inW3m = suite('images and files in w3m');

where('w3m', inW3m)(
  'ada sends a text, is told what is missing first, and reads what it says',
  withApp(async ({ base, cast }) => {
    const grace = await cast('grace');
    const lobby = await grace.createRoom('lobby');
    await grace.attach(lobby, await images.png());
    await cast('ada');
    const ada = new Reader(w3m);
    try {
      await ada.open(`${base}/login?next=/rooms/${lobby}`, 'Username or email');
      await ada.fill('Username or email', 'ada');
      await ada.fill('Password', 'correct horse');
      await ada.push('Log in', 'An open room');
      await ada.push('Enter lobby', 'In this room now');
      await ada.sees('Image: the harbour at night');
      await ada.follow('Attach an image or a file', 'The file is sent to lobby');
      await ada.fill('Message', 'Read this.');
      await ada.push('Send', 'There is a problem');
      await ada.sees('Describe what it shows or says');
      await ada.sees('Read this.');
      await ada.fill('Description', 'When tea is served');
      await ada.fill('File', ada.file('tea', TEXT));
      await ada.push('Send', '1 new message');
      await ada.sees(`When tea is served (text, ${TEXT.length} bytes)`);
      assert.equal(await grace.log(lobby), ['grace entered', 'grace: ', 'ada entered', 'ada: Read this.']);
    } finally {
      await ada.close();
    }
  }),
);

inW3m.run();
