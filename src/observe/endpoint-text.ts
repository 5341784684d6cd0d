/** `192.168.100.8:80`, `[2001:db8::8]:80`: a real server's name in metrics and in `vipctl status`; pure. */
export const endpointText = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
