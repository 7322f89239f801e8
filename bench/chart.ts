// The chart: one row per kernel and program, one mark per engine at its time divided by ours, on a logarithmic axis.
// Written as SVG by hand: a chart library would be a hundred times the size of this file.
import { median, type Series } from './pairs.ts';
import type { Report } from './report.ts';

const [ROW, LEFT, RIGHT, TOP, WIDTH] = [20, 190, 24, 74, 860];
const COLORS: Readonly<Record<string, string>> = {
  wasm3: '#c2410c',
  toywasm: '#7c3aed',
  native: '#15803d',
  polywasm: '#0369a1',
  webassemblyjs: '#a16207',
  prototype: '#6b7280',
};

interface Mark {
  readonly engine: string;
  /** The engine's time divided by ours, or a bound of the middle half. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

function marksOf(all: readonly Series[], work: string): Mark[] {
  const good = all.filter((one) => one.work === work && one.failed === undefined);
  return good.map(({ engine, ratios }) => {
    const inverse = ratios.map((ratio) => 1 / ratio);
    return { engine, at: median(inverse), from: Math.min(...inverse), to: Math.max(...inverse) };
  });
}

/** The chart as SVG text. */
export function chart({ kernels, programs, machine }: Report): string {
  const all = [...kernels, ...programs];
  const rows = [...new Set(all.map((one) => one.work))].map((work) => ({ work, marks: marksOf(all, work) }));
  const values = rows.flatMap((row) => row.marks.flatMap((mark) => [mark.from, mark.to]));
  const low = Math.floor(Math.log10(Math.min(0.5, ...values)));
  const high = Math.ceil(Math.log10(Math.max(2, ...values)));
  const x = (value: number): number => LEFT + ((Math.log10(value) - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + rows.length * ROW;
  const engines = [...new Set(all.map((one) => one.engine))];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 44}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${bottom + 44}" fill="#ffffff"/>`,
    text(12, 20, 'Time of other engines, ours = 1', ' font-size="15" font-weight="bold"'),
    text(12, 38, `${machine.cpu}; Node ${machine.node}; ${machine.date}`, ' fill="#555555"'),
    ...legend(engines),
    ...axis(low, high, x, bottom),
  ];
  rows.forEach(({ work, marks }, i) => {
    const y = TOP + i * ROW + ROW / 2;
    parts.push(text(LEFT - 10, y + 4, work, ' text-anchor="end"'));
    for (const { engine, at, from, to } of marks) {
      const color = COLORS[engine] ?? '#000000';
      parts.push(`<line x1="${n(x(from))}" x2="${n(x(to))}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"/>`);
      const title = `<title>${escaped(`${work}, ${engine}: ${at.toPrecision(3)}`)}</title>`;
      parts.push(`<circle cx="${n(x(at))}" cy="${y}" r="4.5" fill="${color}">${title}</circle>`);
    }
  });
  parts.push(text(LEFT, bottom + 36, '\u2190 faster than we are', ' fill="#555555"'));
  parts.push(text(WIDTH - RIGHT, bottom + 36, 'slower than we are \u2192', ' fill="#555555" text-anchor="end"'));
  return `${parts.join('\n')}\n</svg>\n`;
}

/** Grid lines and numbers at the powers of ten, and a strong line at 1. */
function axis(low: number, high: number, x: (value: number) => number, bottom: number): string[] {
  const parts: string[] = [];
  for (let power = low; power <= high; power++) {
    const at = n(x(10 ** power));
    const look = power === 0 ? 'stroke="#111111" stroke-width="1.5"' : 'stroke="#dddddd"';
    parts.push(`<line x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}" ${look}/>`);
    parts.push(
      text(Number(at), bottom + 16, power < 0 ? `1/${10 ** -power}` : String(10 ** power), ' text-anchor="middle"'),
    );
  }
  return parts;
}

function legend(engines: readonly string[]): string[] {
  return engines.flatMap((engine, i) => {
    const at = 16 + i * 120;
    return [`<circle cx="${at}" cy="56" r="4.5" fill="${COLORS[engine] ?? '#000000'}"/>`, text(at + 10, 60, engine)];
  });
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function n(value: number): string {
  return value.toFixed(1);
}
