import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Invalid } from './errors.ts';
import type { User } from './user.ts';

/** The storage for images and files, in megabytes. */
export interface Quota {
  /** For one user. */
  each: number;
  /** For all users together. */
  all: number;
}

/** The bytes that are used. */
interface Usage {
  own: number;
  total: number;
}

/**
 * Returns a check of the bytes that the user wants to store, for before the server reads and keeps a file.
 * @throws Invalid for `file` if the quota is used up; the check throws it if the file is too large
 */
export async function quotaCheck(
  em: EntityManager,
  user: User,
  quota: Quota,
): Promise<(bytes: number) => void> {
  const used = await usageOf(em, user);
  const check = (bytes: number) => refuseIfOver(used, bytes, quota);
  check(1); // before the server reads the file
  return check;
}

/** The size of all images and files of messages. */
export async function bytesInFiles(em: EntityManager): Promise<number> {
  const [sum] = await em.execute<{ total: number | string }[]>(
    'select coalesce(sum(size), 0) as total from attachment',
  );
  return Number(sum!.total);
}

/**
 * Checks the quota again in the transaction that has stored a file. It holds the user's lock, so files that
 * arrive at once cannot exceed the user's quota together.
 * @param bytes of the file @throws Invalid for `file`
 */
export async function requireQuota(
  em: EntityManager,
  user: User,
  bytes: number,
  quota: Quota,
): Promise<void> {
  const { own, total } = await usageOf(em, user);
  refuseIfOver({ own: own - bytes, total: total - bytes }, bytes, quota);
}

async function usageOf(em: EntityManager, user: User): Promise<Usage> {
  const [used] = await em.execute<Record<keyof Usage, number | string>[]>(
    'select (select coalesce(sum(size), 0) from attachment where author_id = ?) as own, (select coalesce(sum(size), 0) from attachment) as total',
    [user.id],
  );
  return { own: Number(used!.own), total: Number(used!.total) };
}

function refuseIfOver({ own, total }: Usage, bytes: number, { each, all }: Quota): void {
  if (own + bytes > each * 1e6)
    throw new Invalid({
      file: `You can keep ${megabytes(each)} of images and files, and have used ${megabytes(own / 1e6)}. Send the message without this file. If you delete a room that you administer, its images and files are deleted, too.`,
    });
  if (total + bytes > all * 1e6)
    throw new Invalid({
      file: `There is no space for more images and files here: they take up ${megabytes(total / 1e6)}. Send the message without this file, and tell the people who run this Plainchat.`,
    });
}

const megabytes = (count: number): string =>
  `${count.toLocaleString('en', { maximumFractionDigits: count < 10 ? 1 : 0 })} MB`;
