/** A model as a person writes it in JSON or YAML names what is meant and leaves the rest out; this fills in the rest.
 *  The defaults are those of keepalived.conf, taken from the model of a text that gives as little as possible.
 *  Nothing is checked: what has a wrong shape stays as it is and is found by the schema. */
import type { Config } from '../model/config.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A configuration with one of each kind, from which everything that is not a default is left out. */
export const TEMPLATE_TEXT = `
vrrp_script S {
    script "/bin/true"
}
track_file F {
    file /tmp/f
}
vrrp_track_process P {
    process p
}
bfd_instance B {
    neighbor_ip 192.0.2.1
}
vrrp_instance V4 {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1
    }
}
vrrp_instance V6 {
    interface eth0
    virtual_router_id 2
    virtual_ipaddress {
        2001:db8::1
    }
}
vrrp_sync_group G {
    group {
        V4
        V6
    }
}
virtual_server 192.0.2.1 80 {
    protocol TCP
    real_server 192.0.2.2 80 {
        TCP_CHECK {
        }
        HTTP_GET {
            url {
                path /
            }
        }
        BFD_CHECK {
            name B
        }
        MISC_CHECK {
            misc_path "/bin/true"
        }
        MYSQL_CHECK {
        }
        PGSQL_CHECK {
        }
        REDIS_CHECK {
        }
        GRPC_CHECK {
        }
        AGENT_CHECK {
        }
    }
}
`;

/** `template` is the model of TEMPLATE_TEXT. */
export function completeDocument(document: unknown, template: Config): unknown {
  if (!isObject(document)) return document;
  const [v4, v6] = template.vrrpInstances;
  const [service] = template.virtualServers;
  return {
    ...document,
    global: merge(template.global, document['global']),
    vrrpInstances: each(document['vrrpInstances'], (instance) =>
      completeInstance(instance, fieldsOf(hasFamily6(instance) ? v6 : v4)),
    ),
    vrrpSyncGroups: each(document['vrrpSyncGroups'], (group) =>
      merge(without(fieldsOf(template.vrrpSyncGroups[0]), 'name', 'members'), group),
    ),
    statics: merge(template.statics, document['statics']),
    vrrpScripts: each(document['vrrpScripts'], (script) =>
      completeCommands(merge(without(fieldsOf(template.vrrpScripts[0]), 'name', 'command'), script)),
    ),
    trackFiles: each(document['trackFiles'], (file) =>
      merge(without(fieldsOf(template.trackFiles[0]), 'name', 'path'), file),
    ),
    trackProcesses: each(document['trackProcesses'], (tracked) =>
      merge(without(fieldsOf(template.trackProcesses[0]), 'name', 'command'), tracked),
    ),
    bfdInstances: each(document['bfdInstances'], (session) =>
      merge(without(fieldsOf(template.bfdInstances[0]), 'name', 'neighbour'), session),
    ),
    virtualServers: each(document['virtualServers'], (given) => completeService(given, fieldsOf(service))),
  };
}

function completeInstance(instance: Fields, template: Fields): unknown {
  const base = without(template, 'name', 'interface', 'vrid', 'virtualAddresses', 'advertInterface');
  const [address] = arrayOf(template['virtualAddresses']);
  const addresses = (list: unknown) =>
    each(list, (entry) =>
      merge(
        { ...without(fieldsOf(address), 'address', 'interface'), interface: instance['interface'] },
        { ...prefixOf(entry), ...entry },
      ),
    );
  const excluded = instance['excludedAddresses'];
  return completeCommands(
    merge(base, {
      advertInterface: instance['interface'],
      ...instance,
      virtualAddresses: addresses(instance['virtualAddresses']),
      ...(excluded === undefined ? {} : { excludedAddresses: addresses(excluded) }),
    }),
  );
}

/** An address without a length is a host. */
const prefixOf = ({ address }: Fields): Fields => ({
  prefixLength: typeof address === 'string' && address.includes(':') ? 128 : 32,
});

