/** AGENT_CHECK against scripted agents, and what its words do to a server in the pool. */
import { describe, expect, test } from 'vitest';
import { instant, micros, seconds } from '../../../src/base/units.ts';
import { step } from '../../../src/checks/core/node.ts';
import { emptyNode } from '../../../src/checks/core/node-state.ts';
import { effectiveWeight, isPooled } from '../../../src/checks/core/pool.ts';
import { AGENT_LINE_MAX } from '../../../src/checks/probes/agent.ts';
import { closedPort, serveRaw, startTestProbe } from '../loopback.ts';
import { agentChecker, realServer, target, virtualServer } from '../model.ts';

const said = (line: string) => ({ kind: 'agent_said', line });
const check = (port: number, send: string | null = null) =>
  startTestProbe(agentChecker(target('127.0.0.1', port), { send }));

test('one line is taken, with its end or without', async () => {
  const whole = await serveRaw((socket) => socket.end('up 75%\r\nmaint\n'));
  expect(await check(whole.port).result).toEqual(said('up 75%'));
  const cut = await serveRaw((socket) => socket.end('75%'));
  expect(await check(cut.port).result).toEqual(said('75%'));
});

test('agent_send is said first, as a line', async () => {
  const agent = await serveRaw((socket) => socket.once('data', (data) => socket.end(`# ${data}`)));
  expect(await check(agent.port, 'weight?').result).toEqual(said('# weight?'));
});

describe('an agent is not heard that', () => {
  const unheard = (why: string) => ({ kind: 'unheard', why });

  test('does not listen', async () => {
    expect(await check(await closedPort()).result).toEqual(unheard('connection failed: ECONNREFUSED'));
  });

  test('closes without a word', async () => {
    const agent = await serveRaw((socket) => socket.end());
    expect(await check(agent.port).result).toEqual(unheard('it closed without a word'));
  });

  test('sends a line without end', async () => {
    const agent = await serveRaw((socket) => socket.write('x'.repeat(AGENT_LINE_MAX + 1)));
    expect(await check(agent.port).result).toEqual(unheard('its line does not end'));
  });

  test('says nothing in time', async () => {
    let connected = (): void => {};
    const connection = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const agent = await serveRaw((socket) => {
      socket.write('7', () => connected());
    });
    const probe = check(agent.port);
    await connection;
    await new Promise((resolve) => setImmediate(resolve));
    probe.pass(seconds(5));
    expect(await probe.result).toMatchObject({ kind: 'unheard' });
  });
});

describe('in the pool', () => {
  /** What the server weighs after each of these, null = not in the table; `-` is an agent that was not heard. */
  function weights(...answers: string[]): (number | null)[] {
    const checker = agentChecker(target('10.0.0.2', 7777), { warmup: micros(0) });
    const service = virtualServer('10.0.0.1', 80, [
      realServer('10.0.0.2', 80, { weight: 4, checkers: [checker] }),
    ]);
    let time = 0;
    let [state] = step(emptyNode(1), { kind: 'config_changed', virtualServers: [service] }, instant(time));
    return answers.map((answer) => {
      time += 60_000_000;
      const [launched, actions] = step(state, { kind: 'deadline_reached' }, instant(time));
      const id = actions.flatMap((action) => (action.kind === 'launch_probe' ? [action.checker] : []))[0];
      if (id === undefined) throw new Error('no probe was due');
      const result =
        answer === '-'
          ? ({ kind: 'unheard', why: 'test' } as const)
          : ({ kind: 'agent_said', line: answer } as const);
      [state] = step(launched, { kind: 'probe_finished', checker: id, result }, instant(time));
      const [running] = [...state.services.values()];
      const [server] = [...(running?.servers.values() ?? [])];
      if (running === undefined || server === undefined) throw new Error('the server is gone');
      return isPooled(running, server) ? effectiveWeight(running, server) : null;
    });
  }

  test('the weight follows the percentage', () => {
    expect(weights('75%', '50%', '100%', '1%', '0%')).toEqual([3, 2, 4, 1, 0]);
  });

  test('drain keeps the server at weight 0, maint takes it out, ready brings back what was said last', () => {
    expect(weights('50%', 'drain', '75%', 'maint', 'ready')).toEqual([2, 0, 0, null, 3]);
  });

  test('down takes it out at once, until up', () => {
    expect(weights('up', 'down # disk', '100%', 'up')).toEqual([4, null, null, 4]);
  });

  test('an agent that is not heard changes nothing, whatever it said last', () => {
    expect(weights('-', '50%', '-', 'down', '-', 'nonsense')).toEqual([4, 2, 2, null, null, null]);
  });
});
