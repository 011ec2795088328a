import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { eventually } from '../support/browser.ts';
import { animation, bomb, filesIn, images, large, PDF, photo, TEXT } from '../support/files.ts';
import {
  type Answer,
  bare,
  type Delta,
  labelled,
  problem,
  valueOf,
  type Visitor,
  words,
} from '../support/visitor.ts';

const test = suite('attachments over HTTP');

const MIB = 1024 * 1024;

async function adaAndGraceInLobby({ cast, filesDir }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  return {
    ada,
    grace,
    lobby,
    files: () => filesIn(filesDir),
    latest: (reader: Visitor = ada) => latestIn(reader, lobby),
  };
}

/** The latest message in JSON. */
async function latestIn(reader: Visitor, room: number): Promise<Delta['entries'][number]> {
  return ((await reader.getJson(`/rooms/${room}/entries?after=0`)).json() as Delta).entries.findLast(
    ({ kind }) => kind === 'message',
  )!;
}

/** The bytes at an address, as a browser gets them. */
const bytesOf = async (reader: Visitor, address: string) =>
  Buffer.from(
    await (await fetch(reader.base + address, { headers: { Cookie: reader.cookieHeader } })).arrayBuffer(),
  );

for (const [type, make] of Object.entries({ ...images, pdf: async () => PDF, txt: async () => TEXT })) {
  test(
    `a ${type} file is recognised by its content, whatever its name`,
    withApp(async (world) => {
      const { ada, grace, lobby, latest, files } = await adaAndGraceInLobby(world);
      const answer = await ada.attach(lobby, await make(), { body: 'see you there', after: '2' });
      assert.equal([answer.status, answer.location], [303, `/rooms/${lobby}?after=2#new`]);
      const { seq, kind, author, body, attachment } = await latest(grace);
      const isImage = type in images;
      assert.equal(
        [
          seq,
          kind,
          author,
          body,
          attachment!.type,
          attachment!.description,
          attachment!.width,
          attachment!.height,
        ],
        [
          3,
          'message',
          'ada',
          'see you there',
          type,
          'the harbour at night',
          isImage ? 40 : null,
          isImage ? 20 : null,
        ],
      );
      assert.is(files().length, 1);
      const { status, headers } = await grace.send(attachment!.address);
      assert.is(status, 200);
      const mediaType = { pdf: 'application/pdf', txt: 'text/plain; charset=utf-8' }[type] ?? `image/${type}`;
      assert.equal(
        [
          'Content-Type',
          'X-Content-Type-Options',
          'Content-Security-Policy',
          'Cache-Control',
          'Content-Length',
        ].map((name) => headers.get(name)),
        [mediaType, 'nosniff', "default-src 'none'; sandbox", 'private, no-cache', String(attachment!.size)],
      );
      assert.is(
        headers.get('Content-Disposition'),
        type === 'pdf' ? 'attachment; filename="message-3.pdf"' : null,
      );
      if (!isImage) assert.equal(await bytesOf(grace, attachment!.address), await make());
      assert.match(attachment!.address, new RegExp(`^/rooms/${lobby}/files/[0-9a-f]{32}$`));
    }),
  );
}

test(
  'an image is shown with its description and its size, the same on a page and in JSON',
  withApp(async (world) => {
    const { ada, grace, lobby, latest } = await adaAndGraceInLobby(world);
    await ada.attach(lobby, await images.jpeg(), { description: ' the harbour\r\n at "night" <b> ' });
    const { attachment, html } = await latest();
    const { page } = await grace.get(`/rooms/${lobby}`);
    const img = page.querySelector('#m-3 img')!;
    assert.equal(
      ['src', 'alt', 'width', 'height', 'loading', 'decoding'].map((name) => img.getAttribute(name)),
      [attachment!.address, 'the harbour at "night" <b>', '40', '20', 'lazy', 'async'],
    );
    assert.is(words(page.querySelector('#m-3 .caption')), 'Image: the harbour at "night" <b>');
    assert.is(attachment!.words, 'Image: the harbour at "night" <b>');
    assert.ok(html.includes('alt="the harbour at &quot;night&quot; &lt;b&gt;"'));
    await ada.attach(lobby, PDF, { description: 'Timetable for May' });
    assert.is(
      words((await grace.get(`/rooms/${lobby}`)).page.querySelector('#m-4 .attachment a')),
      `Timetable for May (PDF, ${PDF.length} bytes)`,
    );
  }),
);

