/** News of instances and groups → the scripts with their arguments, the FIFO line and the mail, byte for byte as
 *  keepalived has them (behaviour.md sections 10.1, 10.3 and 10.4). */
import { exhaustive } from '../../base/never.ts';
import type { ScriptCommand, VrrpNotify } from '../../config/model/vrrp.ts';
import type { NewsState, NotifiedInstance, VrrpNews } from '../../vrrp/core/news.ts';
import { type Delivery, type Mail, type Telling, unlessSilent } from './delivery.ts';
import { mailOf } from './mail-text.ts';
import { groupObject, instanceObject } from './objects.ts';

/** null when nobody would notice it. */
export function vrrpDelivery(news: VrrpNews, telling: Telling): Delivery | null {
  const delivery = wordsOf(news, telling);
  const { notify } = news.kind === 'group_state' ? news.group : news.instance;
  const { master, backup, fault, stop, any } = notify;
  const isScripted = [master, backup, fault, stop, any].some(isGiven);
  return unlessSilent(telling.lines ? delivery : { ...delivery, line: null }, isScripted);
}

function wordsOf(news: VrrpNews, telling: Telling): Delivery {
  switch (news.kind) {
    case 'instance_state':
      return instanceState(news, telling);
    case 'group_state':
      return groupState(news, telling);
    case 'split_seen':
      return split(news, telling);
    case 'lower_priority_heard':
      return remark(news.instance, 'MASTER_RX_LOWER_PRI', news.priority, news.instance.notify.lowerPriority);
    case 'priority_changed':
      return remark(news.instance, `${news.state}_PRIORITY`, news.priority, null);
    default:
      return exhaustive(news);
  }
}

function instanceState(news: Extract<VrrpNews, { kind: 'instance_state' }>, telling: Telling): Delivery {
  const { instance, state, priority, removed } = news;
  const { notify } = instance;
  // an instance that goes without notify_deleted tells FAULT to `notify` alone (seen with keepalived 2.2.7)
  const own =
    removed && state === 'FAULT' ? null : stateScript(notify, state, notify.deleted?.command ?? null);
  return {
    half: 'vrrp',
    object: instanceObject(instance.name),
    event: state,
    isState: true,
    ending: state === 'STOP',
    scripts: [own, withArguments(notify.any, 'INSTANCE', instance.name, state, priority)].filter(isGiven),
    line: fifoLine('INSTANCE', instance.name, state, priority),
    mail: stateMail(notify, state, instanceMail(instance.name, state), telling),
  };
}

function groupState(news: Extract<VrrpNews, { kind: 'group_state' }>, telling: Telling): Delivery {
  const { group, state } = news;
  const { name, notify } = group;
  return {
    half: 'vrrp',
    object: groupObject(name),
    event: state,
    isState: true,
    ending: state === 'STOP',
    scripts: [stateScript(notify, state, null), withArguments(notify.any, 'GROUP', name, state, 0)].filter(
      isGiven,
    ),
    line: fifoLine('GROUP', name, state, 0),
    mail: stateMail(notify, state, groupMail(name, state), telling),
  };
}

const remark = (
  { name }: NotifiedInstance,
  event: string,
  priority: number,
  script: ScriptCommand | null,
): Delivery => ({
  half: 'vrrp',
  object: instanceObject(name),
  event,
  isState: false,
  ending: false,
  scripts: [script].filter(isGiven),
  line: fifoLine('INSTANCE', name, event, priority),
  mail: null,
});

/** Only a mail: scripts and readers of the FIFOs know keepalived's words alone. */
function split(
  { instance, over, text }: Extract<VrrpNews, { kind: 'split_seen' }>,
  telling: Telling,
): Delivery {
  const subject = `VRRP Instance ${instance.name} - ${over ? 'Split brain is over' : 'Split brain'}`;
  const isWanted = telling.mail !== null && instance.notify.smtpAlert;
  return {
    ...remark(instance, 'SPLIT_BRAIN', 0, null),
    line: null,
    mail: isWanted ? mailOf(telling.routerId, { subject, body: text }) : null,
  };
}

const isGiven = (command: ScriptCommand | null): command is ScriptCommand => command !== null;

function stateScript(
  notify: VrrpNotify,
  state: NewsState,
  deleted: ScriptCommand | null,
): ScriptCommand | null {
  switch (state) {
    case 'MASTER':
      return notify.master;
    case 'BACKUP':
      return notify.backup;
    case 'FAULT':
      return notify.fault;
    case 'STOP':
      return notify.stop;
    case 'DELETED':
      return deleted;
    default:
      return exhaustive(state);
  }
}

/** The generic script learns of whom, what and how strong; a group has no priority and says 0. */
const withArguments = (
  command: ScriptCommand | null,
  ...[kind, name, state, priority]: [kind: string, name: string, state: string, priority: number]
): ScriptCommand | null =>
  command === null ? null : { ...command, argv: [...command.argv, kind, name, state, String(priority)] };

const fifoLine = (kind: string, name: string, state: string, priority: number): string =>
  `${kind} "${name}" ${state} ${priority}\n`;

function stateMail(notify: VrrpNotify, state: NewsState, mail: Mail, telling: Telling): Mail | null {
  if (telling.mail === null || !notify.smtpAlert || (state === 'FAULT' && !telling.mail.faults)) return null;
  return mailOf(telling.routerId, mail);
}

function instanceMail(name: string, state: NewsState): Mail {
  const subject = `VRRP Instance ${name} - `;
  switch (state) {
    case 'MASTER':
      return { subject: `${subject}Entering MASTER state`, body: 'VRRP Instance is now owning VRRP VIPs' };
    case 'BACKUP':
    case 'FAULT':
      return {
        subject: `${subject}Entering ${state} state`,
        body: 'VRRP Instance is no longer owning VRRP VIPs',
      };
    case 'STOP':
      return { subject: `${subject}Stopping`, body: 'VRRP Instance stopping' };
    case 'DELETED':
      return { subject: `${subject}Deleted`, body: 'VRRP Deleted at reload' };
    default:
      return exhaustive(state);
  }
}

const groupMail = (name: string, state: Exclude<NewsState, 'DELETED'>): Mail => ({
  subject: `VRRP Group ${name} - ${state === 'STOP' ? 'Stopping' : `Entering ${state} state`}`,
  body: `All VRRP group instances are now in ${state} state`,
});
