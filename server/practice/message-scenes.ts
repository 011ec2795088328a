import type { Scene } from './scene.ts';
import { READER, say, STEPS } from './steps.ts';

const AUTHORS = ['Ana', 'Bo', 'Cem'] as const;
/** Scenes about how single messages, and many, are announced and read. */
export const MESSAGE_SCENES: Scene[] = [
  { ...STEPS.one!, name: 'One message' },
  STEPS.three!,
  STEPS.burst!,
  {
    name: 'A message each second, for thirty seconds',
    cues: Array.from({ length: 30 }, (_, index) =>
      say(index + 1, AUTHORS[index % 3]!, `Message ${index + 1} of 30.`),
    ),
    heard: Array.from({ length: 5 }, () => '6 new messages from Ana, Bo and Cem'),
    note: 'You hear a number at most every five seconds. Each may be one more or less, and the names may come in another order, but the numbers add up to 30 (a message that is read itself counts as one), and speech is not behind when the last message has come.',
  },
  STEPS.long!,
  STEPS.links!,
  STEPS.code!,
  {
    name: 'A list',
    cues: [say(1, 'Ana', 'Bring along:\n- bread\n- cheese\n- two apples')],
    heard: ['Ana: Bring along:\n- bread\n- cheese\n- two apples'],
    note: 'In the log, it is a list with three items.',
  },
  {
    name: 'A quote',
    cues: [say(1, 'Bo', '> When do we meet?\nAt ten.')],
    heard: ['Bo: > When do we meet?\nAt ten.'],
    note: 'In the log, the first line is a quote.',
  },
  {
    name: 'Strong and emphasised words',
    cues: [say(1, 'Cem', 'This is *very important*, and this is _only meant well_.')],
    heard: ['Cem: This is *very important*, and this is _only meant well_.'],
    note: 'In the log, the signs are gone and the words are marked. The announcement has no pause at a mark; in the log, some screen readers pause there.',
  },
  {
    name: 'A reply to you',
    before: [say(0, READER, 'Who brings the cake?')],
    cues: [{ ...say(1, 'Ana', 'I do.'), reply: 4 }],
    heard: ['Ana: I do.'],
    note: 'In the log, the message begins with “Ana to you”, where “to you” is a link to your message.',
  },
  {
    name: 'A reply to somebody else',
    before: [say(0, 'Bo', 'Is it raining?')],
    cues: [{ ...say(1, 'Cem', 'Not yet.'), reply: 4 }],
    heard: ['Cem: Not yet.'],
    note: 'In the log, the message begins with “Cem to Bo”.',
  },
  {
    name: 'You are mentioned',
    cues: [say(1, 'Bo', `@${READER} can you come at ten?`)],
    heard: [`Bo: @${READER} can you come at ten?`],
    note: 'In the log, “(you)” follows your name.',
  },
  STEPS.image!,
  {
    name: 'A file',
    cues: [{ ...say(1, 'Bo', 'For tomorrow'), file: 'The agenda of the meeting' }],
    heard: ['Bo: For tomorrow. File: The agenda of the meeting'],
    note: 'In the log, the file is a link with its description, its type and its size.',
  },
  STEPS.emoji!,
  STEPS.rtl!,
  {
    name: 'Both directions in one message',
    cues: [say(1, 'Ana', 'The word שלום means peace, and 10:30 is the time.')],
    heard: ['Ana: \u2068The word שלום means peace, and 10:30 is the time.\u2069'],
    note: 'You hear the words in this order. On a Braille line, they stand in this order, too.',
  },
  STEPS.languages!,
  {
    name: 'Numbers and signs',
    cues: [
      say(1, 'Cem', 'Version 2.0.1 costs 1,250.50 € (not $1,300), 15 % less: see #7 & ask help@example.org.'),
    ],
    heard: ['Cem: Version 2.0.1 costs 1,250.50 € (not $1,300), 15 % less: see #7 & ask help@example.org.'],
    note: 'A setting of your screen reader decides which signs you hear. No number is cut in two.',
  },
];
