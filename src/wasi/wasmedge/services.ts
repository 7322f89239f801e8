// Services by name: the port of each, as most systems know them. https://www.iana.org/assignments/service-names-port-numbers
// Hosts in JavaScript have no list that could be asked.

// biome-ignore format: a table
const PORTS: ReadonlyMap<string, number> = new Map([
  ['echo', 7], ['discard', 9], ['daytime', 13], ['ftp-data', 20], ['ftp', 21], ['ssh', 22], ['telnet', 23], ['smtp', 25],
  ['time', 37], ['domain', 53], ['tftp', 69], ['http', 80], ['www', 80], ['kerberos', 88], ['pop3', 110], ['ntp', 123],
  ['imap', 143], ['imap2', 143], ['snmp', 161], ['irc', 194], ['ldap', 389], ['https', 443], ['submissions', 465],
  ['submission', 587], ['ldaps', 636], ['imaps', 993], ['pop3s', 995], ['mqtt', 1883], ['mysql', 3306],
  ['postgresql', 5432], ['http-alt', 8080],
]);

const MAX_PORT = 65_535;

/** The port that a number in decimal digits says. */
export function portNumber(text: string): number | undefined {
  if (text === '' || text.length > 5) return undefined;
  for (let i = 0; i < text.length; i++) if (text[i] < '0' || text[i] > '9') return undefined;
  const port = Number(text);
  return port <= MAX_PORT ? port : undefined;
}

/** The port of a service that is given by name or number; undefined for unknown ones. */
export function portOf(service: string): number | undefined {
  return portNumber(service) ?? PORTS.get(service.toLowerCase());
}
