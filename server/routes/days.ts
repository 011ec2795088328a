import { countDays } from '../chat/days.ts';
import { Invalid } from '../chat/errors.ts';
import { timeOf } from '../chat/history.ts';
import type { Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { readerZone } from '../middleware/render.ts';
import { day as dayInWords, dayAfter, dayKey, monthInWords, startOfDay } from '../view/dates.ts';
import { memberRoom } from './room-access.ts';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** GET /rooms/ID/days: the days of a month on which something was said, by default of the latest month; with the form of a transcript */
export const show: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  await stayIn(ctx, room);
  const zone = readerZone(ctx);
  const monthOf = (at: Date | undefined) => at && dayKey(at.toISOString(), zone).slice(0, 7);
  const month =
    (ctx.refused ? '' : ctx.query.month) ||
    (monthOf((await timeOf(ctx.reader, room.id, room.lastSeq)) ?? ctx.now) ?? '');
  const keys = daysOf(month);
  const starts = keys.map((key) => startOfDay(key, zone)!);
  const { counts, before, after } = await countDays(ctx.reader, room, starts);
  const link = (month: string | undefined) => month && { key: month, words: monthInWords(month) };
  ctx.page('rooms/days.njk', {
    room,
    month: monthInWords(String(month)),
    days: counts.flatMap((count, index) =>
      count === 0 ? [] : [{ key: keys[index], words: dayInWords(starts[index]!.toISOString(), zone), count }],
    ),
    before: link(monthOf(before)),
    after: link(monthOf(after)),
    typed: ctx.refused?.typed ?? {},
  });
};

/** The days of a month, and the one after it. @throws Invalid */
function daysOf(month: string | string[]): string[] {
  if (typeof month !== 'string' || !MONTH.test(month) || month.startsWith('0000') || month.startsWith('9999'))
    throw new Invalid({ month: 'There is no such month. Enter it as year and month, like 2026-01.' });
  const keys = [`${month}-01`];
  while (keys.at(-1)!.startsWith(month)) keys.push(dayAfter(keys.at(-1)!));
  return keys;
}
