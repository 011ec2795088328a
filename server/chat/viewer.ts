import { type Reader, rowOf } from './reader.ts';
import type { HourCycle, LiveView, PresenceVisibility, Style } from './user.ts';

/** The user who asks for a page, as plain columns: what pages show of them and what they have chosen. */
export interface Viewer {
  id: number;
  username: string;
  email: string;
  zone: string | null;
  hourCycle: HourCycle;
  foundByEmail: boolean;
  whereabouts: PresenceVisibility;
  enterSends: boolean;
  announcements: string | null;
  liveView: LiveView;
  reportLinks: boolean;
  /** Whether their pages tell by notifications of the browser while nobody sees them. */
  notifies: boolean;
  style: Style;
  /** The words beside the name. */
  away: string;
  operator: boolean;
  /** In milliseconds since 1970. */
  createdAt: number;
}

/** Columns that SQLite keeps as 0 and 1. */
const BOOLEANS = ['foundByEmail', 'enterSends', 'reportLinks', 'notifies', 'operator'] as const;

/** A viewer as the database gives it. */
type ViewerRow = Omit<Viewer, (typeof BOOLEANS)[number] | 'createdAt'> &
  Record<(typeof BOOLEANS)[number], boolean | number> & { createdAt: unknown };

const VIEWER = `
  select id, username, email, zone, hour_cycle as "hourCycle", found_by_email as "foundByEmail", whereabouts,
    enter_sends as "enterSends", announcements, live_view as "liveView", report_links as "reportLinks", style, away,
    (select a.browser from away a where a.user_id = "user".id) as notifies, operator, created_at as "createdAt"
  from "user" where id = ? and deleted_at is null and suspended_at is null`;

/** Returns the user with this id; undefined if they are deleted or suspended. */
export async function viewerOf(reader: Reader, id: number): Promise<Viewer | undefined> {
  const row = await rowOf<ViewerRow>(reader, VIEWER, id);
  if (!row) return undefined;
  for (const name of BOOLEANS) row[name] = Boolean(row[name]);
  row.createdAt = reader.time(row.createdAt);
  return row as Viewer;
}
