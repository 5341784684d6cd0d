/** The diagnostic codes of BFD for people (RFC 5880 §4.1), spelled as keepalived's log spells them. */
const TEXTS = [
  'No Diagnostic',
  'Control Detection Time Expired',
  'Echo Function Failed',
  'Neighbor Signaled Session Down',
  'Forwarding Plane Reset',
  'Path Down',
  'Concatenated Path Down',
  'Administratively Down',
  'Reverse Concatenated Path Down',
] as const;

/** `code` 0..31 */
export const diagnosticText = (code: number): string => TEXTS[code] ?? `Reserved ${code}`;
