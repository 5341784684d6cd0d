/** The two complete director configurations that the project starts from, as their document has them:
 *  spelling, indentation, the keywords that do nothing (nat_mask, nb_get_retry in TCP_CHECK) and the brace
 *  that touches its port. Only the mail addresses, the digests and the second director's state and
 *  priority are our own. */

/** The MD5 of each real server's page, as genhash prints it. */
export interface Digests {
  readonly rs01: string;
  readonly rs02: string;
}

export interface Director {
  readonly state: 'MASTER' | 'BACKUP';
  readonly priority: number;
}

export const FIRST: Director = { state: 'MASTER', priority: 100 };
export const SECOND: Director = { state: 'BACKUP', priority: 90 };

export const webConfig = (director: Director, digests: Digests): string => `${vrrpPart(director)}
virtual_server 192.168.100.240 80 {
    delay_loop 6
    lb_algo rr
    lb_kind DR
    nat_mask 255.255.255.0
    persistence_timeout 20
    protocol TCP
${webServerPart('192.168.100.8', digests.rs01)}
${webServerPart('192.168.100.9', digests.rs02)}
}
`;

export const mysqlConfig = (director: Director): string => `${vrrpPart(director)}
virtual_server 192.168.100.240 3306 {
    delay_loop 6
    lb_algo wlc
    lb_kind DR
    nat_mask 255.255.255.0
    #persistence_timeout 0
    protocol TCP
    real_server 192.168.100.8 3306 {
        weight 3
        TCP_CHECK {
        connect_timeout 10
        nb_get_retry 3
        delay_before_retry 3
        connect_port 3306
        }
    }
    real_server 192.168.100.9 3306{
        weight 3
        TCP_CHECK {
        connect_timeout 10
        nb_get_retry 3
        delay_before_retry 3
        connect_port 3306
        }
    }
}
`;

const vrrpPart = ({ state, priority }: Director): string => `! Configuration File for keepalived
global_defs {
   notification_email {
     root@localhost
   }
   notification_email_from root@localhost
   smtp_server 192.168.100.1
   smtp_connect_timeout 30
   router_id LVS_DEVEL
}

vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
      192.168.100.240
    }
}
`;

const webServerPart = (address: string, digest: string): string => `    real_server ${address} 80 {
        weight 1
        TCP_CHECK {
          connect_timeout 8
          nb_get_retry 3
          delay_before_retry 3
          connect_port 80
        }
        HTTP_GET {
            url {
              path /
              digest ${digest}
              status_code 200
            }
            connect_timeout 3
            nb_get_retry 3
            delay_before_retry 3
        }
    }`;

/** What those values promise, in seconds, for a test or the demo to hold the measured ones against. */
export const PROMISES = {
  /** RFC 3768 §6.1: 3 × advert_int + (256 − 90) / 256, the second director's time to notice that the first
   *  is gone */
  takeoverByLvs02: 3 * 1 + (256 - 90) / 256,
  /** the same for the first director, which must hear nothing better than itself before it preempts */
  takeoverByLvs01: 3 * 1 + (256 - 100) / 256,
  /** a director that stops says so with priority 0: only the skew time is left */
  takeoverAfterStop: (256 - 90) / 256,
  /** TCP_CHECK: delay_loop, then one retry (the keyword nb_get_retry is HTTP_GET's) after
   *  delay_before_retry */
  tcpRemoval: 6 + 1 * 3,
  /** HTTP_GET: delay_loop, then nb_get_retry × delay_before_retry */
  httpRemoval: 6 + 3 * 3,
  /** TCP_CHECK looks every delay_loop while a server is out */
  tcpReturn: 6,
  /** HTTP_GET wants a whole pass of its urls after the one that failed works again: one delay_loop each */
  httpReturn: 2 * 6,
} as const;
