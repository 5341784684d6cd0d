/** The routes and rules of the small director in samples.ts. */
import { entryText, NO_STATICS, type StaticEntries } from '../../src/config/model/routing.ts';
import { ETH0, virtualRoute, virtualRule } from '../../src/sim/topology.ts';

const ROUTE = virtualRoute('10.9.0.0');
const RULE = virtualRule(100, { tracked: false });

export const ROUTED = { virtualLinks: [], advertInterface: ETH0, routes: [ROUTE], rules: [RULE] } as const;

export const STATICS: StaticEntries = {
  ...NO_STATICS,
  routes: [{ entry: virtualRoute('10.8.0.0'), members: [] }],
};

export const ROUTING = [
  { kind: 'route', text: entryText(ROUTE), held: true },
  { kind: 'rule', text: entryText(RULE), held: false },
] as const;
