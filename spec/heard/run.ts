// Plays the scenes of the practice room in a browser by keys, with a real screen reader, and writes down what it says.
//   npm run heard -- --browser firefox --scenes 1-40 --times 3
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { withApp, type World } from '../support/app.ts';
import { endAll } from '../support/teardown.ts';
import type { Visitor } from '../support/visitor.ts';
import { type Choice, choiceOf, type Options, optionsIn, versionOf } from './options.ts';
import { type Heard, Listener } from './listener.ts';
import { differencesOf, heardText, marksOf, readingOf } from './transcript.ts';

const SETTINGS =
  'Pages are not read when they load. Keys are not said. No sound. A Braille display of 40 cells.';
const USERNAME = 'ada';
/** Characters of what the page has announced that a run keeps. */
const MOST_NOTED = 900;

for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));
try {
  const options = optionsIn(process.argv.slice(2));
  const choice = choiceOf(options.browser);
  await mkdir(options.to, { recursive: true });
  const runs: Heard[][] = [];
  for (let time = 1; time <= options.times; time += 1)
    await withApp(async (world) => void runs.push(await play(world, choice, options, time)), {
      rateLimits: false,
    })();
  for (const line of differencesOf(runs)) console.log(line);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await endAll();
}
process.exit(); // the channel to an older Node.js, which has started this one, would hold it

/** Plays all scenes once, notes them in a run of the app, and saves that by the app's own export. */
async function play(world: World, choice: Choice, { scenes, to }: Options, time: number): Promise<Heard[]> {
  const tester = await world.cast(USERNAME);
  const door = await doorTo(world.base, tester);
  const setup = setupOf(choice.command);
  const run = (await tester.post('/practice/runs', setup)).location!.split('?')[0]!;
  const failed = new Map<number, string>();
  const heard: Heard[] = [];
  const start = () => Listener.start(choice, USERNAME, `${door.address}/practice/scenes`);
  let listener: Listener | undefined = await start();
  /** A screen reader or a browser that hangs is started once more. */
  const hear = async (number: number, isAgain = false): Promise<Heard> => {
    try {
      listener ??= await start();
      return await listener.hears(number, `${door.address}/practice/scenes/${number}`);
    } catch (error) {
      await listener?.end();
      listener = undefined;
      if (isAgain) throw error;
      return hear(number, true);
    }
  };
  for (const number of scenes) {
    const began = Date.now();
    const result = await hear(number).catch(String);
    world.clock.pass(Date.now() - began);
    if (typeof result === 'string') failed.set(number, result);
    else {
      heard.push(result);
      await note(tester, run, result);
    }
    const words = typeof result === 'string' ? result : `${result.mark.verdict}. ${result.mark.reason}`;
    console.log(`Run ${time}, scene ${number}: ${words} (${Math.round((Date.now() - began) / 1000)} s)`);
    await writeFile(join(to, `run-${time}.json`), (await tester.get(`${run}.json`)).text);
    await writeFile(join(to, `reading-${time}.md`), readingOf(heard, USERNAME, setup));
    await writeFile(join(to, `marks-${time}.md`), marksOf(heard, failed));
  }
  await listener?.end();
  await door.close();
  return heard;
}

/** Notes what was heard, as a tester does by the form. */
async function note(tester: Visitor, run: string, { number, mark, utterances, announced, log }: Heard) {
  const fields = {
    verdict: mark.verdict,
    heard: heardText(utterances, log),
    announced: announced.slice(-MOST_NOTED),
  };
  const { status } = await tester.post(`${run}/scenes/${number}`, fields);
  if (status !== 303) throw new Error(`What was heard in scene ${number} was not saved: ${status}.`);
}

/** An address that logs a browser in as the tester, and leads to the same path of the app: cookies know no ports. */
async function doorTo(
  base: string,
  { cookies }: Visitor,
): Promise<{ address: string; close(): Promise<void> }> {
  const lines = [...cookies].map(([name, value]) => `${name}=${value}; Path=/; HttpOnly; SameSite=Lax`);
  const server = createServer(({ url }, response) => {
    response.writeHead(303, { Location: `${base}${url}`, 'Set-Cookie': lines }).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  server.unref();
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

/** What the run was made with. */
function setupOf(command: string): Record<string, string> {
  const [, browser = '', browserVersion = ''] =
    /(Firefox|Chromium|Google Chrome) ([\w.]+)/.exec(versionOf(command) ?? '') ?? [];
  const release = '/etc/os-release';
  const system = existsSync(release) ? parseEnv(readFileSync(release, 'utf8')).PRETTY_NAME : undefined;
  return {
    reader: 'Orca',
    readerVersion: versionOf('orca') ?? '',
    browser,
    browserVersion,
    system: system ?? process.platform,
    settings: SETTINGS,
  };
}