function completeService(service: Fields, template: Fields): unknown {
  const base = without(template, 'match', 'realServers');
  const match = isObject(service['match']) ? completeMatch(service['match']) : service['match'];
  const port = isObject(match) ? (match['kind'] === 'group' ? 0 : match['port']) : undefined;
  const [server] = arrayOf(template['realServers']);
  const sorry = service['sorryServer'];
  const sorryServer = isObject(sorry)
    ? { port, inhibit: false, ...sorry, forwarding: forwarding(sorry['forwarding'] ?? { kind: 'nat' }) }
    : sorry;
  return completeCommands({
    ...base,
    ...service,
    match,
    ...(sorry === undefined ? {} : { sorryServer }),
    realServers: each(service['realServers'], (given) => completeServer(given, fieldsOf(server), port)),
  });
}

function completeMatch(match: Fields): Fields {
  const { entries, protocol = 'tcp' } = match;
  if (entries !== undefined) {
    const complete = (entry: Fields): Fields => completeMatch({ protocol, ...entry });
    return { kind: 'group', index: 0, protocol, ...match, entries: each(entries, complete) };
  }
  return match['mark'] === undefined
    ? { kind: 'address', protocol: 'tcp', ...match }
    : { ...without({ kind: 'fwmark', family: 'inet', ...match }, 'protocol') };
}

function completeServer(server: Fields, template: Fields, servicePort: unknown): unknown {
  const base = without(template, 'address', 'port', 'checkers');
  const port = server['port'] ?? servicePort;
  const templates = arrayOf(template['checkers']);
  const checkers = each(server['checkers'] ?? [], (checker) => {
    const like = fieldsOf(templates.find((each) => isObject(each) && each['kind'] === checker['kind']));
    return completeChecker(checker, like, { address: server['address'], port });
  });
  return completeCommands({
    ...merge(base, server),
    port,
    forwarding: forwarding(server['forwarding'] ?? base['forwarding']),
    checkers,
  });
}

/** `target` is where the server itself is. */
function completeChecker(checker: Fields, template: Fields, target: Fields): unknown {
  const base = without(template, 'urls', 'command', 'target', 'session');
  const [url] = arrayOf(template['urls']);
  const given = isObject(checker['target']) ? checker['target'] : {};
  return completeCommands({
    ...base,
    ...checker,
    ...(template['target'] === undefined
      ? {}
      : { target: { ...fieldsOf(template['target']), ...target, ...given } }),
    ...(checker['urls'] === undefined
      ? {}
      : { urls: each(checker['urls'], (entry) => merge(without(fieldsOf(url), 'path'), entry)) }),
  });
}

const forwarding = (given: unknown): unknown =>
  isObject(given) && given['kind'] === 'tun'
    ? { encapsulation: 'ipip', port: 0, checksum: 'none', ...given }
    : given;

const COMMANDS = ['command', 'quorumUp', 'quorumDown', 'notifyUp', 'notifyDown'];

/** A command without a user runs as the one of the daemon's configuration. */
function completeCommands(fields: Fields): Fields {
  const known = COMMANDS.filter((name) => isObject(fields[name]));
  return { ...fields, ...Object.fromEntries(known.map((name) => [name, withUser(fields[name])])) };
}

const withUser = (command: unknown): unknown => (isObject(command) ? { user: null, ...command } : command);

const hasFamily6 = (instance: Fields): boolean => {
  const [first] = arrayOf(instance['virtualAddresses']);
  const address = isObject(first) ? first['address'] : undefined;
  return instance['family'] === 'inet6' || (typeof address === 'string' && address.includes(':'));
};

/** `over` wins; objects are joined unless they are of different kinds. */
function merge(base: Fields, over: unknown): Fields;
function merge(base: unknown, over: unknown): unknown;
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isObject(base) || !isObject(over)) return over;
  if (over['kind'] !== undefined && over['kind'] !== base['kind']) return over;
  const joined: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) joined[name] = merge(base[name], value);
  return joined;
}

const each = (list: unknown, complete: (entry: Fields) => unknown): unknown =>
  list === undefined
    ? []
    : Array.isArray(list)
      ? list.map((entry: unknown) => (isObject(entry) ? complete(entry) : entry))
      : list;

const without = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
