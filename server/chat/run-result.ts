import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { chosenOption, collectProblems } from './checks.ts';
import type { Reader } from './reader.ts';
import { limitedText, lockRun, Run } from './run.ts';
import type { User } from './user.ts';

export const LONGEST_HEARD = 1000;

/** How a scene was heard, with its words. */
export const VERDICTS = {
  expected: 'As expected',
  late: 'Late',
  cut: 'Cut off',
  twice: 'Twice',
  missing: 'Missing',
  order: 'In the wrong order',
  other: 'Otherwise wrong',
} as const;
export type Verdict = keyof typeof VERDICTS;

export const RunResultSchema = defineEntity({
  name: 'RunResult',
  tableName: 'run_result',
  properties: {
    run: () => p.manyToOne(Run).primary().deleteRule('cascade').index(false),
    /** The number of the scene. */
    scene: p.integer().primary(),
    verdict: p.string().$type<Verdict>(),
    /** What the tester heard, in their words. */
    heard: p.text(),
    /** What the page announced, if scripts ran. */
    announced: p.text(),
    notedAt: p.datetime(3),
  },
});

/** What a tester heard in a scene. */
export class RunResult extends RunResultSchema.class {}
RunResultSchema.setClass(RunResult);

/** A result as pages and exports show it. */
export interface ShownResult {
  scene: number;
  verdict: Verdict;
  heard: string;
  announced: string;
  notedAt: Date;
}

export interface TypedResult {
  verdict?: string;
  heard?: string;
  announced?: string;
}

/** @throws Invalid for each field that is wrong */
export function checkedResult({ verdict, heard = '', announced = '' }: TypedResult) {
  const options = Object.fromEntries(Object.keys(VERDICTS).map((name) => [name, name as Verdict]));
  return collectProblems({
    verdict: () => chosenOption<Verdict>('verdict', { verdict: verdict ?? '' }, options, 'other'),
    heard: () => limitedText('heard', heard, LONGEST_HEARD),
    announced: () => limitedText('announced', announced, LONGEST_HEARD),
  });
}

/** Notes what was heard in a scene; replaces what was noted before. Runs inside a transaction. @throws Invalid, and as `lockRun` */
export async function noteResult(
  em: EntityManager,
  user: User,
  { run, scene }: { run: number; scene: number },
  typed: TypedResult,
  now: Date,
): Promise<void> {
  await lockRun(em, user, run);
  await em.upsert(RunResult, { run, scene, ...checkedResult(typed), notedAt: now });
}

const RESULTS = `
  select scene, verdict, heard, announced, noted_at as "notedAt" from run_result where run_id = ? order by scene`;

/** The results of a run, by the numbers of their scenes. */
export async function resultsOf(reader: Reader, run: number): Promise<ShownResult[]> {
  const rows = await reader.rows<Omit<ShownResult, 'notedAt'> & { notedAt: unknown }>(RESULTS, run);
  return rows.map((row) => ({ ...row, notedAt: new Date(reader.time(row.notedAt)) }));
}