test(
  'a decorative image has an empty alt, and is announced as decorative',
  withApp(async (world) => {
    const { ada, grace, lobby, latest } = await adaAndGraceInLobby(world);
    assert.is(
      (
        await ada.attach(lobby, await images.png(), {
          description: '',
          decorative: '1',
          body: 'happy new year',
        })
      ).status,
      303,
    );
    const { page } = await grace.get(`/rooms/${lobby}`);
    assert.is(page.querySelector('#m-3 img')?.getAttribute('alt'), '');
    assert.match(words(page.querySelector('#m-3')), /happy new year Decorative image$/);
    const { decorative, description, words: said } = (await latest()).attachment!;
    assert.equal([decorative, description, said], [true, '', 'Decorative image']);
  }),
);

const refusals: [
  what: string,
  file: () => Promise<Uint8Array | Uint8Array[] | undefined>,
  fields: Record<string, string>,
  label: string,
  told: RegExp,
][] = [
  ['no file', async () => undefined, {}, 'File', /Choose an image/],
  ['two files', async () => [TEXT, TEXT], {}, 'File', /several files, and a message takes one/],
  ['an empty file', async () => Buffer.alloc(0), {}, 'File', /not empty/],
  ['no description', images.png, { description: '   ' }, 'Description', /Describe what it shows or says/],
  [
    'a description of 1,001 characters',
    images.png,
    { description: 'x'.repeat(1001) },
    'Description',
    /at most 1,000 characters, and this one has 1,001/,
  ],
  ['a description with a NUL', images.png, { description: 'a\0b' }, 'Description', /invalid character/],
  [
    'a PDF said to be decorative',
    async () => PDF,
    { description: '', decorative: '1' },
    'Description',
    /Only an image can be decorative/,
  ],
  [
    'a decorative image with a description',
    images.png,
    { decorative: '1' },
    'Description',
    /has no description/,
  ],
  [
    'a message that is too long',
    images.png,
    { body: 'x'.repeat(4001) },
    'Message',
    /at most 4,000 characters/,
  ],
  [
    'a file of 9 MiB',
    async () => Buffer.alloc(9 * MIB, 'a'),
    {},
    'File',
    /too large: you can send at most 8 MiB/,
  ],
  [
    'a file of one byte over 8 MiB',
    async () => Buffer.alloc(8 * MIB + 1, 'a'),
    {},
    'File',
    /too large: you can send at most 8 MiB/,
  ],
  [
    'a program',
    async () => Buffer.from('7f454c46020101000000', 'hex'),
    {},
    'File',
    /not a JPEG, PNG, GIF or WebP image, a PDF or plain text/,
  ],
  [
    'text that is no UTF-8',
    async () => Buffer.from('caf\xe9', 'latin1'),
    {},
    'File',
    /a PDF or plain text in UTF-8/,
  ],
  [
    'a broken image',
    async () => Buffer.from('\x89PNG\r\n\x1a\nno more', 'latin1'),
    {},
    'File',
    /This file looks like an image, but cannot be read\. Save it again as JPEG, PNG, GIF or WebP, and choose that file\./,
  ],
  [
    'a truncated image',
    async () => (await photo()).subarray(0, 200),
    {},
    'File',
    /This file looks like an image, but cannot be read\. Save it again as JPEG, PNG, GIF or WebP, and choose that file\./,
  ],
  [
    'an image of a hundred million pixels',
    () => bomb(10_000, 10_000),
    {},
    'File',
    /more than 50 million pixels/,
  ],
];

for (const [what, file, fields, label, told] of refusals) {
  test(
    `an attachment with ${what} is refused with a sentence, and the text is kept`,
    withApp(async (world) => {
      const { ada, lobby, files } = await adaAndGraceInLobby(world);
      const typed = { description: 'the harbour', body: 'see you', ...fields };
      const answer = await ada.attach(lobby, await file(), typed);
      assert.is(answer.status, 422);
      const { top, beside } = problem(answer, label);
      assert.match(beside, told);
      assert.match(top, told);
      assert.is(valueOf(labelled(answer, 'Message')), typed.body);
      if (!what.includes('NUL')) assert.is(valueOf(labelled(answer, 'Description')), typed.description);
      assert.equal(await ada.log(lobby), ['ada entered', 'grace entered']);
      await eventually(files, []); // what had begun is deleted after the answer
    }),
  );
}

