// Arms for throwing and catching, and for the legacy form of it. A module has one form only.
import { EXNREF, I32, type ValType } from '../syntax/types.ts';
import type { Arms } from './arm.ts';
import type { Body } from './body.ts';
import { either, leaving } from './control-arms.ts';
import { type Genome, childOf } from './genome.ts';

type Wanted = ValType | undefined;

const always = (): boolean => true;
const list = (t: Wanted): readonly ValType[] => (t === undefined ? [] : [t]);

function throws(body: Body, t: Wanted, g: Genome): void {
  leaving(body, t, g, false, () => {
    const tag = body.layout.tag(g.k >> 3);
    body.values(body.layout.tagParams(tag), g);
    body.op1(0x08, tag);
  });
}

function throwRef(body: Body, t: Wanted, g: Genome): void {
  leaving(body, t, g, false, () => {
    body.op1(0x20, body.local(EXNREF, g.k >> 3));
    body.op(0x0a);
  });
}

/** A throw under a condition, of the tag that handlers of the same genome catch. */
function throwIf(body: Body, g: Genome): void {
  body.value(I32, childOf(g, 1));
  body.block(0x04, [], [], () => {
    const tag = body.layout.tag(g.k >> 4);
    body.values(body.layout.tagParams(tag), childOf(g, 2));
    body.op1(0x08, tag);
  });
}

/** `throwIf` within a try of its own, whose handler is for another tag: handlers further out have to catch it. */
function throwPast(body: Body, g: Genome): void {
  const { layout } = body;
  const other = layout.tag((g.k >> 4) + 1);
  const caught = layout.tagParams(other);
  if (layout.legacy) {
    body.open(0x06, [], []);
    throwIf(body, g);
    body.op1(0x07, other);
    body.setLocals(caught, g.k);
    body.end();
    return;
  }
  body.block(0x02, [], caught, () => {
    body.op(0x1f);
    body.blockType([], []);
    body.out.bytes(Uint8Array.of(1, 0, other, 0));
    body.labels.push({ types: [], kind: 'block' });
    throwIf(body, g);
    body.end();
    body.values(caught, childOf(g, 2));
  });
  body.setLocals(caught, g.k);
}

/** What is tried: a throw, half of the time. */
function attempt(body: Body, t: Wanted, g: Genome): void {
  if (g.k % 2 === 0) {
    if ((g.n >> 12) % 3 === 0) throwPast(body, g);
    else throwIf(body, g);
  }
  either(body, t, childOf(g, 0));
}

/** What comes after a try: sometimes a throw that it must not catch. */
function afterTry(body: Body, g: Genome): void {
  if ((g.n >> 8) % 4 === 0 && !body.layout.options.trapFree) throwIf(body, g);
}

/** `block handler (try_table (catch ... handler) attempt; br out) end; values of the handler into locals; t`. */
function tryTable(body: Body, t: Wanted, g: Genome): void {
  const { layout } = body;
  const kind = (g.k >> 2) % 4;
  const tag = kind < 2 ? layout.tag(g.k >> 4) : -1;
  const caught = [...(kind < 2 ? layout.tagParams(tag) : []), ...(kind % 2 === 1 ? [EXNREF] : [])];
  body.block(0x02, [], list(t), () => {
    body.block(0x02, [], caught, () => {
      body.op(0x1f);
      body.blockType([], list(t));
      const second = (g.k >> 9) % 4 === 0 && kind === 0;
      body.out.u32(second ? 2 : 1);
      for (let i = 0; i < (second ? 2 : 1); i++) {
        body.out.byte(kind);
        if (kind < 2) body.out.u32(tag);
        body.out.u32(0);
      }
      body.labels.push({ types: list(t), kind: 'block' });
      attempt(body, t, g);
      body.end();
      afterTry(body, g);
      body.op1(0x0c, 1);
    });
    body.setLocals(caught, g.k >> 6);
    either(body, t, childOf(g, 3));
  });
}

function legacyTry(body: Body, t: Wanted, g: Genome): void {
  const { layout } = body;
  body.open(0x06, [], list(t));
  attempt(body, t, g);
  const handlers = (g.k >> 2) % 3;
  const inside = (): void => {
    body.labels[body.labels.length - 1] = { types: list(t), kind: 'catch' };
    if ((g.k >> 11) % 4 === 0) rethrow(body, undefined, childOf(g, 2));
    either(body, t, childOf(g, 3));
  };
  if (handlers !== 1) {
    const tag = layout.tag(g.k >> 4);
    body.op1(0x07, tag);
    body.setLocals(layout.tagParams(tag), g.k >> 6);
    inside();
  }
  if (handlers !== 0) {
    body.op(0x19);
    inside();
  }
  body.end();
  afterTry(body, g);
}

/** Hands exceptions to a try further out, or to the caller. */
function delegate(body: Body, t: Wanted, g: Genome): void {
  body.open(0x06, [], list(t));
  attempt(body, t, g);
  body.labels.pop();
  body.op1(0x18, (g.k >> 4) % body.labels.length);
}

function rethrow(body: Body, t: Wanted, g: Genome): void {
  const place = body.labels.map(({ kind }) => kind).lastIndexOf('catch');
  if (place < 0) {
    leaving(body, t, g, false, () => catchAndRethrow(body, g));
    return;
  }
  leaving(body, t, g, false, () => body.op1(0x09, body.labels.length - 1 - place));
}

/** `try (throw) catch_all (rethrow) end`, and nothing comes after it. */
function catchAndRethrow(body: Body, g: Genome): void {
  const tag = body.layout.tag(g.k >> 3);
  body.open(0x06, [], []);
  body.values(body.layout.tagParams(tag), g);
  body.op1(0x08, tag);
  body.op(0x19);
  body.op1(0x09, 0);
  body.end();
  body.op(0x00);
}

export const EXCEPTION_ARMS = {
  try: { group: 'exception', gives: always, emit: legacyTry },
  throw: { group: 'branch', gives: always, emit: throws, traps: true },
  rethrow: { group: 'exception', gives: always, emit: rethrow, traps: true },
  throw_ref: { group: 'branch', gives: always, emit: throwRef, traps: true },
  delegate: { group: 'exception', gives: always, emit: delegate },
  try_table: { group: 'exception', gives: always, emit: tryTable },
} satisfies Arms;
