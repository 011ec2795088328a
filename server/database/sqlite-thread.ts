// The thread that writes to the SQLite file: whatever waits here, for the disk or for another
// process, keeps nobody waiting who reads.
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { Asked, Opening, Told } from './sqlite-driver.ts';

const { path, pragmas } = workerData as Opening;
const database = new Database(path);
for (const pragma of pragmas) database.pragma(pragma);

parentPort!.on('message', (asked: Asked | 'close') => {
  if (asked !== 'close') return parentPort!.postMessage(outcome(asked));
  database.close();
  parentPort!.close();
});
parentPort!.postMessage({ rows: [] } satisfies Told);

function outcome({ sql, parameters, begins }: Asked): Told {
  if (sql === 'rollback' && !database.inTransaction) return { rows: [] }; // what failed has rolled back already
  try {
    if (begins) database.exec('begin');
    const statement = database.prepare(sql);
    if (statement.reader) return { rows: statement.all(...parameters) };
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { error: { message, code } }; // an error loses its code on the way
  }
}
