/** Files that people choose and that are not taken: by their first bytes, what they are, and what to do. */
const REFUSED: [beginning: RegExp, what: string, advice: string][] = [
  [
    /^....ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1|heif)/s,
    'an image in HEIC, as iPhones and some other phones make it',
    'Save it as JPEG, or set the camera of your phone to “Most compatible”',
  ],
  [/^....ftyp(?:avif|avis)/s, 'an image in AVIF', 'Save it as JPEG, PNG or WebP'],
  [/^....ftyp(?:crx )/s, 'a raw image of a camera', 'Save it as JPEG'],
  [/^....ftyp(?:M4A |M4B )/s, 'a sound', 'Sounds cannot be sent here: write what it says'],
  [
    /^....(?:ftyp|wide|mdat|moov|free|skip|pnot)/s,
    'a video',
    'Videos cannot be sent here: send a picture of it',
  ],
  [
    /^(?:\x1aE\xdf\xa3|RIFF....AVI |FLV|\0\0\x01[\xb3\xba]|G[^]{187}G)/s,
    'a video',
    'Videos cannot be sent here: send a picture of it',
  ],
  [
    /^(?:ID3|\xff[\xe2-\xfb]|OggS|fLaC|RIFF....WAVE|#!AMR|FORM....AIF|caff\0|MThd\0)/s,
    'a sound',
    'Sounds cannot be sent here: write what it says',
  ],
  [/^0&\xb2u\x8ef\xcf\x11/, 'a video or a sound', 'Neither can be sent here: write what it says'],
  [/^(?:II\*\0....CR|FUJIFILM|II[RU]\0|IIRS|IIU\0)/s, 'a raw image of a camera', 'Save it as JPEG'],
  [
    /^(?:II\*\0|MM\0\*|II\+\0|MM\0\+)/,
    'an image in TIFF, as scanners and some cameras make it',
    'Save it as JPEG, PNG or PDF',
  ],
  [/^BM....\0\0\0\0/s, 'an image in BMP', 'Save it as PNG'],
  [/^\0\0[\x01\x02]\0/, 'an icon', 'Save it as PNG'],
  [/^(?:\0\0\0\x0cJXL |\xff\x0a)/, 'an image in JPEG XL', 'Save it as JPEG'],
  [/^(?:\0\0\0\x0cjP  |\xff\x4f\xff\x51)/, 'an image in JPEG 2000', 'Save it as JPEG'],
  [/^8BPS/, 'a file of Photoshop', 'Save it as PNG or JPEG'],
  [/^gimp xcf/, 'a file of GIMP', 'Export it as PNG or JPEG'],
  [
    /^PK[^]*(?:\[Content_Types\]\.xml|_rels\/|word\/|xl\/|ppt\/|docProps\/|Index\/Document\.iwa)/,
    'a document of an office program',
    'Export it as PDF',
  ],
  [/^PK[^]*mimetypeapplication\/vnd\.oasis/, 'a document of an office program', 'Export it as PDF'],
  [/^PK[^]*mimetypeapplication\/epub/, 'a book in EPUB', 'Send it as PDF'],
  [/^\xd0\xcf\x11\xe0/, 'a document of an older office program', 'Export it as PDF'],
  [
    /^(?:PK\x03\x04|PK\x05\x06|\x1f\x8b|BZh|7z\xbc\xaf|Rar!|\xfd7zXZ|\x28\xb5\x2f\xfd)/,
    'a packed file',
    'Unpack it, and send what is in it',
  ],
  [/^(?:\x01\0\0\0[^]{36} EMF|\xd7\xcd\xc6\x9a)/, 'a drawing of an office program', 'Save it as PNG'],
  [/^L\0\0\0\x01\x14\x02\0/, 'a shortcut, without the file that it leads to', 'Choose the file itself'],
  [/^(?:%!PS|\xc5\xd0\xd3\xc6)/, 'a file in PostScript', 'Save it as PDF'],
  [
    /^(?:MZ|\x7fELF|\xca\xfe\xba\xbe|[\xcf\xce]\xfa\xed\xfe)/,
    'a program',
    'Programs cannot be sent here: say where they can be found',
  ],
  [/^(?:\xff\xfe\0\0|\0\0\xfe\xff)/, 'a text in UTF-32', 'Save it as text in UTF-8'],
  [/^(?:\xff\xfe|\xfe\xff)/, 'a text in UTF-16', 'Save it as text in UTF-8'],
];

/**
 * Says in words why a file of no accepted type is refused, and what to do.
 * @param beginning the first bytes, each as a character
 */
export const refusalOf = (beginning: string) => {
  const [, what, advice] = REFUSED.find(([signature]) => signature.test(beginning)) ?? [];
  return what ? `This is ${what}, and ${NOT_TAKEN}. ${advice}.` : `This is ${NOT_TAKEN}. ${OTHERWISE}.`;
};

const NOT_TAKEN = 'not a JPEG, PNG, GIF or WebP image, a PDF or plain text in UTF-8';
const OTHERWISE = 'Save it as one of these, and choose that file';
