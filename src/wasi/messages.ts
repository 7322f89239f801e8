// The texts of the WASI layer's own errors: wrong configuration and wrong use. What a guest does wrong has no text,
// only an error number.

export function refuseNul(what: string, text: string): string {
  return `invalid ${what}: ${JSON.stringify(text)} contains a NUL character, which ends a string in WASI`;
}

export function refuseEnvironmentName(name: string): string {
  return `invalid environment variable: the name ${JSON.stringify(name)} must not be empty or contain "="`;
}

export function noMemory(): string {
  return 'no memory: call bind({ memory }) or start(instance) before the guest makes system calls; the instance must export a memory named "memory"';
}

export function noEntry(name: string): string {
  return `unknown export: the instance exports no function ${JSON.stringify(name)}`;
}
