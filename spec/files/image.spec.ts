import sharp from 'sharp';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { FileStore } from '../../server/files/folder.ts';
import { refusal, withFile } from '../support/domain.ts';
import { large, PDF } from '../support/files.ts';

const test = suite('images and files as devices make them');

async function* bytesOf(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

/** Keeps a file in a folder of its own. */
const kept = (
  work: (
    keep: (content: Buffer) => ReturnType<FileStore['keep']>,
    path: (name: string) => string,
  ) => Promise<void>,
) =>
  withFile(async (folder) => {
    const store = new FileStore(folder, async () => '');
    await work(
      (content) => store.keep(bytesOf(content)),
      (name) => `${folder}/${name}`,
    );
  });

for (const [what, width, height, size] of [
  ['a photo', 4000, 3000, [2667, 2000]],
  ['a photo held upright', 3000, 4000, [2000, 2667]],
  ['a screenshot', 1080, 2400, [1080, 2400]],
  ['a long screenshot', 1080, 12_000, [1080, 12_000]],
  ['a longer screenshot', 750, 20_000, [750, 20_000]],
  ['a panorama', 12_000, 1500, [11_314, 1414]],
  ['a line', 10_000, 1, [10_000, 1]],
  ['one pixel', 1, 1, [1, 1]],
] as const) {
  test(
    `${what} of ${width} × ${height} stays readable`,
    kept(async (keep) => {
      const image = await keep(await large(width, height));
      assert.equal([image.width, image.height], [...size]);
      assert.is(image.note !== undefined, image.width! < width);
    }),
  );
}

const photo = () => sharp({ create: { width: 60, height: 40, channels: 3, background: '#204060' } });

for (let orientation = 1; orientation <= 8; orientation += 1)
  test(
    `a photo of orientation ${orientation} stands upright, and its size is as it is shown`,
    kept(async (keep, path) => {
      const { name, width, height } = await keep(
        await photo().jpeg().withMetadata({ orientation }).toBuffer(),
      );
      assert.equal([width, height], orientation < 5 ? [60, 40] : [40, 60]);
      const metadata = await sharp(path(name)).metadata();
      assert.equal([metadata.width, metadata.height, metadata.orientation], [width, height, undefined]);
    }),
  );

for (const [what, make] of Object.entries({
  'a CMYK JPEG, as for print': () => photo().toColourspace('cmyk').jpeg().toBuffer(),
  'a grey JPEG, as of a scanner': () => photo().greyscale().jpeg().toBuffer(),
  'a progressive JPEG': () => photo().jpeg({ progressive: true }).toBuffer(),
  'a PNG of 16 bits': () => photo().toColourspace('rgb16').png().toBuffer(),
  'a PNG with a palette': () => photo().png({ palette: true }).toBuffer(),
  'an interlaced PNG': () => photo().png({ progressive: true }).toBuffer(),
  'a WebP without loss': () => photo().webp({ lossless: true }).toBuffer(),
  'a photo in the colours of a phone': () => photo().withIccProfile('p3').jpeg().toBuffer(),
})) {
  test(
    `${what} is kept in the colours of screens`,
    kept(async (keep, path) => {
      const { name, width, height } = await keep(await make());
      const { space, hasAlpha } = await sharp(path(name)).metadata();
      assert.equal([width, height, hasAlpha], [60, 40, false]);
      assert.match(space, /^(?:srgb|b-w|rgb16|grey16)$/);
    }),
  );
}

/** An animation of such pictures, 8 × 8 pixels. */
async function animationOf(pictures: Buffer[], type: 'gif' | 'webp'): Promise<Buffer> {
  return sharp(pictures, { join: { animated: true } })
    .toFormat(type)
    .toBuffer();
}

const blank = (background: string | { r: number; g: number; b: number; alpha: number }) =>
  sharp({ create: { width: 8, height: 8, channels: 4, background } })
    .png()
    .toBuffer();
const drawn = () =>
  sharp({ create: { width: 8, height: 8, channels: 4, background: 'white' } })
    .composite([
      { input: { create: { width: 4, height: 4, channels: 4, background: 'red' } }, left: 0, top: 0 },
    ])
    .png()
    .toBuffer();

for (const type of ['gif', 'webp'] as const)
  for (const [what, first] of [
    ['white', 'white'],
    ['black', 'black'],
    ['transparent', { r: 0, g: 0, b: 0, alpha: 0 }],
  ] as const)
    test(
      `of an animation in ${type} that begins ${what}, a picture is kept that shows something`,
      kept(async (keep, path) => {
        const pictures = [await blank(first), await blank(first), await drawn()];
        const { name, width, height, note } = await keep(await animationOf(pictures, type));
        assert.equal([width, height], [8, 8]);
        assert.match(note!, 'one picture was kept');
        const { channels } = await sharp(path(name)).stats();
        assert.ok(channels.some(({ stdev }) => stdev > 10));
      }),
    );

test(
  'an animation that shows nothing is kept as its first picture',
  kept(async (keep) => {
    const { width } = await keep(await animationOf([await blank('white'), await blank('black')], 'gif'));
    assert.is(width, 8);
  }),
);

const noise = async () => {
  const pixels = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 7919) % 251));
  return sharp(pixels, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();
};

