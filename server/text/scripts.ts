/** Scripts with letters that look like those of another one of them. */
const ALIKE = {
  Latin: /\p{Script=Latin}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Greek: /\p{Script=Greek}/u,
  Armenian: /\p{Script=Armenian}/u,
  Cherokee: /\p{Script=Cherokee}/u,
  Coptic: /\p{Script=Coptic}/u,
  Lisu: /\p{Script=Lisu}/u,
  Deseret: /\p{Script=Deseret}/u,
};
/** Letters of these scripts that look like a Latin letter or a digit. */
const LIKE_LATIN =
  /^[АВЕЅІЈКМНОРСТУХҮԌԚԜавеѕіјкмнорстухүһԁԛԝгпьӏзбΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγηικνορτυχωϲϳօոսհցզӏᎪᎬᎫᎻᏂᏃᏀᎷᏢᎡᏚᎢᏙᏔᎩᏃꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓤꓦꓧꓨꓪꓫꓬꓮꓰꓲꓳꓴ\p{Nd}\p{M}_.-]+$/u;

/**
 * Tells what sets a name apart from one that looks like it: as `Latin and Cyrillic letters`. Undefined if it
 * has only Latin letters, or letters that nobody takes for Latin ones.
 */
export function unlikeLatin(name: string): string | undefined {
  const scripts = Object.entries(ALIKE).flatMap(([script, letters]) => (letters.test(name) ? [script] : []));
  const isMixed = scripts.length > 1;
  if (!isMixed && (scripts[0] === 'Latin' || scripts.length === 0 || !LIKE_LATIN.test(name)))
    return undefined;
  return `${scripts.join(' and ')} letters`;
}
