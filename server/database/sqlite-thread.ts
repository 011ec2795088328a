// The thread that writes to the SQLite file: whatever waits here, for the disk or for another
// process, keeps nobody waiting who reads.
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { Asked, Opening, Together, Told } from './sqlite-driver.ts';

const { path, pragmas } = workerData as Opening;
const database = new Database(path);
for (const pragma of pragmas) database.pragma(pragma);

/** Statements that are asked for again and again; of what the ORM asks, each is another. */
const MOST_KNOWN = 200;
const known = new Map<string, Database.Statement>();

parentPort!.on('message', (asked: Asked | Together | 'close') => {
  if (asked !== 'close')
    return parentPort!.postMessage(outcome(() => (Array.isArray(asked) ? together(asked) : one(asked))));
  database.close();
  parentPort!.close();
});
parentPort!.postMessage({ rows: [] } satisfies Told);

function outcome(work: () => Told): Told {
  try {
    return work();
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { error: { message, code } }; // an error loses its code on the way
  }
}

function one({ sql, parameters, begins }: Asked): Told {
  if (sql === 'rollback' && !database.inTransaction) return { rows: [] }; // what failed has rolled back already
  if (begins) database.exec('begin');
  const statement = database.prepare(sql);
  if (statement.reader) return { rows: statement.all(...parameters) };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

const together = database.transaction((statements: Together): Told => ({
  rows: statements.map(({ sql, parameters }) => {
    const statement = known.get(sql) ?? database.prepare(sql);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(sql, statement);
    if (statement.reader) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  }),
}));
