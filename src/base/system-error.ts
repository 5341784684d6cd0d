/** Failures of the operating system as values. `code` is the errno's name and stable; the texts may change. */
export interface SystemError {
  /** `EPERM`, `ENODEV`, …; `E?123` for an errno without a known name; `EGARBLED` for a reply that made no sense */
  readonly code: string;
  /** what was attempted, on what: `bind raw socket to eth0` */
  readonly attempted: string;
  /** the kernel's own words where it has any (netlink extended acknowledgement), else strerror */
  readonly detail: string;
}

export const systemErrorText = (error: SystemError): string =>
  `${error.attempted}: ${error.code} (${error.detail})`;
