// Cases that break bounds on purpose, so that it shows that the attack tells of such ones.
import { cpu, type Part, perUnit } from './part.ts';

function spin(milliseconds: number): void {
  for (const end = cpu() + milliseconds; cpu() < end; );
}

const CASES = new Map<string, () => void>([
  ['cheap', () => undefined],
  ['too dear', () => spin(30)],
  ['ends its process', () => process.kill(process.pid, 'SIGABRT')],
  ['throws', () => JSON.parse('{')],
  ['after all of these', () => undefined],
]);

export const CANARIES: Part = {
  cases: () => [...CASES.keys()],
  measure: (name) => {
    const before = cpu();
    CASES.get(name)?.();
    return [perUnit('canary', cpu() - before, 10, '')];
  },
};
