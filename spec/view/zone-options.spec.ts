import { parse } from 'node-html-parser';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { ZONES } from '../../server/text/zones.ts';
import { zoneOptions } from '../../server/view/zone-options.ts';

const test = suite('zone options');

const selectedIn = (html: string) =>
  parse(html)
    .querySelectorAll('option[selected]')
    .map(({ text }) => text);

test('the options are all time zones, and the chosen one is selected', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Port-au-Prince', ZONES.at(-1)!]) {
    assert.equal(selectedIn(zoneOptions(zone)), [zone]);
    assert.equal(
      parse(zoneOptions(zone))
        .querySelectorAll('option')
        .map(({ text }) => text),
      ZONES,
    );
  }
});

test('a zone that was chosen by its old name is selected by the present one', () => {
  assert.equal(selectedIn(zoneOptions('Europe/Kiev')), ['Europe/Kyiv']);
  assert.equal(selectedIn(zoneOptions('Asia/Calcutta')), ['Asia/Kolkata']);
});

test('nothing is selected without a choice, or for a text that is no time zone', () => {
  for (const zone of [undefined, null, '', 'Mars/Base', '<b>', 'option', '$&', 'Europe'])
    assert.equal(selectedIn(zoneOptions(zone)), [], String(zone));
  assert.is(zoneOptions('<b>'), zoneOptions(null));
});

test.run();
