/** Random numbers by name: each part of a simulated cluster draws from a generator of its own, which depends on the seed and
 *  on the name of the part and on nothing else. So a cluster that has lost a part goes on as it did before with the rest. */
import { type Prng, prng } from '../base/prng.ts';

/** FNV-1a of the name, 32 bits without sign. */
export function nameSeed(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export const prngFor = (seed: number, name: string): Prng => prng(nameSeed(`${seed} ${name}`));
