// A child process of the attack: child.mjs PART SETTINGS, names of cases on standard input; a line of figures for each.
// It is bundled, with the engine in it.
import { readFileSync } from 'node:fs';
import { useLoop } from '../../src/closures.ts';
import type { Settings } from './part.ts';
import { PARTS } from './parts.ts';

const [, , part, settingsText] = process.argv;
const settings = JSON.parse(settingsText) as Settings;
const names = JSON.parse(readFileSync(0, 'utf8')) as string[];
useLoop(settings.loop);
for (const name of names) {
  const figures = await PARTS[part].measure(name, settings);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
// Whatever a case has left running.
process.exitCode = 0;
