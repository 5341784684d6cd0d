import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openArena } from './arena.ts';
test('try', async () => {
  const a = await openArena(readFileSync('/tmp/malformed/w/m.conf', 'utf8'));
  try {
    const p = { version: 2, type: 1, vrid: 51, priority: 150, addresses: ['10.0.0.240'], interval: 1, auth: { type: 1, password: '1111' }, ttl: 255 };
    const t0 = performance.now();
    console.log(await a.status(), performance.now() - t0);
    await a.statusWhere('master', (s) => s.state === 'MASTER');
    await a.sender.send([{ ...p, length: 0 }, { ...p, length: 1 }, { ...p, length: 1400 }, { ...p, ttl: 64 }]);
    console.log(await a.status(), a.sender.heard);
    for (let i = 0; i < 6; i++) {
      const t = performance.now();
      await a.sender.flood({ count: 20000, vrid: 51, head: 0x21 });
      console.log(a.residentKilobytes(), performance.now() - t);
    }
    await a.sender.send([p]);
    const s = await a.status();
    console.log(s, a.sender.heard.length, a.log());
  } finally { await a.close(); }
  expect(1).toBe(1);
});