test(
  'a user cannot attach beyond their storage quota, and others still can',
  withApp(
    async (world) => {
      const { ada, grace, lobby, files } = await adaAndGraceInLobby(world);
      assert.is((await ada.attach(lobby, PDF)).status, 303);
      for (const size of [199_990, 200_000]) {
        // noticed after the upload, and before it
        await world.orm.em.fork().execute('update attachment set size = ?', [size]);
        const answer = await ada.attach(lobby, PDF, { body: 'see you', description: 'the agenda' });
        assert.is(answer.status, 422);
        assert.match(problem(answer, 'File').beside, /You can keep 0\.2 MB of images and files/);
        assert.equal(
          [valueOf(labelled(answer, 'Message')), valueOf(labelled(answer, 'Description'))],
          ['see you', 'the agenda'],
        );
        assert.is(files().length, 1);
      }
      assert.is((await grace.attach(lobby, TEXT)).status, 303);
    },
    { filesMb: { each: 0.2, all: 1 } },
  ),
);

test(
  'files that arrive at once do not exceed the storage quota of their user together',
  withApp(
    async (world) => {
      const { ada, lobby, files } = await adaAndGraceInLobby(world);
      const text = Buffer.from('hello '.repeat(15_000)); // 90 kB
      const answers = await Promise.all(Array.from({ length: 6 }, () => ada.attach(lobby, text)));
      assert.equal(answers.map(({ status }) => status).toSorted(), [303, 303, 422, 422, 422, 422]);
      assert.is(files().length, 2);
    },
    { filesMb: { each: 0.2, all: 1 } },
  ),
);

test(
  'a file of exactly 8 MiB is accepted',
  withApp(async (world) => {
    const { ada, lobby, latest } = await adaAndGraceInLobby(world);
    assert.is((await ada.attach(lobby, Buffer.alloc(8 * MIB, 'a'))).status, 303);
    assert.is((await latest()).attachment?.size, 8 * MIB);
  }),
);

test(
  'a photo loses its location and is turned upright, and an animation keeps its first frame',
  withApp(async (world) => {
    const { ada, lobby, latest } = await adaAndGraceInLobby(world);
    const taken = await photo();
    assert.ok((await sharp(taken).metadata()).exif?.includes('ACME'));
    await ada.attach(lobby, taken);
    const { attachment } = await latest();
    assert.equal([attachment!.width, attachment!.height], [20, 40]);
    const kept = await bytesOf(ada, attachment!.address);
    const { exif, orientation, xmp } = await sharp(kept).metadata();
    assert.equal([exif, orientation, xmp], [undefined, undefined, undefined]);
    assert.not.ok(kept.includes('ACME'));
    const moving = await animation();
    assert.is((await sharp(moving, { animated: true }).metadata()).pages, 3);
    await ada.attach(lobby, moving);
    assert.is(
      (await sharp(await bytesOf(ada, (await latest()).attachment!.address), { animated: true }).metadata())
        .pages ?? 1,
      1,
    );
  }),
);

test(
  'a large image is made smaller, and its sender is told so once',
  withApp(async (world) => {
    const { ada, lobby, latest } = await adaAndGraceInLobby(world);
    const sent = await ada.attach(lobby, await large(4000, 3000));
    const { width, height, shown } = (await latest()).attachment!;
    assert.equal([width, height], [2667, 2000]);
    assert.equal(shown, { width: 512, height: 384 });
    assert.match(
      (await ada.get(sent.location!)).page.querySelector('.notice')!.text,
      'The image was made smaller: 2,667 × 2,000 pixels, from 4,000 × 3,000.',
    );
    assert.not.match((await ada.get(sent.location!)).text, 'made smaller');
  }),
);

/** The fields that the form has for a browser, without which a file is sent at once. */
const FORM = { asks: '1' };
const previewed = (answer: Answer) => ({
  preview: valueOf(answer.page.querySelector('input[name=preview]')!),
  key: valueOf(answer.page.querySelector('input[name=key]')!),
});
const confirm = async (user: Visitor, room: number, fields: Record<string, string>) =>
  user.post(`/rooms/${room}/attachments`, { ...FORM, after: '0', description: 'the harbour', ...fields });

