// The public entry `wasmi-ts/trace`: what a program does, instruction by instruction.
// A Tracer writes lines; a Monitor of one's own sees the same events. docs/tracing.md
export type { Monitor, ProbeEvent } from '../interpreter/threads/probe.ts';
export type { FrameLocals, Probe } from '../runtime/probes.ts';
export { JSON_VERSION } from './json.ts';
export { type TraceKind, Tracer, type TracerOptions } from './tracer.ts';
