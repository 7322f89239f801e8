// The virtual network port: bridges, addresses, routes. None of it is built.
import { type Chapter, chapter } from './chapter.ts';

// biome-ignore format: a table
const TABLE = {
  port_bridge:       'network:string token:string security:stream_security',
  port_unbridge:     '',
  port_dhcp_acquire: '',
  port_addr_add:     'addr:ptr',
  port_addr_remove:  'addr:ptr',
  port_addr_clear:   '',
  port_mac:          'mac:ptr',
  port_addr_list:    'addrs:ptr naddrs:ptr',
  port_gateway_set:  'addr:ptr',
  port_route_add:    'cidr:ptr via_router:ptr preferred_until:ptr expires_at:ptr',
  port_route_remove: 'cidr:ptr',
  port_route_clear:  '',
  port_route_list:   'routes:ptr nroutes:ptr',
} as const;

export function ports(): Chapter[] {
  return [chapter(TABLE, {})];
}
