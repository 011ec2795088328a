/** What a scripted user says or does: an entry. Those of the same second arrive with the same poll. */
export interface Cue {
  /** Seconds after the step begins. */
  second: number;
  kind: 'message' | 'entered' | 'left' | 'topic' | 'renamed' | 'pinned' | 'role';
  /** A scripted user, or the reader. */
  author: 'Ana' | 'Bo' | 'Cem' | typeof READER;
  /** The text, or the sentence of a notice. `READER` stands for the name of the reader. */
  body: string;
  /** The language of the text, if it is not the page's. */
  lang?: string;
  /** The description of the attached image. */
  image?: string;
  /** The description of the attached file. */
  file?: string;
  /** The seq of the message that this one answers. */
  reply?: number;
  byToken?: boolean;
}

/** Stands for the name of the reader, whom the script does not know. */
export const READER = '{reader}';

/** What the page tells the user on which a step ends. */
export type Ending = 'removed' | 'deleted' | 'logged-out' | 'saved';

export interface Step {
  name: string;
  cues: Cue[];
  /** What a screen reader announces by default; a spec compares it with the real announcements. */
  heard: string[];
  note?: string;
  /** What a screen reader says of the page that comes, once each: besides its title, and what it reads of every page. */
  page?: string[];
  /** Seconds after the step begins when the connection is lost, and when it is back. */
  lost?: [number, number];
  /** How the step ends for the user, two seconds after it begins. */
  ends?: Ending;
}

export const say = (second: number, author: Cue['author'], body: string, lang?: string): Cue => ({
  second,
  kind: 'message',
  author,
  body,
  ...(lang && { lang }),
});
const LONG =
  'This is a message that goes on for a while. It is here for you to hear how a long text is read, whether you can stop it with a key, and whether you find your place again afterwards. It has several sentences. Some of them are short. Others have parts that are joined by commas, which your screen reader may or may not say, depending on what you have set.\nIt also has a second paragraph, which ends here.';

/** All steps, by their names in addresses. A step is the same each time. */
export const STEPS: Readonly<Record<string, Step>> = {
  one: {
    name: 'One message in five seconds',
    cues: [say(5, 'Ana', 'See you at ten.')],
    heard: ['Ana: See you at ten.'],
    note: 'You hear it once.',
  },
  three: {
    name: 'Three messages at once',
    cues: [
      say(1, 'Ana', 'Good morning.'),
      say(1, 'Bo', 'Good morning, Ana.'),
      say(1, 'Cem', 'Hello to both.'),
    ],
    heard: ['Ana: Good morning. Bo: Good morning, Ana. Cem: Hello to both.'],
    note: 'You hear them in this order, each once.',
  },
  burst: {
    name: 'A burst of twenty messages',
    cues: Array.from({ length: 20 }, (_, index) =>
      say(1, (['Ana', 'Bo', 'Cem'] as const)[index % 3]!, `Message ${index + 1} of 20.`),
    ),
    heard: ['20 new messages from Ana, Bo and Cem'],
    note: 'You hear one announcement for all. You can read every message in the log.',
  },
  long: {
    name: 'A long message',
    cues: [say(1, 'Bo', LONG)],
    heard: [`Bo: ${LONG}`],
    note: 'You hear it at once, and only once.',
  },
  links: {
    name: 'Links',
    cues: [
      say(
        1,
        'Ana',
        'The timetable is at https://example.org/timetable and the map at https://example.org/map.',
      ),
    ],
    heard: ['Ana: The timetable is at https://example.org/timetable and the map at https://example.org/map.'],
    note: 'The log shows two links with their addresses. The full stop at the end is not part of the link.',
  },
  code: {
    name: 'Code',
    cues: [say(1, 'Cem', 'Run this:\n```js\nfor (let i = 0; i < 3; i++) {\n  greet(names[i]);\n}\n```')],
    heard: ['Cem: Run this:\n```js\nfor (let i = 0; i < 3; i++) {\n  greet(names[i]);\n}\n```'],
    note: 'A setting of your screen reader decides how much punctuation you hear. In the log, the code is a group with the name “Code”.',
  },
  emoji: {
    name: 'Emoji',
    cues: [say(1, 'Bo', 'Well done 🎉👏🏽 see you 👋')],
    heard: ['Bo: Well done 🎉👏🏽 see you 👋'],
    note: 'You hear each emoji by its name, if your screen reader has one.',
  },
  rtl: {
    name: 'Text from right to left',
    cues: [say(1, 'Cem', 'שלום לכולם, נתראה בעשר.', 'he'), say(3, 'Ana', 'مرحبا بكم جميعا', 'ar')],
    heard: ['Cem: \u2068שלום לכולם, נתראה בעשר.\u2069. Ana: \u2068مرحبا بكم جميعا\u2069'],
    note: 'In the log, the names stay on the left, and each text begins on the right.',
  },
  languages: {
    name: 'Messages in several languages',
    cues: [
      say(1, 'Ana', 'Guten Morgen, wie geht es euch?', 'de'),
      say(4, 'Bo', 'Très bien, merci. Et toi ?', 'fr'),
      say(7, 'Cem', '¿A qué hora empezamos?', 'es'),
    ],
    heard: [
      'Ana: Guten Morgen, wie geht es euch?',
      'Bo: Très bien, merci. Et toi ?',
      'Cem: ¿A qué hora empezamos?',
    ],
    note: 'In the log, each message is marked with its language, so that your screen reader can change its voice. Announcements are not marked: you hear them in the voice of the page.',
  },
  image: {
    name: 'An image',
    cues: [
      { ...say(1, 'Ana', 'From my window'), image: 'The harbour at night, with three boats and a full moon' },
    ],
    heard: ['Ana: From my window. Image: The harbour at night, with three boats and a full moon'],
    note: 'The log shows the image as a link, with its description.',
  },
  comings: {
    name: 'Somebody enters and leaves',
    cues: [
      { second: 1, kind: 'left', author: 'Bo', body: 'Bo left the room.' },
      { second: 4, kind: 'entered', author: 'Bo', body: 'Bo entered the room.' },
    ],
    heard: [],
    note: 'You hear nothing. If you have chosen in the settings to have notices announced, you hear “Bo left the room.” and “Bo entered the room.”',
  },
  connection: {
    name: 'The connection is lost, and comes back',
    cues: [say(6, 'Ana', 'Are you still there?')],
    heard: ['The connection is lost. Trying again.', 'The connection is back.', 'Ana: Are you still there?'],
    note: 'This needs JavaScript. Without it, your browser loads a page only when you ask for it.',
    lost: [1, 5],
  },
  removed: {
    name: 'You are removed',
    cues: [],
    heard: [],
    page: ['You were removed from the room Practice.'],
    note: 'The page comes two seconds after the beginning, and begins with this sentence.',
    ends: 'removed',
  },
  deleted: {
    name: 'The room is deleted',
    cues: [],
    heard: [],
    page: ['The room Practice was deleted, with all its messages.'],
    note: 'The page comes two seconds after the beginning, and begins with this sentence.',
    ends: 'deleted',
  },
};
