import { runCheckersChild } from '../daemon/child-checkers.ts';

runCheckersChild();