test(
  'a user who asks for it sees the file as it is kept before others do, and sends it as shown, once',
  withApp(async (world) => {
    const { ada, grace, lobby, latest, files } = await adaAndGraceInLobby(world);
    const typed = { ...FORM, look: '1', description: 'the <harbour>', body: 'see you there' };
    const answer = await ada.attach(lobby, await photo(), typed);
    assert.is(answer.status, 200);
    assert.equal(await grace.log(lobby), ['ada entered', 'grace entered']);
    assert.match(words(answer.page.querySelector('.notice')), 'It is not sent yet.');
    assert.match(
      words(answer.page.querySelector('main')),
      /as others will see it: JPEG, 20 × 40 pixels, \d+ bytes/,
    );
    assert.equal(
      ['Description', 'Message'].map((label) => valueOf(labelled(answer, label))),
      [typed.description, typed.body],
    );
    const image = answer.page.querySelector('.attachment img')!;
    assert.is(image.getAttribute('alt'), typed.description);
    const address = image.getAttribute('src')!;
    assert.is((await sharp(await bytesOf(ada, address)).metadata()).width, 20);
    assert.is((await grace.get(address)).status, 404);
    const { preview, key } = previewed(answer);
    const fields = { preview, key, description: 'the harbour', body: 'see you' };
    const sent = await Promise.all([confirm(ada, lobby, fields), confirm(ada, lobby, fields)]);
    assert.equal(
      sent.map(({ status }) => status),
      [303, 303],
    );
    const { seq, body, attachment } = await latest(grace);
    assert.equal([seq, body, attachment!.description, attachment!.height], [3, 'see you', 'the harbour', 40]);
    assert.is((await bytesOf(grace, attachment!.address)).length, attachment!.size);
    assert.is((await ada.get(address)).status, 404);
    assert.equal(files().filter((name) => name !== 'previews').length, 1);
  }),
);

test(
  'an image that is not as it was sent is shown to its sender first, and what comes from a program is posted at once',
  withApp(async (world) => {
    const { ada, lobby, latest } = await adaAndGraceInLobby(world);
    const shown = await ada.attach(lobby, await animation(), FORM);
    assert.is(shown.status, 200);
    assert.match(words(shown.page.querySelector('.notice')), 'Of the animation, one picture was kept.');
    assert.is((await ada.attach(lobby, await images.png(), FORM)).status, 303);
    const json = await ada.attach(
      lobby,
      await animation(),
      { ...FORM, look: '1' },
      { Accept: 'application/json' },
    );
    assert.is(json.status, 201);
    assert.is((await ada.attach(lobby, await animation())).status, 303);
    assert.is((await latest()).seq, 5);
  }),
);

test(
  'a file need not be chosen again if something else is refused',
  withApp(async (world) => {
    const { ada, grace, lobby, latest } = await adaAndGraceInLobby(world);
    const refused = await ada.attach(lobby, PDF, { ...FORM, description: '', body: 'the agenda' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'Description').beside, /Describe what it shows or says/);
    assert.is(refused.page.querySelector('input[type=file]'), null);
    const fields = { ...previewed(refused), body: 'the agenda' };
    const again = await confirm(ada, lobby, { ...fields, description: ' ' });
    assert.is(again.status, 422);
    assert.is(previewed(again).preview, fields.preview);
    for (const [who, preview] of [
      [grace, fields.preview],
      [ada, fields.preview.replace(/^./, (first) => (first === '0' ? '1' : '0'))],
      [ada, `../${fields.preview}`],
    ] as const) {
      const lost = await confirm(who, lobby, { ...fields, preview });
      assert.is(lost.status, 422);
      assert.match(problem(lost, 'File').beside, 'This file is not kept here any more. Choose it again.');
      assert.is(valueOf(labelled(lost, 'Message')), 'the agenda');
    }
    assert.is((await confirm(ada, lobby, fields)).status, 303);
    assert.equal([(await latest()).body, (await latest()).attachment!.type], ['the agenda', 'pdf']);
  }),
);

test(
  'of files that nobody sends, the latest two of each user are kept',
  withApp(async (world) => {
    const { ada, lobby } = await adaAndGraceInLobby(world);
    const kept = () => filesIn(`${world.filesDir}/previews`);
    for (let index = 0; index < 3; index += 1) await ada.attach(lobby, TEXT, { ...FORM, look: '1' });
    assert.is(kept().length, 2);
  }),
);

