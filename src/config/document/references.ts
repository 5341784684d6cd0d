/** Rules between the objects of a document that its schema cannot say: names and services are unique, VRIDs are unique
 *  on their interface, and what is referred to exists. For text lower/ and check/ do the same with its own words. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { serviceText } from '../lower/virtual-server.ts';
import { familyName } from '../lower/vrrp-addresses.ts';
import type { Config } from '../model/config.ts';
import type { Span } from '../syntax/source.ts';

/** Where what an instance tracks is defined. */
const TRACKED = {
  script: 'vrrpScripts',
  file: 'trackFiles',
  process: 'trackProcesses',
  bfd: 'bfdInstances',
} as const;

/** Where the value at a JSON pointer stands in the document. */
export type PlaceOf = (pointer: string) => Span;

export function checkReferences(config: Config, placeOf: PlaceOf, report: Report): void {
  const lists = ['vrrpInstances', 'vrrpSyncGroups', ...Object.values(TRACKED)] as const;
  for (const list of lists) {
    unique(
      config[list].map(({ name }) => name),
      (i) => placeOf(`/${list}/${i}/name`),
      list,
      report,
    );
  }
  unique(
    config.virtualServers.map(({ match }) => serviceText(match)),
    (i) => placeOf(`/virtualServers/${i}/match`),
    'virtualServers',
    report,
  );
  uniqueVrids(config, placeOf, report);
  const instances = new Set(config.vrrpInstances.map(({ name }) => name));
  config.vrrpInstances.forEach(({ trackers }, i) => {
    trackers.forEach(({ kind, name }, j) => {
      const list = TRACKED[kind];
      if (config[list].some((tracked) => tracked.name === name)) return;
      const at = placeOf(`/vrrpInstances/${i}/trackers/${j}/name`);
      report(catalog.document_reference(at, { word: name, list }));
    });
  });
  const sessions = new Set(config.bfdInstances.map(({ name }) => name));
  config.virtualServers.forEach(({ realServers }, i) => {
    realServers.forEach(({ checkers }, j) => {
      checkers.forEach((checker, k) => {
        if (checker.kind !== 'bfd' || sessions.has(checker.session)) return;
        const at = placeOf(`/virtualServers/${i}/realServers/${j}/checkers/${k}/session`);
        report(catalog.document_reference(at, { word: checker.session, list: 'bfdInstances' }));
      });
    });
  });
  config.vrrpSyncGroups.forEach(({ members }, i) => {
    members.forEach((member, j) => {
      if (instances.has(member)) return;
      const at = placeOf(`/vrrpSyncGroups/${i}/members/${j}`);
      report(catalog.document_reference(at, { word: member, list: 'vrrpInstances' }));
    });
  });
}

function unique(names: readonly string[], placeOf: (i: number) => Span, list: string, report: Report): void {
  const firsts = new Map<string, number>();
  names.forEach((name, i) => {
    const first = firsts.get(name);
    if (first === undefined) firsts.set(name, i);
    else {
      const notes = [{ text: 'first given here', at: placeOf(first) }];
      report(catalog.document_duplicate(placeOf(i), { word: name, list }, { notes }));
    }
  });
}

function uniqueVrids({ vrrpInstances }: Config, placeOf: PlaceOf, report: Report): void {
  const firsts = new Map<string, number>();
  vrrpInstances.forEach(({ vrid, interface: carrier, family, destination }, i) => {
    // unicast peers tell two instances apart; what they mean is for the running router to see
    if (destination.kind === 'unicast') return;
    const key = `${vrid} ${carrier} ${family} ${destination.group}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, i);
    else {
      const notes = [{ text: `first VRID ${vrid} here`, at: placeOf(`/vrrpInstances/${first}/vrid`) }];
      const fields = { vrid, interface: carrier, family: familyName(family) };
      report(catalog.duplicate_vrid(placeOf(`/vrrpInstances/${i}/vrid`), fields, { notes }));
    }
  });
}