test(
  'a JPEG that lacks only its end marker is taken, and one that lacks a part of its picture is refused',
  kept(async (keep) => {
    const whole = await noise();
    assert.is((await keep(whole.subarray(0, -2))).width, 64);
    for (const length of [whole.length >> 1, whole.length - 400])
      assert.match((await refusal(Invalid, keep(whole.subarray(0, length)))).message, 'cannot be read');
  }),
);

for (const [what, ahead] of [
  ['a byte order mark', '\xef\xbb\xbf'],
  ['an empty line', '\r\n\r\n'],
  ['the headers of a mail', 'Content-Type: application/pdf\r\n\r\n'],
  ['a thousand zeros', '\0'.repeat(1000)],
] as const)
  test(
    `a PDF with ${what} ahead is a PDF`,
    kept(async (keep) => {
      const { type } = await keep(Buffer.concat([Buffer.from(ahead, 'latin1'), PDF]));
      assert.is(type, 'pdf');
    }),
  );

test(
  'a text that speaks of %PDF-1.4 is a text, and what comes after 1,024 bytes makes no PDF',
  kept(async (keep) => {
    assert.is((await keep(Buffer.from('A PDF begins with\n%PDF-1.4\nand so on.'))).type, 'txt');
    await refusal(Invalid, keep(Buffer.concat([Buffer.alloc(1100), PDF])));
  }),
);

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** What people choose that is not taken, and the words that tell them. */
const refused: [what: string, content: Buffer, told: RegExp][] = [
  ...['heic', 'heix', 'mif1', 'hevc'].map((brand): [string, Buffer, RegExp] => [
    `a photo in HEIC (${brand})`,
    latin1(`\0\0\0\x18ftyp${brand}\0\0\0\0`),
    /image in HEIC, as iPhones .* Save it as JPEG, or set the camera/,
  ]),
  ['an AVIF', latin1('\0\0\0\x1cftypavif\0'), /image in AVIF.*Save it as JPEG/],
  ['a scan in TIFF', latin1('II*\0\x08\0\0\0'), /TIFF, as scanners.*JPEG, PNG or PDF/],
  ['a TIFF of the other order', latin1('MM\0*\0\0\0\x08'), /TIFF/],
  ['a raw photo', latin1('II*\0\x10\0\0\0CR\x02\0'), /raw image of a camera.*JPEG/],
  ['a BMP', latin1('BM\x3a\0\0\0\0\0\0\0'), /BMP.*PNG/],
  ['a video of a phone', latin1('\0\0\0\x18ftypmp42\0\0'), /a video.*Videos cannot be sent/],
  ['a video of QuickTime', latin1('\0\0\0\x14ftypqt  \0'), /a video/],
  ['a WebM', latin1('\x1aE\xdf\xa3\x01'), /a video/],
  ['a song', latin1('ID3\x04\0'), /a sound.*Sounds cannot be sent/],
  ['a voice message', latin1('\0\0\0\x1cftypM4A \0'), /a sound/],
  [
    'a document of Word',
    latin1('PK\x03\x04\x14\0[Content_Types].xml word/'),
    /office program.*Export it as PDF/,
  ],
  [
    'a document of LibreOffice',
    latin1('PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.text'),
    /office program.*PDF/,
  ],
  ['a document of an older Word', latin1('\xd0\xcf\x11\xe0\xa1\xb1'), /older office program.*PDF/],
  ['a document of Pages', latin1('PK\x03\x04\x14\0Index/Document.iwa'), /office program.*PDF/],
  ['a document of Word, in another order', latin1('PK\x03\x04\x14\0docProps/app.xml'), /office program.*PDF/],
  ['an older video of QuickTime', latin1('\0\0\0\x08wide\0\0\0\0mdat'), /a video/],
  ['a recording of a television', latin1(`G${'\0'.repeat(187)}G`), /a video/],
  ['a video of Windows', latin1('0&\xb2u\x8ef\xcf\x11'), /a video or a sound.*write what it says/],
  ['a recording of a Mac', latin1('caff\0\x01'), /a sound/],
  ['notes for an instrument', latin1('MThd\0\0\0\x06'), /a sound/],
  ['a metafile', latin1(`\x01\0\0\0${'\0'.repeat(36)} EMF`), /drawing of an office program.*PNG/],
  ['a shortcut', latin1('L\0\0\0\x01\x14\x02\0'), /a shortcut.*Choose the file itself/],
  ['a text in UTF-32', latin1('\xff\xfe\0\0a\0\0\0'), /UTF-32.*UTF-8/],
  ['a ZIP', latin1('PK\x03\x04\x14\0a.txt'), /packed file.*Unpack it/],
  ['a program', latin1('MZ\x90\0\x03\0'), /a program/],
  ['a text in UTF-16', Buffer.from('\ufeffhello', 'utf16le'), /UTF-16.*UTF-8/],
  ['a text in Latin-1', latin1('caf\xe9'), /plain text in UTF-8.*Save it/],
  ['nothing', Buffer.alloc(0), /not empty/],
  ['an image with the beginning alone', latin1('\x89PNG\r\n\x1a\n'), /cannot be read/],
];
for (const [what, content, told] of refused)
  test(
    `${what} is refused in its own words`,
    kept(async (keep) => {
      const { message } = await refusal(Invalid, keep(content));
      assert.match(message, told);
      assert.match(message, /^[A-Z].*\.$/);
    }),
  );

test.run();