test(
  'a file that is two types at once is stored as one of them, in which nothing runs',
  withApp(async (world) => {
    const { ada, lobby, latest } = await adaAndGraceInLobby(world);
    const script = Buffer.from('<script>alert(1)</script>PK\x03\x04', 'latin1');
    await ada.attach(lobby, Buffer.concat([await images.gif(), script]));
    assert.not.ok((await bytesOf(ada, (await latest()).attachment!.address)).includes('script'));
    for (const [file, type, mediaType] of [
      [Buffer.concat([PDF, script]), 'pdf', 'application/pdf'],
      [Buffer.from('<!doctype html><script>alert(1)</script>'), 'txt', 'text/plain; charset=utf-8'],
      [
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        'txt',
        'text/plain; charset=utf-8',
      ],
    ] as const) {
      await ada.attach(lobby, file);
      const { attachment } = await latest();
      assert.is(attachment?.type, type);
      const { headers } = await ada.send(attachment!.address);
      assert.equal(
        ['Content-Type', 'X-Content-Type-Options', 'Content-Security-Policy'].map((name) =>
          headers.get(name),
        ),
        [mediaType, 'nosniff', "default-src 'none'; sandbox"],
      );
    }
  }),
);

test(
  'only members get an attachment; others get the answer that the room gives them',
  withApp(async (world) => {
    const { ada, grace, lobby, files } = await adaAndGraceInLobby(world);
    const [linus, anonymous] = [await world.cast('linus'), world.visitor()];
    await ada.attach(lobby, await images.png());
    await ada.leave(lobby);
    const study = await ada.createRoom('study', 'invite');
    await ada.attach(study, await images.png());
    const [open, closed] = [
      (await latestIn(ada, lobby)).attachment!,
      (await latestIn(ada, study)).attachment!,
    ];
    assert.equal(
      [(await linus.get(open.address)).status, (await linus.get(closed.address)).status],
      [403, 404],
    );
    assert.equal(
      [(await anonymous.get(open.address)).status, (await anonymous.get(open.address)).location],
      [303, `/login?next=${encodeURIComponent(open.address)}`],
    );
    assert.is(
      (await ada.get(closed.address.replace(`/${study}/`, `/${lobby}/`))).status,
      404,
      'a file of another room',
    );
    assert.is((await ada.get(open.address.slice(0, -1))).status, 404);
    assert.is((await grace.get(open.address)).status, 200);
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.equal(
      [(await grace.get(open.address)).status, (await grace.get(open.address)).location],
      [303, '/rooms'],
    );
    for (const [who, room, status] of [
      [linus, lobby, 403],
      [linus, study, 404],
      [grace, lobby, 409],
      [ada, lobby, 409],
    ] as const) {
      const { status: answered } = await who.attach(room, await images.png());
      assert.is(answered, status, `${who.username} in ${room}`);
    }
    assert.is(
      (await anonymous.attach(lobby, await images.png())).location,
      `/login?next=${encodeURIComponent(`/rooms/${lobby}`)}`,
    );
    assert.is(files().length, 2, 'no refused file is kept');
  }),
);

test(
  'a browser that asks again gets 304, and HEAD gets the headers',
  withApp(async (world) => {
    const { ada, lobby, latest } = await adaAndGraceInLobby(world);
    await ada.attach(lobby, await images.png());
    const { address, size } = (await latest()).attachment!;
    const { headers } = await ada.send(address);
    assert.is(
      (
        await bare(ada.base, {
          path: address,
          headers: { Cookie: ada.cookieHeader, 'If-None-Match': headers.get('ETag')! },
        })
      ).status,
      304,
    );
    const head = await ada.send(address, { method: 'HEAD' });
    assert.equal([head.status, head.text, head.headers.get('Content-Length')], [200, '', String(size)]);
  }),
);

test(
  'a file that is gone from the folder is refused with a sentence',
  withApp(async (world) => {
    const { ada, lobby, files, latest } = await adaAndGraceInLobby(world);
    await ada.attach(lobby, await images.png());
    for (const name of files()) rmSync(join(world.filesDir, name));
    const answer = await ada.get((await latest()).attachment!.address);
    assert.is(answer.status, 404);
    assert.match(
      words(answer.page.querySelector('main')),
      'This file no longer exists. Go back to its message.',
    );
  }),
);

