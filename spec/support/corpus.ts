// Messages in twelve languages, and what people may look for in them.
import type { SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sql';
import { Entry } from '../../server/chat/entry.ts';
import { Room } from '../../server/chat/room.ts';
import type { Line } from '../../server/chat/search-index.ts';
import { NOW } from './domain.ts';
import type { random as randomFrom } from './random.ts';

/** A message as the index of the search has it. */
export const line = (text: string, changes: Partial<Line> = {}): Line => ({
  room: 3,
  seq: 7,
  author: 2,
  at: 1_770_000_000_123,
  has: 0,
  text,
  ...changes,
});

/** A text of each language, from which messages are cut. */
export const TEXTS = {
  chinese: '今天天气很好，我们去公园散步吧。会议改到明天下午三点，请大家准时参加。图书馆在学校旁边。',
  japanese:
    '今日はとても良い天気ですね。会議は明日の午後三時に変更されました。カタカナとひらがなと漢字が混ざっている。ガラスのパス',
  thai: 'วันนี้อากาศดีมาก เราไปเดินเล่นที่สวนสาธารณะกันเถอะ การประชุมเลื่อนไปเป็นพรุ่งนี้บ่ายสามโมง น้ำผลไม้',
  arabic: 'الطقس جميل اليوم، هيا نذهب إلى الحديقة. تم تأجيل الاجتماع إلى الغد. السَّلامُ عَلَيْكُمْ ورحمة الله',
  hebrew: 'מזג האוויר יפה היום, בואו נלך לפארק. הפגישה נדחתה למחר בשעה שלוש. שָׁלוֹם לכולם',
  hindi: 'आज मौसम बहुत अच्छा है, चलो पार्क में टहलने चलते हैं। बैठक कल दोपहर तीन बजे होगी। हिन्दी ज़रूर लिखें',
  korean: '오늘은 날씨가 정말 좋네요. 공원에 산책하러 갑시다. 회의는 내일 오후 세 시로 변경되었습니다.',
  russian:
    'Сегодня хорошая погода, пойдём гулять в парк. Собрание перенесли на завтра. Ёлка, мой йод и объезд',
  greek: 'Σήμερα ο καιρός είναι καλός, πάμε βόλτα στο πάρκο. Η οδός των φίλων, ΟΔΟΣ και σοφός Οδυσσέας',
  german:
    'Donaudampfschifffahrtsgesellschaft, Straßenbahnhaltestelle, STRASSE, Grüße aus der Überflutungsfläche, Fußgängerübergang',
  turkish:
    'İstanbul ılık bir sabah, IŞIK ve ışık, çalışma İYİ gidiyor, Iğdır’dan güzel günler, şöförün ağacı',
  code:
    'const x = a[i++] ?? "none"; // TODO: fix_me (v2.0) <b>&amp;</b> C:\\temp\\new ' +
    "SELECT * FROM t WHERE a LIKE '50%_' AND f(x) => {}; ﬁle №5 ① x² café naïve co\u00adop",
} as const;

/** The accents in these texts, by number: those of all scripts, of Hebrew and of Arabic, and the dot of Devanagari. */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0670\u06d6-\u06ed\u093c]/g;

/** What the search has to compare by, written for these specs. */
export const plain = (text: string): string =>
  text
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .normalize('NFKC')
    .replaceAll('ς', 'σ')
    .replace(/\s+/g, ' ');

export interface Said {
  room: number;
  seq: number;
  author: number;
  at: number;
  body: string;
}

export type Random = ReturnType<typeof randomFrom>;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

/** A piece of a text, not cut within a character. */
export function cut(random: Random, text: string, least: number, most: number): string {
  const characters = Array.from(text);
  const length = least + Math.floor(random() * (most - least + 1));
  const from = Math.floor(random() * Math.max(characters.length - length, 1));
  return characters.slice(from, from + length).join('');
}

/** A message of one or two languages. */
export function message(random: Random): string {
  const texts = Object.values(TEXTS);
  const parts = Array.from({ length: random() < 0.2 ? 2 : 1 }, () =>
    cut(random, pick(random, texts), 8, 60).trim(),
  );
  return parts.join(random() < 0.5 ? '\n' : ' ').trim() || 'empty';
}

/** What somebody types to find something: a part or parts of a message, in other case or without marks; or what is nowhere. */
export function query(random: Random, said: Said[]): string {
  const { body } = pick(random, said);
  const words = body.split(/\s+/).filter(Boolean);
  const kind = random();
  let typed: string;
  if (kind < 0.35) typed = cut(random, pick(random, words), 1, 8);
  else if (kind < 0.5) typed = `"${cut(random, body.replaceAll('"', ''), 3, 15).trim()}"`;
  else if (kind < 0.75) typed = [pick(random, words), cut(random, pick(random, words), 2, 4)].join(' ');
  else if (kind < 0.9) typed = cut(random, body, 2, 3);
  else
    typed = Array.from(cut(random, body, 2, 6))
      .toReversed()
      .join('');
  const form = random();
  if (form < 0.2) return typed.toUpperCase();
  if (form < 0.4) return typed.normalize('NFD').replace(ACCENTS, '');
  if (form < 0.5) return typed.normalize('NFD');
  return typed;
}

/** The words of what was typed, by a reading of their own. */
export function plainWords(typed: string): string[] {
  const words: string[] = [];
  let rest = typed.trim();
  while (rest !== '') {
    const end = rest.startsWith('"') ? rest.indexOf('"', 1) : -1;
    if (end > 1) {
      words.push(rest.slice(1, end).trim());
      rest = rest.slice(end + 1).trim();
    } else {
      const space = rest.search(/\s/);
      words.push(space < 0 ? rest : rest.slice(0, space));
      rest = space < 0 ? '' : rest.slice(space).trim();
    }
  }
  return words.map(plain).filter((word) => word.trim() !== '');
}

/** Fills rooms with messages by few statements; notices are among them. Returns the messages. */
export async function fillRooms(
  orm: MikroORM,
  { rooms, authors, count, random }: { rooms: number[]; authors: number[]; count: number; random: Random },
): Promise<Said[]> {
  const em = orm.em.fork() as EntityManager;
  const last = new Map<number, { seq: number; messages: number }>();
  for (const { id, lastSeq, messages } of await em.find(Room, { id: rooms }))
    last.set(id, { seq: lastSeq, messages });
  const said: Said[] = [];
  const rows: Parameters<typeof em.insertMany<Entry>>[1] = [];
  for (let number = 0; number < count; number += 1) {
    const room = pick(random, rooms);
    const author = pick(random, authors);
    const state = last.get(room)!;
    state.seq += 1;
    const isNotice = random() < 0.05;
    if (!isNotice) state.messages += 1;
    const at = NOW.getTime() + number * 1000;
    const entry = { room, seq: state.seq, author, at, body: isNotice ? '' : message(random) };
    if (!isNotice) said.push(entry);
    rows.push({
      ...entry,
      kind: isNotice ? 'entered' : 'message',
      key: isNotice ? null : `key-${number}-of-corpus`,
      messages: state.messages,
      at: new Date(at),
    } as never);
  }
  for (let from = 0; from < rows.length; from += 1000)
    await em.insertMany(Entry, rows.slice(from, from + 1000));
  for (const [id, { seq, messages }] of last) await em.nativeUpdate(Room, { id }, { lastSeq: seq, messages });
  return said;
}
