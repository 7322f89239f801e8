// The standing attack: whatever an instruction, an op or a module may cost beyond its bounds is found here.
//   npm run attack -- [--part NAME] [--only CASE] [--match WORD] [--seed N] [--loop switch|closures|both] [--short] [--top N] [--list]
// Prints progress, the worst of each part, and each case that is above its bound with the command that repeats it. Exit
// code 1 where there is one. CPU time, not time of the clock; a case above a bound is measured again, and the least counts.
import { parseArgs } from 'node:util';
import { attack, type Broken, PART_NAMES, share, type Shown } from './attack.ts';

/** Between two lines of progress, where they go to no terminal. */
const SECONDS = 20;

const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true },
    only: { type: 'string' },
    match: { type: 'string' },
    seed: { type: 'string', default: '1' },
    loop: { type: 'string', default: 'both' },
    short: { type: 'boolean', default: false },
    top: { type: 'string', default: '12' },
    list: { type: 'boolean', default: false },
  },
});

const unknown = values.part?.find((one) => !PART_NAMES.includes(one));
if (unknown !== undefined) throw new TypeError(`there is no part ${unknown}; there are ${PART_NAMES.join(', ')}`);
const loops = values.loop === 'both' ? (['switch', 'closures'] as const) : [values.loop as 'switch' | 'closures'];

const line = ({ result, figure, loop }: Shown): string =>
  `  ${(share(figure) * 100).toFixed(0).padStart(5)} %  ${result.name} (${loop}, ${figure.what}): ${shown(figure.value)} ${figure.unit}  ${figure.note}`;
const shown = (value: number): string => (value === Number.MAX_VALUE ? '' : value.toPrecision(3));

let count = 0;
let told = Date.now();
const progress = (name: string, isAbove = false): void => {
  count++;
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${count} ${name.slice(0, 100)}`);
  if (isAbove) console.error(`${name} is above a bound, and will be measured again`);
  else if (!process.stderr.isTTY && Date.now() - told > SECONDS * 1000) {
    told = Date.now();
    console.error(`${count} cases: ${name}`);
  }
};

const all: Broken[] = [];
for (const part of PART_NAMES) {
  if (values.part !== undefined && !values.part.includes(part)) continue;
  for (const loop of loops) {
    const settings = { seed: Number(values.seed), loop, short: values.short };
    const { worst, broken, names } = await attack(part, settings, {
      only: values.only,
      match: values.match,
      list: values.list,
      progress,
      top: Number(values.top),
    });
    if (names.length === 0) continue;
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    if (values.list) console.log(names.map((name) => `${part}: ${name}`).join('\n'));
    else
      console.log(
        `${part} (${loop}): ${names.length} cases; the worst, in parts of the bound\n${worst.map(line).join('\n')}`,
      );
    all.push(...broken);
    // The loop makes no difference to what a text takes.
    if (part === 'loading') break;
  }
}
for (const one of all) {
  console.log(`BROKEN ${one.part}: ${line(one).trim()}\n  ${one.command}`);
}
console.log(all.length === 0 ? 'no bound is broken' : `${all.length} bounds are broken`);
process.exitCode = all.length === 0 ? 0 : 1;
