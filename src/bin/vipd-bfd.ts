import { runBfdChild } from '../daemon/child-bfd.ts';

runBfdChild();
