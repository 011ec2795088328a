import { LinkifyIt } from 'linkify-it';

/** A stretch of a message: text, a web address, or the end of a line. */
export type Piece = { text: string; href?: string } | { break: true };

const links = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: false });
for (const schema of ['ftp:', '//', 'mailto:']) links.add(schema, null);

/** Cuts a message into what the template puts down in turn. */
export function pieces(body: string): Piece[] {
  return body.split('\n').flatMap((row, index) => [...(index > 0 ? [{ break: true } as const] : []), ...piecesOfRow(row)]);
}

function piecesOfRow(row: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const { index, lastIndex, url } of links.match(row) ?? []) {
    if (index > end) found.push({ text: row.slice(end, index) });
    found.push({ text: row.slice(index, lastIndex), href: url });
    end = lastIndex;
  }
  if (end < row.length) found.push({ text: row.slice(end) });
  return found;
}
