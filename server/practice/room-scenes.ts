import type { Scene } from './scene.ts';
import { type Cue, READER, say, STEPS } from './steps.ts';

const notice = (second: number, kind: Cue['kind'], body: string): Cue => ({
  second,
  kind,
  author: 'Ana',
  body,
});
const TALK = Array.from({ length: 30 }, (_, index) =>
  say(0, (['Ana', 'Bo', 'Cem'] as const)[index % 3]!, `Line ${index + 1} of an old conversation.`),
);

/** Scenes about all that happens in a room besides messages, and about what the tester does meanwhile. */
export const ROOM_SCENES: Scene[] = [
  STEPS.comings!,
  {
    name: 'The topic changes, and a message is pinned',
    cues: [
      notice(1, 'topic', 'Ana set the topic to “Cake on Friday”.'),
      notice(4, 'pinned', 'Ana pinned message 2.'),
    ],
    heard: [],
    note: 'You hear nothing when they come. The log has both notices, that of the topic and that of the pin.',
  },
  {
    name: 'Your role changes',
    cues: [notice(1, 'role', `Ana made ${READER} an administrator.`)],
    heard: [],
    note: 'You hear nothing. The log has the notice.',
  },
  {
    name: 'Messages come while you type',
    task: 'As soon as it has begun, go to the field “Message” and type any letters, one or two a second, for ten seconds. Do not send them. Then wait.',
    cues: [
      say(4, 'Ana', 'Are you there?'),
      say(6, 'Bo', 'We wait for you.'),
      say(8, 'Cem', 'Take your time.'),
    ],
    doings: Array.from({ length: 10 }, (_, index) => ({ second: index + 1, act: 'types' })),
    heard: ['3 new messages from Ana, Bo and Cem'],
    note: 'You hear only your keys while you type, and two seconds after the last key the number of messages. None is lost.',
  },
  {
    name: 'Another window is in front',
    task: 'As soon as it has begun, go to another window. Come back after ten seconds.',
    cues: [say(4, 'Ana', 'First.'), say(5, 'Bo', 'Second.'), say(6, 'Cem', 'Third.')],
    doings: [
      { second: 1, act: 'goes away' },
      { second: 10, act: 'comes back' },
    ],
    heard: ['3 new messages from Ana, Bo and Cem'],
    note: 'You hear nothing of the room while you are away, and the number of messages when you are back.',
  },
  {
    name: 'Key presses while a message is read',
    task: 'When you hear the first message, press an arrow key. Then leave the keys alone.',
    cues: [say(1, 'Bo', STEPS.long!.cues[0]!.body), say(9, 'Ana', 'And a short one.')],
    doings: [{ second: 4, act: 'types' }],
    heard: [`Bo: ${STEPS.long!.cues[0]!.body}`, 'Ana: And a short one.'],
    note: 'The key may cut off the first message. You hear the second one whole.',
  },
  {
    name: 'You send a message',
    task: 'Write “Hello” in the field “Message”, and press Send.',
    isSent: true,
    cues: [],
    doings: [{ second: 0, act: 'sends' }],
    heard: ['Sent'],
    note: 'You do not hear your own message again. The focus is in the empty field. Without JavaScript, a new page begins at the new message.',
  },
  {
    name: 'You send a message, and an answer comes',
    task: 'Write “Hello” in the field “Message”, and press Send. Then press Begin, and leave the keys alone.',
    cues: [say(2, 'Ana', 'Hello to you.')],
    heard: ['Ana: Hello to you.'],
    note: 'Your own message is marked with “(you)” in the log.',
  },
  {
    name: 'A form has a mistake',
    task: 'Leave the field “Message” empty, and press Send.',
    isSent: true,
    cues: [],
    heard: [],
    page: ['There is a problem', 'Write a message of 1 to 200 characters, then send it.'],
    note: 'The title of the page begins with “Error”. The sentence is a link to the field, and stands at the field, too.',
  },
  STEPS.connection!,
  {
    name: 'Your session ends',
    cues: [],
    heard: [],
    page: ['You are not logged in. Log in to continue.'],
    note: 'The page comes two seconds after the beginning, and begins with this sentence. A screen reader may take some seconds more. You are still logged in: this is only practice.',
    ends: 'logged-out',
  },
  STEPS.removed!,
  STEPS.deleted!,
  {
    name: 'Announcements are paused',
    task: 'Before you begin, press Pause announcements. Ten seconds after the beginning, press Resume announcements.',
    cues: [say(4, 'Ana', 'One.'), say(6, 'Bo', 'Two.')],
    doings: [
      { second: 0, act: 'pauses' },
      { second: 10, act: 'resumes' },
    ],
    heard: ['Announcements are paused.', 'Announcements are on again. 2 new messages from Ana and Bo'],
    note: 'This needs JavaScript.',
  },
  {
    name: 'The page stays open, and nothing happens for forty seconds',
    task: 'Leave the keys alone until the message has come.',
    cues: [say(40, 'Cem', 'Is anybody here?')],
    heard: ['Cem: Is anybody here?'],
    note: 'You hear nothing else, and the message once.',
  },
  {
    name: 'A page with a long log is opened',
    before: TALK,
    task: 'Do not press Begin. Load this page again, and listen.',
    cues: [],
    heard: [],
    note: 'You hear the title of the page, and what your screen reader reads at the beginning of each page. No message is announced.',
  },
  {
    name: 'Earlier messages are shown',
    before: TALK,
    cues: [],
    heard: [],
    page: ['You were here'],
    note: 'The page has twenty earlier messages. It begins at this heading, and no message is announced.',
    shows: 'earlier',
  },
  {
    name: 'Messages are found',
    before: TALK,
    cues: [],
    heard: [],
    page: ['3 messages found'],
    note: 'The page begins at this heading, followed by a list of three. Each is a message with a link to its place.',
    shows: 'hits',
  },
  {
    name: 'Settings are saved',
    cues: [],
    heard: [],
    page: ['Your settings are saved.'],
    note: 'The page begins with this sentence. Your real settings do not change.',
    ends: 'saved',
  },
  {
    name: 'A message on a Braille line',
    task: 'Wait until the message has come. Then find it in the log, and read it with the keys of your Braille display.',
    cues: [say(1, 'Bo', 'Train 14:05, platform 3, coach 21.')],
    heard: ['Bo: Train 14:05, platform 3, coach 21.'],
    note: 'In the log, one line has the name, the time and the text: “Bo, TIME: Train 14:05, platform 3, coach 21.”',
  },
];
