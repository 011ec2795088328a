// The thread that writes to the SQLite file. It may wait for the disk or for another process: readers in
// the main thread do not wait with it.
import Database from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import { KeptStatements } from './kept-statements.ts';
import type { FileOptions, StatementBatch, StatementRequest, ThreadReply } from './sqlite-driver.ts';

const { path, pragmas } = workerData as FileOptions;
const database = new Database(path);
for (const pragma of pragmas) database.pragma(pragma);

const statements = new KeptStatements(database);

parentPort!.on('message', (request: StatementRequest | StatementBatch | 'close') => {
  if (request !== 'close')
    return parentPort!.postMessage(
      replyOf(() => (Array.isArray(request) ? runInTransaction(request) : runOne(request))),
    );
  database.close();
  parentPort!.close();
});
parentPort!.postMessage({ rows: [] } satisfies ThreadReply);

function replyOf(work: () => ThreadReply): ThreadReply {
  try {
    return work();
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { error: { message, code } }; // an error loses its code between threads
  }
}

function runOne({ sql, parameters, begins }: StatementRequest): ThreadReply {
  if (sql === 'rollback' && !database.inTransaction) return { rows: [] }; // SQLite has rolled back already, because of the failed statement
  if (begins) database.exec('begin immediate'); // what it reads is still true when it writes, and it waits for other processes here
  const statement = statements.prepareBound(sql, parameters);
  if (statement.reader) return { rows: statement.all(...parameters) };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

const runInTransaction = database.transaction((batch: StatementBatch): ThreadReply => ({
  rows: batch.map(({ sql, parameters }) => {
    const statement = statements.prepare(sql);
    if (statement.reader) return statement.all(...parameters);
    statement.run(...parameters);
    return [];
  }),
}));