test(
  'an attachment without the CSRF token is refused, and its file is not kept',
  withApp(async (world) => {
    const { ada, lobby, files } = await adaAndGraceInLobby(world);
    const answer = await ada.attach(lobby, await images.png(), { _csrf: 'forged', body: 'a long text' });
    assert.is(answer.status, 403);
    assert.is(valueOf(labelled(answer, 'What you wrote')), 'a long text');
    assert.equal(files(), []);
  }),
);

test(
  'an attachment is posted once under its key, and another text under the key is given back',
  withApp(async (world) => {
    const { ada, lobby, files } = await adaAndGraceInLobby(world);
    const once = { key: 'a-key-of-ada', body: 'see you' };
    const locations = [];
    for (let time = 0; time < 2; time += 1)
      locations.push((await ada.attach(lobby, await images.png(), once)).location);
    assert.is(locations[0], locations[1]);
    await ada.leave(lobby);
    assert.is(
      (await ada.attach(lobby, await images.png(), once)).location,
      locations[0],
      'a repetition is answered from outside too',
    );
    await ada.enter(lobby);
    const other = await ada.attach(lobby, await images.png(), { ...once, description: 'the market' });
    assert.match(
      words(other.page.querySelector('.problems, [role="alert"]')),
      'You have already sent another message with this form, so this text was not sent. Press Send to send it now.',
    );
    assert.is(valueOf(labelled(other, 'Description')), 'the market');
    assert.equal(
      (await ada.log(lobby)).filter((line) => line.includes(':')),
      ['ada: see you'],
    );
    assert.is(files().length, 1);
  }),
);

test(
  'a script that attaches gets the answer of a post',
  withApp(async (world) => {
    const { ada, lobby } = await adaAndGraceInLobby(world);
    const json = { Accept: 'application/json' };
    const first = await ada.attach(lobby, await images.png(), { key: 'a-key-of-ada' }, json);
    const delta: Delta = first.json();
    assert.equal(
      [first.status, delta.seq, delta.entries.at(-1)?.attachment?.words],
      [201, 3, 'Image: the harbour at night'],
    );
    assert.is((await ada.attach(lobby, await images.png(), { key: 'a-key-of-ada' }, json)).status, 200);
    const refused = await ada.attach(lobby, await images.png(), { description: '' }, json);
    assert.equal([refused.status, refused.json().error.field], [422, 'description']);
  }),
);

test(
  'an attachment from outside the room keeps the typed text, and entering leads back to the form',
  withApp(async (world) => {
    const { ada, lobby, files } = await adaAndGraceInLobby(world);
    await ada.leave(lobby);
    const study = await ada.createRoom('study');
    const refused = await ada.attach(lobby, await images.png(), { body: 'see you' });
    assert.is(refused.status, 409);
    assert.is(valueOf(labelled(refused, 'Message')), 'see you');
    const again = await ada.press(refused, 'Enter lobby and go on');
    assert.is(again.status, 422);
    assert.match(
      problem(again, 'File').beside,
      'You have entered the room. Choose the file again, and send it.',
    );
    assert.equal(
      [valueOf(labelled(again, 'Message')), valueOf(labelled(again, 'Description'))],
      ['see you', 'the harbour at night'],
    );
    assert.ok(
      (await ada.log(lobby)).at(-1) === 'ada entered' && (await ada.log(study)).at(-1) === 'ada left',
    );
    assert.equal(files(), []);
  }),
);

/** Sends a part of a form with a file; `rest` sends the remainder, and returns the answer. */
async function halfSent(ada: Visitor, room: number) {
  const fields = {
    _csrf: await ada.token(),
    key: crypto.randomUUID(),
    after: '0',
    description: 'the harbour at night',
    body: 'see you',
  };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const [start, end] = [
    `${parts.join('')}--cut\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nthe first `,
    'and the last\r\n--cut--\r\n',
  ];
  const { hostname, port } = new URL(ada.base);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (data) => void (answer += data.toString())).on('error', () => {});
  socket.write(
    `POST /rooms/${room}/attachments HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${ada.cookieHeader}\r\nAccept: text/html\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=cut\r\nContent-Length: ${start.length + end.length}\r\n\r\n${start}`,
  );
  return {
    hangUp: () => socket.destroy(),
    rest: () =>
      new Promise<string>((resolve) => {
        socket.once('close', () => resolve(answer));
        socket.write(end);
      }),
  };
}

