import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { randomBytes } from 'node:crypto';
import { hasVisible, lengthOf } from '../text/characters.ts';
import { storedText } from '../text/lines.ts';
import { collectProblems, requireWellFormed } from './checks.ts';
import { Invalid, NotFound } from './errors.ts';
import { type Reader, rowOf } from './reader.ts';
import { lockActor, User } from './user.ts';

/** Runs that a user can have at a time. */
export const MOST_RUNS = 50;
const LONGEST_NAME = 64;
const LONGEST_SETTINGS = 500;

export const RunSchema = defineEntity({
  name: 'Run',
  tableName: 'run',
  properties: {
    id: p.integer().primary().autoincrement(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    /** The screen reader. */
    reader: p.string(),
    readerVersion: p.string(),
    browser: p.string(),
    browserVersion: p.string(),
    system: p.string(),
    /** What the tester has set otherwise than it comes. */
    settings: p.text(),
    /** In the address that shows the run to everybody; null: it is not shared. */
    secret: p.string().nullable().unique(),
    madeAt: p.datetime(3),
  },
});

/** A tester goes through the scenes of the practice room with one screen reader. */
export class Run extends RunSchema.class {}
RunSchema.setClass(Run);

/** What the tester uses. */
export interface Setup {
  reader: string;
  readerVersion: string;
  browser: string;
  browserVersion: string;
  system: string;
  settings: string;
}

/** A run as pages and exports show it. */
export interface ShownRun extends Setup {
  id: number;
  secret: string | null;
  madeAt: Date;
}

/** Begins a run. Runs inside a transaction. @throws Invalid, and as `lockActor` */
export async function beginRun(
  em: EntityManager,
  user: User,
  typed: Partial<Record<keyof Setup, string>>,
  now: Date,
): Promise<number> {
  await lockActor(em, user);
  const setup = checkedSetup(typed);
  if ((await em.count(Run, { user })) >= MOST_RUNS)
    throw new Invalid({
      '': `You have ${MOST_RUNS} runs, which is the most. Delete one, then begin another.`,
    });
  return em.insert(Run, { user, ...setup, secret: null, madeAt: now });
}

/** @throws Invalid for each field that is too long, or missing */
export function checkedSetup(typed: Partial<Record<keyof Setup, string>>): Setup {
  const name = (field: keyof Setup, missing?: string) => () => {
    const text = (typed[field] ?? '').trim();
    requireWellFormed(field, text);
    if (missing && !hasVisible(text)) throw new Invalid({ [field]: missing });
    if (lengthOf(text) > LONGEST_NAME || /[\p{Cc}\u2028\u2029]/u.test(text))
      throw new Invalid({ [field]: `Use at most ${LONGEST_NAME} characters, on one line.` });
    return text;
  };
  return collectProblems({
    reader: name('reader', 'Name your screen reader. If you use none, write “none”.'),
    readerVersion: name('readerVersion'),
    browser: name('browser', 'Name your browser.'),
    browserVersion: name('browserVersion'),
    system: name('system'),
    settings: () => limitedText('settings', typed.settings ?? '', LONGEST_SETTINGS),
  });
}

/** A text of several lines that may be empty, as it is stored. @throws Invalid for the field */
export function limitedText(field: string, typed: string, longest: number): string {
  const text = storedText(typed);
  requireWellFormed(field, text);
  if (lengthOf(text) > longest)
    throw new Invalid({
      [field]: `This is too long. Use at most ${longest.toLocaleString('en')} characters.`,
    });
  return text;
}

/** Locks the user, and finds a run of theirs. Runs inside a transaction. @throws NotFound, and as `lockActor` */
export async function lockRun(em: EntityManager, user: User, id: number): Promise<Run> {
  await lockActor(em, user);
  const run = await em.findOne(Run, { id, user });
  if (!run) throw runNotFound();
  return run;
}

export const runNotFound = (): NotFound =>
  new NotFound(
    'There is no such run: it was deleted, or is not shared any more. Choose one of your own in the practice room.',
  );

/** Gives a run an address that shows it to everybody; keeps the one that it has. @throws as `lockRun` */
export async function shareRun(em: EntityManager, user: User, id: number): Promise<void> {
  const run = await lockRun(em, user, id);
  run.secret ??= randomBytes(18).toString('base64url');
}

/** Ends the address of a run. @throws as `lockRun` */
export async function unshareRun(em: EntityManager, user: User, id: number): Promise<void> {
  const run = await lockRun(em, user, id);
  run.secret = null;
}

/** Deletes a run with its results. @throws as `lockRun` */
export async function deleteRun(em: EntityManager, user: User, id: number): Promise<void> {
  await lockRun(em, user, id);
  await em.nativeDelete(Run, { id, user });
}

const COLUMNS = `
  select r.id, r.reader, r.reader_version as "readerVersion", r.browser, r.browser_version as "browserVersion",
    r.system, r.settings, r.secret, r.made_at as "madeAt"
  from run r`;
const RUNS_OF_USER = `${COLUMNS} where r.user_id = ? order by r.id desc limit ${MOST_RUNS}`;
const RUN_OF_USER = `${COLUMNS} where r.id = ? and r.user_id = ?`;
const SHARED_RUN = `${COLUMNS} join "user" u on u.id = r.user_id where r.secret = ? and u.suspended_at is null`;

type Row = Omit<ShownRun, 'madeAt'> & { madeAt: unknown };
const shown = (reader: Reader, row: Row): ShownRun => ({ ...row, madeAt: new Date(reader.time(row.madeAt)) });

/** The runs of a user, the latest first. */
export async function runsOf(reader: Reader, user: number): Promise<ShownRun[]> {
  return (await reader.rows<Row>(RUNS_OF_USER, user)).map((row) => shown(reader, row));
}

/** @throws NotFound if the user has no such run */
export async function runOf(reader: Reader, user: number, id: number | undefined): Promise<ShownRun> {
  const row = await rowOf<Row>(reader, RUN_OF_USER, id ?? 0, user);
  if (!row) throw runNotFound();
  return shown(reader, row);
}

/** @throws NotFound if no run is shared at this address */
export async function sharedRun(reader: Reader, secret: string): Promise<ShownRun> {
  const row = /^[\w-]{24}$/.test(secret) ? await rowOf<Row>(reader, SHARED_RUN, secret) : undefined;
  if (!row) throw runNotFound();
  return shown(reader, row);
}
