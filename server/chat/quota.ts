import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Invalid } from './errors.ts';
import type { User } from './user.ts';

/** How much images and files may take up, in megabytes. */
export interface Quota {
  /** Of one person. */
  each: number;
  /** Of all. */
  all: number;
}

/**
 * Returns a check whether a file of so many bytes more may be kept of the person, by what is kept
 * now. Two at once may both pass, and go over it by one.
 * @throws Invalid for `file` where nothing more may be, and from the check
 */
export async function quotaOf(
  em: EntityManager,
  user: User,
  { each, all }: Quota,
): Promise<(bytes: number) => void> {
  const [used] = await em.execute<{ own: number | string; total: number | string }[]>(
    'select (select coalesce(sum(size), 0) from attachment where author_id = ?) as own, (select coalesce(sum(size), 0) from attachment) as total',
    [user.id],
  );
  const check = (bytes: number) => {
    if (Number(used!.own) + bytes > each * 1e6)
      throw new Invalid({
        file: `Of one person at most ${words(each)} of images and files are kept, and yours come to ${words(Number(used!.own) / 1e6)}. Send the message without this one. Those of a room that you administer go with it when it is deleted.`,
      });
    if (Number(used!.total) + bytes > all * 1e6)
      throw new Invalid({
        file: `No more images and files are kept here: they have come to ${words(Number(used!.total) / 1e6)}. Send the message without this one, and tell whoever runs this Plainchat.`,
      });
  };
  check(1); // before anything of a file is read
  return check;
}

const words = (megabytes: number): string =>
  `${megabytes.toLocaleString('en', { maximumFractionDigits: megabytes < 10 ? 1 : 0 })} MB`;
