// Short form of `npm run attack`: some of the cases of each part, with the same bounds.
import { expect, test } from 'vitest';
import { attack, share } from './attack.ts';
import { allSnippets } from './instructions.ts';
import { withoutSnippet } from './snippets.ts';
import { INSTRUCTIONS } from '../../src/syntax/instructions.ts';

test('each instruction is tried', () => {
  expect(withoutSnippet()).toEqual([]);
  const names = INSTRUCTIONS.map(({ name }) => name);
  expect(names.filter((name) => !allSnippets().has(name))).toEqual([]);
});

test('cases that are too dear, end their process or fail are told, and those behind them are measured', async () => {
  const { broken, worst } = await attack('canaries', { seed: 1, loop: 'switch', short: true }, { repeats: 1 });
  expect(broken.map(({ result }) => result.name).sort()).toEqual(['ends its process', 'throws', 'too dear']);
  expect(broken.find(({ result }) => result.name === 'ends its process')?.figure.note).toContain('SIGABRT');
  expect(broken[0].command).toContain('npm run attack -- --part canaries --loop switch --seed 1 --only');
  const held = worst.filter(({ figure }) => share(figure) <= 1).map(({ result }) => result.name);
  expect(held.sort()).toEqual(['after all of these', 'cheap']);
});

test.each([
  ['instructions', 'switch'],
  ['ops', 'closures'],
  ['operations', 'switch'],
  ['strings', 'switch'],
  ['stops', 'closures'],
  ['system-calls', 'switch'],
  ['time-outs', 'switch'],
  ['allocators', 'switch'],
  ['loading', 'switch'],
] as const)('guests keep within the bounds that are promised: %s, %s', async (part, loop) => {
  const { broken } = await attack(part, { seed: 1, loop, short: true });
  expect(broken).toEqual([]);
});
