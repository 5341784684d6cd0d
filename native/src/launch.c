// vipd-launch PARENT USER GROUP SUPPLEMENTARY FILE ARGV0 [ARG...]
//
// Becomes the program FILE as its own process group, in the given identity, and dies with its parent. Node can start
// programs but can do nothing between fork and exec; this small program is that in-between.
//
//   PARENT         process id of the starter: when that is gone already, nothing is started
//   USER, GROUP    numeric ids, or '-' to keep the present ones
//   SUPPLEMENTARY  numeric ids joined by commas, or '-' for none
//
// What cannot be done is told on descriptor 3 as "ERRNO WHAT" and ends with status 127; an empty descriptor 3 means
// that the program runs.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { REPORT = 3, FIXED_ARGUMENTS = 7 };

static void refuse(const char *what) {
  dprintf(REPORT, "%d %s", errno, what);
  _exit(127);
}

// Supplementary groups are dropped or set only where ids are changed: an identity that is kept is kept whole.
static void become(const char *user, const char *group, char *supplementary) {
  gid_t groups[NGROUPS_MAX];
  size_t count = 0;
  if (strcmp(user, "-") == 0) return;
  if (strcmp(supplementary, "-") != 0) {
    for (char *id = strtok(supplementary, ","); id != NULL && count < NGROUPS_MAX; id = strtok(NULL, ","))
      groups[count++] = (gid_t)strtoul(id, NULL, 10);
  }
  const uid_t uid = (uid_t)strtoul(user, NULL, 10);
  const gid_t gid = (gid_t)strtoul(group, NULL, 10);
  if (geteuid() != 0 && uid == geteuid() && gid == getegid()) return;
  if (setgroups(count, groups) < 0) refuse("set the supplementary groups");
  if (setresgid(gid, gid, gid) < 0) refuse("set the group");
  if (setresuid(uid, uid, uid) < 0) refuse("set the user");
}

int main(int argc, char **argv) {
  if (argc < FIXED_ARGUMENTS) return 127;
  if (fcntl(REPORT, F_SETFD, FD_CLOEXEC) < 0) return 127;
  // whatever the daemon itself was started with; a kernel before 5.11 refuses, and then those stay open
  close_range(REPORT, ~0U, CLOSE_RANGE_CLOEXEC);
  // a daemon that runs before others does not lend that to its scripts; real time is reset by the fork itself
  if (getpriority(PRIO_PROCESS, 0) < 0) setpriority(PRIO_PROCESS, 0, 0);
  become(argv[2], argv[3], argv[4]);
  // after the change of identity, which clears it
  if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0) refuse("ask for a signal at the death of the parent");
  errno = ESRCH;
  if (getppid() != (pid_t)strtol(argv[1], NULL, 10)) refuse("find the parent alive");
  execv(argv[5], argv + 6);
  if (errno != ENOEXEC) refuse("execute");
  // a script without an interpreter line: the shell reads the file, as execvp(3) would have it; the arguments stay
  // arguments and are never read as commands
  argv[4] = "sh";
  char **shell = argv + 4;  // sh FILE ARG...
  memmove(shell + 2, argv + 7, sizeof(char *) * (size_t)(argc - FIXED_ARGUMENTS + 1));
  execv("/bin/sh", shell);
  refuse("execute");
}
