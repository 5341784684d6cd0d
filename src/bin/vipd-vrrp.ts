import { runVrrpChild } from '../daemon/child-vrrp.ts';

runVrrpChild();