test(
  'an upload that breaks off leaves no file',
  withApp(async (world) => {
    const { ada, lobby, files } = await adaAndGraceInLobby(world);
    const { hangUp } = await halfSent(ada, lobby);
    await eventually(() => files().length, 1);
    hangUp();
    await eventually(() => files().length, 0);
    assert.equal(await ada.log(lobby), ['ada entered', 'grace entered']);
  }),
);

test(
  'an upload into a room that is deleted meanwhile leaves no file, and the user gets the text back',
  withApp(async (world) => {
    const { ada, grace, lobby, files } = await adaAndGraceInLobby(world);
    const { rest } = await halfSent(grace, lobby);
    await eventually(() => files().length, 1);
    await ada.post(`/rooms/${lobby}/delete`);
    const answer = await rest();
    assert.match(answer, /^HTTP\/1.1 409 /);
    assert.match(answer, /The room lobby was deleted, with all its messages\./);
    assert.match(answer, /see you/);
    assert.match(answer, /the harbour at night/);
    assert.equal(files(), []);
  }),
);

test(
  'deleting a room deletes its files',
  withApp(async (world) => {
    const { ada, lobby, files } = await adaAndGraceInLobby(world);
    for (let count = 0; count < 3; count += 1) await ada.attach(lobby, TEXT);
    assert.is(files().length, 3);
    await ada.post(`/rooms/${lobby}/delete`);
    assert.equal(files(), []);
  }),
);

