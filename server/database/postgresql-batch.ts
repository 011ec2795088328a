import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { runInOrder, type RunStatements, type Statement } from '../chat/post-batch.ts';

/** Runs the statements of a batch of posts in one transaction. What may run together is one statement: each way to the server and back counts. */
export const runInPostgres =
  (em: () => EntityManager): RunStatements =>
  (rooms, statements) =>
    em().transactional((em) => runInOrder(em, rooms, joined(statements)));

/** The statements with those that may run together with the next one in front of it. */
export function joined(statements: Statement[]): Statement[] {
  const sent: Statement[] = [];
  let ahead: Statement[] = [];
  for (const statement of statements) {
    ahead.push(statement);
    if (statement.joinsNext) continue;
    const before = ahead.slice(0, -1).map(({ sql }, index) => `joined${index} as (${sql})`);
    const sql = before.length > 0 ? `with ${before.join(', ')} ${statement.sql}` : statement.sql;
    sent.push({ sql, parameters: ahead.flatMap(({ parameters }) => parameters) });
    ahead = [];
  }
  return sent;
}
