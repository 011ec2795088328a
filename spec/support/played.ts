// Plays steps and scenes of the practice room through the announcer, on a clock of its own.
import { DEFAULTS } from '../../server/chat/announcements.ts';
import type { Doing, Scene } from '../../server/practice/scene.ts';
import { BEGIN_STEP, script, type ScriptedLine } from '../../server/practice/script.ts';
import { STEPS } from '../../server/practice/steps.ts';
import { type Announcements, type Announcer, createAnnouncer } from '../../static/announcer.ts';

const CONNECTION = ['The connection is lost. Trying again.', 'The connection is back.'];

const DOINGS: Record<Doing['act'], (announcer: Announcer) => void> = {
  types: ({ typed }) => typed(),
  'goes away': ({ hide }) => hide(true),
  'comes back': ({ hide }) => hide(false),
  pauses: ({ pause }) => pause(true),
  resumes: ({ pause }) => pause(false),
  sends: ({ sent }) => sent(),
};

const entryOf = ({ image, file, ...line }: ScriptedLine) => ({
  ...line,
  ...((image ?? file) && { attachment: { words: `${image ? 'Image' : 'File'}: ${image ?? file}` } }),
});

/** What ada's page announces in the last of these steps, or in a scene. */
export function heardOf(
  steps: string[],
  { scene, chosen }: { scene?: Scene; chosen?: Partial<Announcements> } = {},
): string[] {
  const heard: string[] = [];
  const due: { at: number; act: () => void }[] = [];
  let time = 0;
  const clock = {
    now: () => time,
    later: (act: () => void, ms: number) => void due.push({ at: time + ms, act }),
  };
  const announcer = createAnnouncer(
    'ada',
    { ...DEFAULTS, ...chosen },
    (text) => void heard.push(text),
    clock,
  );
  const at = (second: number, act: () => void) => due.push({ at: second * 1000, act });
  const { lost } = scene ?? STEPS[steps.at(-1)!]!;
  const entries = script(scene ? [BEGIN_STEP] : steps, 'ada', scene).at(-1)!;
  for (const [second, lines] of Map.groupBy(entries, ({ second }) => second))
    at(second, () => announcer.receive(lines.map(entryOf)));
  lost?.forEach((second, index) => at(second, () => announcer.say(CONNECTION[index]!, 'connection')));
  for (const { second, act } of scene?.doings ?? []) at(second, () => DOINGS[act](announcer));
  while (due.length > 0) {
    due.sort((a, b) => a.at - b.at);
    const next = due.shift()!;
    time = next.at;
    next.act();
  }
  return heard;
}
