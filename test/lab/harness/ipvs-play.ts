/** Plays with the real IPVS kernel, from within the lab: its table is emptied before and after. */
import { createIpvsKernel, type IpvsControl } from '../../../src/ipvs/shell/kernel.ts';

export function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

export function withKernel<T>(play: (kernel: IpvsControl) => T): T {
  const kernel = must(createIpvsKernel());
  must(kernel.flush());
  try {
    return play(kernel);
  } finally {
    kernel.flush();
    kernel.close();
  }
}
