import type { EntityManager } from '@mikro-orm/core';
import { Invalid } from './errors.ts';
import { checkedResult, RunResult } from './run-result.ts';
import { beginRun, type Setup } from './run.ts';
import type { User } from './user.ts';

/** What the export of a run says that it is. */
export const FORMAT = 'plainchat-run-1';

const REFUSAL =
  'This is not the export of a run as JSON. Copy the whole file, from the first brace to the last.';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectIn = (value: unknown): Json => (isObject(value) ? value : {});
const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
const firstOf = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : undefined);

/** A time that a file says: no later than now, which also stands for none. */
function timeIn(value: unknown, now: Date): Date {
  const ms = Date.parse(textIn(value));
  return ms >= 0 && ms <= now.getTime() ? new Date(ms) : now;
}

/**
 * Makes a run of an export. All is checked as if it came from the forms. Runs inside a transaction.
 * @param isScene whether there is a scene of this number
 * @throws Invalid for `file`, and as `beginRun`
 */
export async function importRun(
  em: EntityManager,
  user: User,
  file: string,
  { isScene, now }: { isScene: (number: unknown) => boolean; now: Date },
): Promise<number> {
  const content = parsed(file);
  try {
    const run = await beginRun(em, user, setupIn(content), timeIn(content.madeAt, now));
    const results = (Array.isArray(content.testResults) ? (content.testResults as unknown[]) : []).map(
      (item) => resultIn(objectIn(item), now),
    );
    if (!results.every(({ scene }) => isScene(scene)))
      throw new Invalid({
        file: 'The export has a scene that is not here. Remove its result, then import again.',
      });
    if (new Set(results.map(({ scene }) => scene)).size < results.length)
      throw new Invalid({ file: 'The export has two results of one scene. Remove one, then import again.' });
    if (results.length > 0)
      await em.insertMany(
        RunResult,
        results.map((result) => ({ run, ...result })),
      );
    return run;
  } catch (error) {
    if (error instanceof Invalid) throw new Invalid({ file: Object.values(error.problems)[0]! });
    throw error;
  }
}

function parsed(file: string): Json {
  try {
    const content: unknown = JSON.parse(file);
    if (isObject(content) && content.format === FORMAT) return content;
  } catch {
    /* refused below */
  }
  throw new Invalid({ file: REFUSAL });
}

function setupIn({ at, browser, system, settings }: Json): Setup {
  return {
    reader: textIn(objectIn(at).name),
    readerVersion: textIn(objectIn(at).version),
    browser: textIn(objectIn(browser).name),
    browserVersion: textIn(objectIn(browser).version),
    system: textIn(system),
    settings: textIn(settings),
  };
}

function resultIn({ test, verdict, announced, completedAt, notedAt, scenarioResults }: Json, now: Date) {
  return {
    scene: objectIn(test).id as number,
    ...checkedResult({
      verdict: textIn(verdict),
      heard: textIn(objectIn(firstOf(scenarioResults)).output),
      announced: textIn(announced),
    }),
    notedAt: timeIn(completedAt ?? notedAt, now),
  };
}
