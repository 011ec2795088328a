import { importRun } from '../chat/run-import.ts';
import { VERDICTS, noteResult, resultsOf } from '../chat/run-result.ts';
import * as runs from '../chat/run.ts';
import { runOf, runsOf, sharedRun, type ShownRun } from '../chat/run.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { originOf } from '../middleware/origin.ts';
import { sceneNumber, SCENES } from '../practice/scenes.ts';
import { field, id } from './parameters.ts';
import { compareRuns, RUN_FILES, toolsOf } from './run-files.ts';
import { numberIn } from './scenes.ts';

const SECRET = /^[\w-]{24}$/;

/** GET /practice/runs */
export const list: Handler = async (ctx) => {
  const user = requireViewer(ctx);
  const shown = (await runsOf(ctx.reader, user.id)).map((run) => ({ ...run, tools: toolsOf(run) }));
  ctx.page('practice/runs.njk', { runs: shown, latest: shown[0] });
};

/** POST /practice/runs */
export const begin: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('manage', ctx);
  const run = await ctx.em.transactional((em) => runs.beginRun(em, user, ctx.fields, ctx.now));
  seeOther(ctx, `/practice/runs/${run}?${freshParameter()}`);
};

/** GET /practice/runs/ID */
export const show: Handler = async (ctx) =>
  ctx.page('practice/run.njk', await pageOf(ctx, await ownRun(ctx)));

/** GET /practice/runs/ID.json, .jsonld or .csv */
export const download: Handler = async (ctx) => sendFile(ctx, await ownRun(ctx));

/** GET /practice/shared/SECRET: for everybody who has the address */
export const showShared: Handler = async (ctx) =>
  ctx.page('practice/shared-run.njk', await pageOf(ctx, await runAt(ctx)));

/** GET /practice/shared/SECRET.json, .jsonld or .csv */
export const downloadShared: Handler = async (ctx) => sendFile(ctx, await runAt(ctx));

/** POST /practice/runs/ID/scenes/N: leads to the next scene */
export const note: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const scene = numberIn(ctx);
  const run = id(ctx.params.run) ?? 0;
  await ctx.rateLimiter.consume('manage', ctx);
  await ctx.em.transactional((em) => noteResult(em, user, { run, scene }, ctx.fields, ctx.now));
  const next = sceneNumber(scene + 1);
  flash(ctx, `What you heard in scene ${scene} is saved.`);
  seeOther(ctx, `/practice/runs/${run}${next ? `/scenes/${next}` : ''}?${freshParameter()}`);
};

/** POST /practice/runs/ID/share and /unshare */
export const share: Handler = (ctx) =>
  act(ctx, runs.shareRun, 'The run is shared. Everybody who has its address can see it.');
export const unshare: Handler = (ctx) => act(ctx, runs.unshareRun, 'The address of the run has ended.');

/** GET /practice/runs/ID/delete */
export const askDelete: Handler = async (ctx) => {
  const run = await ownRun(ctx);
  ctx.page('practice/delete-run.njk', { run, tools: toolsOf(run) });
};

/** POST /practice/runs/ID/delete */
export const remove: Handler = (ctx) => act(ctx, runs.deleteRun, 'The run is deleted.', '/practice/runs');

/** GET /practice/runs/import */
export const importForm: Handler = (ctx) => {
  requireViewer(ctx);
  ctx.page('practice/import-run.njk');
};

/** POST /practice/runs/import */
export const importFile: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('manage', ctx);
  const isScene = (number: unknown) => typeof number === 'number' && sceneNumber(number) !== undefined;
  const run = await ctx.em.transactional((em) =>
    importRun(em, user, field(ctx, 'file'), { isScene, now: ctx.now }),
  );
  flash(ctx, 'The run is imported.');
  seeOther(ctx, `/practice/runs/${run}?${freshParameter()}`);
};

/** GET /practice/runs/compare: `a` and `b` are runs of the user, or the ends of shared addresses */
export const compare: Handler = async (ctx) => {
  const user = requireViewer(ctx);
  const found = (name: string) => {
    const text = String(ctx.query[name] ?? '')
      .split('/')
      .at(-1)!;
    return SECRET.test(text) ? sharedRun(ctx.reader, text) : runOf(ctx.reader, user.id, id(text));
  };
  const pair = [await found('a'), await found('b')] as const;
  const compared = compareRuns(
    await resultsOf(ctx.reader, pair[0].id),
    await resultsOf(ctx.reader, pair[1].id),
  );
  ctx.page('practice/compare-runs.njk', {
    tools: pair.map(toolsOf),
    settings: pair.map(({ settings }) => settings),
    changed: compared.filter(({ hasChanged }) => hasChanged),
    same: compared.filter(({ hasChanged }) => !hasChanged),
    verdicts: VERDICTS,
  });
};

const ownRun = (ctx: Context) => runOf(ctx.reader, requireViewer(ctx).id, id(ctx.params.run));
const runAt = (ctx: Context) => sharedRun(ctx.reader, ctx.params.secret ?? '');
/** What the page of a run shows: each scene, with its result. */
async function pageOf(ctx: Context, run: ShownRun) {
  const results = await resultsOf(ctx.reader, run.id);
  const byScene = new Map(results.map((result) => [result.scene, result]));
  const next = SCENES.findIndex((_, index) => !byScene.has(index + 1)) + 1;
  return {
    run,
    tools: toolsOf(run),
    address: `${originOf(ctx)}/practice/shared/${run.secret}`,
    scenes: SCENES.map(({ name }, index) => ({ number: index + 1, name, result: byScene.get(index + 1) })),
    count: results.length,
    next,
    verdicts: VERDICTS,
  };
}

async function sendFile(ctx: Context, run: ShownRun): Promise<void> {
  const kind = /\.(jsonld|json|csv)$/.exec(ctx.path)![1] as keyof typeof RUN_FILES;
  const { type, content } = RUN_FILES[kind];
  ctx.attachment(`plainchat-run.${kind}`);
  ctx.set('Content-Type', type);
  ctx.body = content(run, await resultsOf(ctx.reader, run.id), originOf(ctx));
}

async function act(
  ctx: Context,
  verb: typeof runs.shareRun,
  sentence: string,
  address?: string,
): Promise<void> {
  const user = requireUser(ctx);
  const run = id(ctx.params.run) ?? 0;
  await ctx.em.transactional((em) => verb(em, user, run));
  flash(ctx, sentence);
  seeOther(ctx, `${address ?? `/practice/runs/${run}`}?${freshParameter()}`);
}