test(
  'an upload that is no form, or has too much text, is refused',
  withApp(async (world) => {
    const { ada, lobby, files } = await adaAndGraceInLobby(world);
    const headers = { Cookie: ada.cookieHeader, Accept: 'text/html', 'X-CSRF-Token': await ada.token() };
    const send = async (type: string, body: string | Buffer) =>
      (
        await bare(ada.base, {
          path: `/rooms/${lobby}/attachments`,
          method: 'POST',
          headers: { ...headers, 'Content-Type': type, 'Content-Length': body.length },
          body,
        })
      ).status;
    const field = (name: string, value: string) =>
      `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    assert.is(await send('multipart/form-data', 'x'), 400);
    assert.is(await send('multipart/form-data; boundary=cut', field('body', 'never ended')), 400);
    assert.is(await send('multipart/form-data; boundary=cut', '--cut--\r\n'), 422);
    assert.is(
      await send('multipart/form-data; boundary=cut', `${field('body', 'x'.repeat(70_000))}--cut--\r\n`),
      413,
    );
    assert.is(
      await send(
        'multipart/form-data; boundary=cut',
        `${field('body', 'x'.repeat(40_000))}${field('description', 'x'.repeat(40_000))}--cut--\r\n`,
      ),
      413,
    );
    assert.is(await send('application/x-www-form-urlencoded', 'body=see+you&description=x'), 422);
    assert.is(await send('text/plain', 'see you'), 415);
    assert.is(
      (
        await bare(ada.base, {
          path: `/rooms/${lobby}/messages`,
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'multipart/form-data; boundary=cut' },
          body: `${field('body', 'hm')}--cut--\r\n`,
        })
      ).status,
      415,
      'other forms take no files',
    );
    assert.equal(files(), []);
  }),
);

test(
  'an upload that is refused early is still read to its end, so that the connection goes on',
  withApp(async ({ cast, base }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.leave(lobby);
    const fields = Object.entries({
      _csrf: await ada.token(),
      key: '12345678',
      after: '0',
      body: '',
      description: 'x',
    })
      .map(([name, value]) => `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join('');
    const body = `${fields}--cut\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${'x'.repeat(3 * MIB)}\r\n--cut--\r\n`;
    const head = `Host: ${new URL(base).host}\r\nCookie: ${ada.cookieHeader}\r\nAccept: text/html\r\n`;
    let text = '';
    const socket = connect(Number(new URL(base).port), '127.0.0.1')
      .setEncoding('latin1')
      .on('data', (chunk: string) => void (text += chunk))
      .on('error', () => {});
    socket.write(
      `POST /rooms/${lobby}/attachments HTTP/1.1\r\n${head}Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: ${body.length}\r\n\r\n${body}GET /healthz HTTP/1.1\r\n${head}\r\n`,
    );
    await eventually(() => text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 409', 'HTTP/1.1 200'], 3000); // sooner than an idle connection is closed
    socket.destroy();
  }),
);

test(
  'the sender can improve a description, and the message says when',
  withApp(async (world) => {
    const { ada, grace, lobby, latest } = await adaAndGraceInLobby(world);
    await ada.attach(lobby, await images.png());
    await grace.say(lobby, 'lovely');
    const polled = async () =>
      ((await grace.poll(lobby, 2)).json() as Delta).entries[0]!.attachment!.description;
    assert.is(await polled(), 'the harbour at night');
    const own = (await ada.get(`/rooms/${lobby}`)).page.querySelector('#m-3 a.change')!;
    assert.match(words(own), /^Improve the description of your image of \d\d:\d\d$/);
    assert.is((await grace.get(`/rooms/${lobby}`)).page.querySelector('a.change'), null);
    const address = own.getAttribute('href')!;
    const form = await ada.get(address);
    assert.is(valueOf(labelled(form, 'Description')), 'the harbour at night');
    const empty = await ada.press(form, 'Change description', { description: ' ' });
    assert.equal(
      [empty.status, problem(empty, 'Description').beside.includes('Describe what it shows')],
      [422, true],
    );
    const changed = await ada.press(form, 'Change description', {
      description: 'the harbour at night, with three boats',
    });
    assert.is(changed.status, 303);
    const { page } = await ada.get(changed.location!.split('#')[0]!);
    assert.is(words(page.querySelector('[role="status"]')), 'The description was changed.');
    assert.is(page.querySelector('#m-3 img')?.getAttribute('alt'), 'the harbour at night, with three boats');
    assert.match(
      words(page.querySelector('#m-3')),
      /Description changed on \w+ \d+ \w+ \d{4}, \d\d:\d\d \(UTC\)\./,
    );
    const [, , third] = ((await grace.getJson(`/rooms/${lobby}/entries?after=0`)).json() as Delta).entries;
    assert.equal(
      [third!.seq, third!.attachment!.description, typeof third!.attachment!.describedAt],
      [3, 'the harbour at night, with three boats', 'string'],
    );
    assert.is(await polled(), 'the harbour at night, with three boats');
    assert.is((await latest()).seq, 4, 'nothing was added to the log');
    for (const [who, status] of [
      [grace, 403],
      [await world.cast('linus'), 403],
    ] as const) {
      assert.equal(
        [(await who.get(address)).status, (await who.post(address, { description: 'mine' })).status],
        [status, status],
        who.username,
      );
    }
    assert.equal(
      [
        (await ada.get(address.replace('/3/', '/4/'))).status,
        (await ada.get(address.replace('/3/', '/x/'))).status,
      ],
      [404, 404],
    );
  }),
);

test(
  'the room links to the attachment form, and the form needs presence',
  withApp(async (world) => {
    const { ada, lobby } = await adaAndGraceInLobby(world);
    const address = (await ada.get(`/rooms/${lobby}`)).page
      .querySelectorAll('a')
      .find((link) => words(link) === 'Attach an image or a file')!
      .getAttribute('href')!;
    const form = await ada.get(address);
    assert.equal(
      [form.status, form.page.querySelector('form[enctype]')?.getAttribute('enctype')],
      [200, 'multipart/form-data'],
    );
    const names = form.page
      .querySelectorAll('form[enctype] :is(input, textarea)')
      .map((one) => one.getAttribute('name'));
    assert.is(names.at(-1), 'file', 'the fields before the file are kept when the file is too large');
    await ada.leave(lobby);
    assert.match((await ada.get(`/rooms/${lobby}/attach`)).location ?? '', new RegExp(`^/rooms/${lobby}\\?`));
  }),
);

for (const agent of ['Lynx/2.9.0', 'w3m/0.5.3', 'Links (2.29)', 'ELinks/0.16'])
  test(
    `${agent} gets the words of an image once`,
    withApp(async (world) => {
      const { ada, lobby } = await adaAndGraceInLobby(world);
      const description = 'the harbour at "night" <b> שלום';
      await ada.attach(lobby, await images.png(), { description });
      const { page, text } = await ada.get(`/rooms/${lobby}`, { 'User-Agent': agent });
      assert.is(text.split('the harbour at').length, 2);
      assert.is(page.querySelector('.attachment img')!.getAttribute('alt'), `Image: ${description}`);
      assert.is((await ada.get(`/rooms/${lobby}`)).text.split('the harbour at').length, 3);
    }),
  );

test.run();
