import { buffer } from 'node:stream/consumers';
import type { TranscriptEntry } from '../chat/transcript.ts';
import type { Context } from '../context.ts';
import type { MemberDetails } from './room-access.ts';

/** A part of a log, as a file. */
export interface Transcript {
  room: MemberDetails;
  first: number;
  last: number;
  /** The ids of the users whose messages are folded. */
  blocked: ReadonlySet<number>;
}

/** The image or file of a message; undefined if it has none, or it is missing. */
export async function contentOf(ctx: Context, { attachment }: TranscriptEntry): Promise<Buffer | undefined> {
  const found = attachment && (await ctx.files.read(attachment.name));
  return found ? buffer(found.content) : undefined;
}
