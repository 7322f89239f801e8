// The options that say what of this machine's network a program may use. Without one it can make no sockets.
import { networkRules, type NetworkRules } from '../wasi/host/policy.ts';
import { neverLookedUp, whyNoRule } from './network-errors.ts';
import { flag, type Options, type OptionSpecs, valued } from './options.ts';

/** What each option is a rule of. */
const RULES = { 'allow-connect': 'connect', 'allow-bind': 'bind', 'allow-resolve': 'resolve' } as const;

export const NETWORK_OPTIONS: OptionSpecs = {
  net: flag('let it connect to all of the internet, and look up names; not to this machine, nor to local networks'),
  'allow-connect': valued(
    'TARGET[:PORT]',
    'let it connect and send there: an address, a CIDR, a name, private, loopback',
  ),
  'allow-bind': valued('ADDRESS[:PORT]', 'let it listen and receive there: an address, a CIDR, loopback'),
  'allow-resolve': valued('NAME', 'let it look up NAME; *.NAME: all below it; *: all'),
};

/** Undefined: none of the options is given. Throws UsageError. */
export function networkOptions(options: Options): NetworkRules | undefined {
  const rules: Record<(typeof RULES)[keyof typeof RULES], string[]> = { connect: [], bind: [], resolve: [] };
  if (options.has('net')) {
    rules.connect.push('public');
    rules.resolve.push('*');
  }
  for (const { name, value } of options.each('allow-connect', 'allow-bind', 'allow-resolve')) {
    const kind = RULES[name as keyof typeof RULES];
    try {
      networkRules({ [kind]: [value] }, name);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw options.usage(`--${name} ${value === '' ? "''" : value}: ${whyNoRule(kind, value)}`);
    }
    const useless = kind === 'resolve' ? neverLookedUp(value) : undefined;
    if (useless !== undefined) throw options.usage(`--${name} ${value}: ${useless}`);
    rules[kind].push(value);
  }
  return Object.values(rules).some(({ length }) => length > 0) ? rules : undefined;
}
