// Finds code blocks in Markdown and what is said about them. Plain text in, plain data out: nothing is run here.
// A block is run when its language is ts, js or sh. A `text` block directly after it holds what it prints.
// A block that begins with `npm ci`, or is marked "sh no-run: REASON", is not run.

export interface Block {
  /** What comes after the opening fence, such as `sh` or `sh no-run: takes an hour`. */
  readonly info: string;
  readonly language: string;
  readonly code: string;
  /** Line of the opening fence, counted from 1. */
  readonly line: number;
  /** The `text` block that directly follows. */
  readonly output: Block | undefined;
  /** Lines of the code in the file: from `first` up to, not including, `end`; counted from 0. */
  readonly first: number;
  readonly end: number;
}

/** All fenced blocks of a document, in order. */
export function findBlocks(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const info = /^```(\S.*)?$/.exec(lines[at]);
    if (info === null) continue;
    const end = lines.findIndex((line, i) => i > at && line === '```');
    if (end < 0) throw new Error(`the block at line ${at + 1} does not end`);
    const code = lines.slice(at + 1, end).join('\n');
    const text = info[1] ?? '';
    const block = {
      info: text,
      language: text.split(' ')[0],
      code,
      line: at + 1,
      output: undefined,
      first: at + 1,
      end,
    };
    const before = blocks[blocks.length - 1];
    const adjacent = before !== undefined && lines.slice(before.end + 1, at).every((line) => line.trim() === '');
    if (block.language === 'text' && adjacent) blocks[blocks.length - 1] = { ...before, output: block };
    blocks.push(block);
    at = end;
  }
  return blocks;
}

/** The reason why a block is not run; undefined if it is. */
export function whyNotRun({ info, code, language }: Block): string | undefined {
  const reason = / no-run: (\S.*)$/.exec(info);
  if (reason !== null) return reason[1];
  if (language === 'sh' && /^npm ci\b/.test(code)) return 'it installs the project';
  return undefined;
}

/** The document with the code of some blocks replaced. */
export function replaceBlocks(markdown: string, changes: ReadonlyMap<Block, string>): string {
  const lines = markdown.split('\n');
  const order = [...changes].sort(([a], [b]) => b.first - a.first);
  for (const [block, text] of order) lines.splice(block.first, block.end - block.first, ...text.split('\n'));
  return lines.join('\n');
}

/** Replaces what stands between `<!-- NAME: ... -->` and `<!-- end NAME -->`; undefined when there is no such place. */
export function replaceSection(markdown: string, name: string, text: string): string | undefined {
  const place = new RegExp(`(<!-- ${name}:[^>]*-->\n).*?(<!-- end ${name} -->)`, 's');
  return place.test(markdown) ? markdown.replace(place, (_, open, close) => `${open}${text}\n${close}`) : undefined;
}

/** Targets of links, without those that lead out of the project. */
export function localLinks(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]).filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that a document's headings make. */
export function anchors(markdown: string): Set<string> {
  const prose = markdown.replace(/^```.*?^```$/gms, '');
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-');
  return new Set([...prose.matchAll(/^#+ (.*)$/gm)].map((match) => slug(match[1])));
}
