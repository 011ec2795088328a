/** What a scripted person does, so many seconds after the step began. What comes in one second comes with one poll. */
export interface Scene {
  second: number;
  kind: 'message' | 'entered' | 'left';
  author: 'Ana' | 'Bo' | 'Cem';
  /** The text, or the sentence of a notice. */
  body: string;
  /** The language of the text, where it is not that of the page. */
  lang?: string;
  /** The description of the image that comes with it. */
  image?: string;
}

/** What the reader can ask for. */
export interface Step {
  name: string;
  scenes: Scene[];
  /** What is announced, where the reader has chosen nothing else; a spec compares it with what is. */
  heard: string[];
  note?: string;
  /** So many seconds after the step began the connection is lost, and back. */
  lost?: [number, number];
  /** What befalls the reader at the end, two seconds after the step began. */
  ends?: 'removed' | 'deleted';
}

const say = (second: number, author: Scene['author'], body: string, lang?: string): Scene => ({
  second,
  kind: 'message',
  author,
  body,
  ...(lang && { lang }),
});
const LONG =
  'This is a message that goes on for a while. It is here for you to hear how a long text is read, whether you can stop it with a key, and whether you find your place again afterwards. It has several sentences. Some of them are short. Others have parts that are joined by commas, which your screen reader may or may not say, depending on what you have set.\nIt also has a second paragraph, which ends here.';

/** Everything there is to practise with, by the address of each. Always the same for the same choice. */
export const STEPS: Readonly<Record<string, Step>> = {
  one: {
    name: 'One message in five seconds',
    scenes: [say(5, 'Ana', 'See you at ten.')],
    heard: ['Ana: See you at ten.'],
    note: 'Once, and nothing of it again.',
  },
  three: {
    name: 'Three messages at once',
    scenes: [
      say(1, 'Ana', 'Good morning.'),
      say(1, 'Bo', 'Good morning, Ana.'),
      say(1, 'Cem', 'Hello to both.'),
    ],
    heard: ['Ana: Good morning.', 'Bo: Good morning, Ana.', 'Cem: Hello to both.'],
    note: 'In this order, each once.',
  },
  burst: {
    name: 'A burst of twenty messages',
    scenes: Array.from({ length: 20 }, (_, index) =>
      say(1, (['Ana', 'Bo', 'Cem'] as const)[index % 3]!, `Message ${index + 1} of 20.`),
    ),
    heard: ['20 new messages from Ana, Bo and Cem'],
    note: 'One announcement for all; every message can be read in the log.',
  },
  long: {
    name: 'A long message',
    scenes: [say(1, 'Bo', LONG)],
    heard: [`Bo: ${LONG}`],
    note: 'Without a pause to begin with, and once.',
  },
  links: {
    name: 'Links',
    scenes: [
      say(
        1,
        'Ana',
        'The timetable is at https://example.org/timetable and the map at https://example.org/map.',
      ),
    ],
    heard: ['Ana: The timetable is at https://example.org/timetable and the map at https://example.org/map.'],
    note: 'In the log, two links by their addresses, without the full stop at the end.',
  },
  code: {
    name: 'Code',
    scenes: [say(1, 'Cem', 'Run this:\n```js\nfor (let i = 0; i < 3; i++) {\n  greet(names[i]);\n}\n```')],
    heard: ['Cem: Run this:\n```js\nfor (let i = 0; i < 3; i++) {\n  greet(names[i]);\n}\n```'],
    note: 'How many of the signs are said is set in your screen reader. In the log, the code is a group of its own, named “Code”.',
  },
  emoji: {
    name: 'Emoji',
    scenes: [say(1, 'Bo', 'Well done 🎉👏🏽 see you 👋')],
    heard: ['Bo: Well done 🎉👏🏽 see you 👋'],
    note: 'Each emoji by its name, where your screen reader has one.',
  },
  rtl: {
    name: 'Text from right to left',
    scenes: [say(1, 'Cem', 'שלום לכולם, נתראה בעשר.', 'he'), say(3, 'Ana', 'مرحبا بكم جميعا', 'ar')],
    heard: ['Cem: שלום לכולם, נתראה בעשר.', 'Ana: مرحبا بكم جميعا'],
    note: 'In the log the names stay on the left, and each text begins on the right.',
  },
  languages: {
    name: 'Messages in several languages',
    scenes: [
      say(1, 'Ana', 'Guten Morgen, wie geht es euch?', 'de'),
      say(4, 'Bo', 'Très bien, merci. Et toi ?', 'fr'),
      say(7, 'Cem', '¿A qué hora empezamos?', 'es'),
    ],
    heard: [
      'Ana: Guten Morgen, wie geht es euch?',
      'Bo: Très bien, merci. Et toi ?',
      'Cem: ¿A qué hora empezamos?',
    ],
    note: 'In the log each is marked with its language, for your screen reader to change its voice. Announcements are not, and are in the voice of the page.',
  },
  image: {
    name: 'An image',
    scenes: [
      { ...say(1, 'Ana', 'From my window'), image: 'The harbour at night, with three boats and a full moon' },
    ],
    heard: ['Ana: From my window. Image: The harbour at night, with three boats and a full moon'],
    note: 'In the log, a link with the image, which has its description.',
  },
  comings: {
    name: 'Somebody enters and leaves',
    scenes: [
      { second: 1, kind: 'left', author: 'Bo', body: 'Bo left the room.' },
      { second: 4, kind: 'entered', author: 'Bo', body: 'Bo entered the room.' },
    ],
    heard: [],
    note: 'Nothing, unless you have chosen in the settings to have notices announced: then “Bo left the room.” and “Bo entered the room.”',
  },
  connection: {
    name: 'The connection is lost, and comes back',
    scenes: [say(6, 'Ana', 'Are you still there?')],
    heard: ['The connection is lost. Trying again.', 'The connection is back.', 'Ana: Are you still there?'],
    note: 'With JavaScript alone: without it, pages are only asked for when you ask.',
    lost: [1, 5],
  },
  removed: {
    name: 'You are removed',
    scenes: [],
    heard: [],
    note: 'The page that comes begins with it: “You were removed from the room Practice.”',
    ends: 'removed',
  },
  deleted: {
    name: 'The room is deleted',
    scenes: [],
    heard: [],
    note: 'The page that comes begins with it: “The room Practice was deleted, with all its messages.”',
    ends: 'deleted',
  },
};
