import heard from '../../templates/accessibility/heard.json' with { type: 'json' };
import topics from '../../templates/accessibility/rules.json' with { type: 'json' };
import tested from '../../templates/accessibility/tested.json' with { type: 'json' };
import type { Handler } from '../context.ts';

/** GET /accessibility */
export const show: Handler = (ctx) => ctx.page('accessibility/show.njk', { topics, tested, heard });
