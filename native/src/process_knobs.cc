#include "process_knobs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/mii.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

namespace {

int Int(Napi::Value value) { return value.As<Napi::Number>().Int32Value(); }

Napi::Value Answer(Napi::Env env, int result) { return Napi::Number::New(env, result < 0 ? -errno : result); }

// (clock id) -> microseconds. A double holds them exactly for 285 years of uptime.
Napi::Value ClockMicros(const Napi::CallbackInfo& info) {
  timespec now{};
  if (clock_gettime(Int(info[0]), &now) < 0) return Napi::Number::New(info.Env(), -errno);
  return Napi::Number::New(info.Env(), static_cast<double>(now.tv_sec) * 1e6 + now.tv_nsec / 1000);
}

// (signal) -> 0. The caller must look at its parent's pid afterwards: it may have died before.
Napi::Value SetParentDeathSignal(const Napi::CallbackInfo& info) {
  return Answer(info.Env(), prctl(PR_SET_PDEATHSIG, Int(info[0]), 0, 0, 0));
}

// (fd of a network namespace) -> 0. Acts on the calling thread: what it opens and starts from now on is in
// there.
Napi::Value EnterNetworkNamespace(const Napi::CallbackInfo& info) {
  return Answer(info.Env(), setns(Int(info[0]), CLONE_NEWNET));
}

// (fd) -> 0. The descriptor stays open when the program is replaced.
Napi::Value KeepOpen(const Napi::CallbackInfo& info) {
  return Answer(info.Env(), fcntl(Int(info[0]), F_SETFD, 0));
}

// (path, argv) -> a negative errno, or never: the process goes on as another program, with the same id and environment. The
// other threads end, so that all of the new program is where the calling thread is.
Napi::Value ReplaceProgram(const Napi::CallbackInfo& info) {
  std::string path = info[0].As<Napi::String>().Utf8Value();
  Napi::Array words = info[1].As<Napi::Array>();
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < words.Length(); i++) texts.push_back(words.Get(i).As<Napi::String>().Utf8Value());
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  return Answer(info.Env(), execv(path.c_str(), argv.data()));
}

// (policy, priority) -> 0. Acts on the calling thread, as the kernel's scheduler calls do.
Napi::Value SetScheduler(const Napi::CallbackInfo& info) {
  sched_param parameter{};
  parameter.sched_priority = Int(info[1]);
  return Answer(info.Env(), sched_setscheduler(0, Int(info[0]), &parameter));
}

// () -> policy with its flags
Napi::Value GetScheduler(const Napi::CallbackInfo& info) { return Answer(info.Env(), sched_getscheduler(0)); }

// () -> real-time priority
Napi::Value GetSchedulerPriority(const Napi::CallbackInfo& info) {
  sched_param parameter{};
  if (sched_getparam(0, &parameter) < 0) return Napi::Number::New(info.Env(), -errno);
  return Napi::Number::New(info.Env(), parameter.sched_priority);
}

// (thread id, cpu ids) -> 0
Napi::Value SetAffinity(const Napi::CallbackInfo& info) {
  Napi::Array cpus = info[1].As<Napi::Array>();
  cpu_set_t set;
  CPU_ZERO(&set);
  for (uint32_t i = 0; i < cpus.Length(); i++) CPU_SET(Int(cpus.Get(i)), &set);
  return Answer(info.Env(), sched_setaffinity(Int(info[0]), sizeof(set), &set));
}

// (resource, soft, hard) -> 0. A negative number means no limit.
Napi::Value SetResourceLimit(const Napi::CallbackInfo& info) {
  auto limit = [&](size_t i) {
    double value = info[i].As<Napi::Number>().DoubleValue();
    return value < 0 ? RLIM_INFINITY : static_cast<rlim_t>(value);
  };
  struct rlimit limits{limit(1), limit(2)};
  return Answer(info.Env(), setrlimit(static_cast<__rlimit_resource>(Int(info[0])), &limits));
}

Napi::Value LockMemory(const Napi::CallbackInfo& info) { return Answer(info.Env(), mlockall(Int(info[0]))); }

Napi::Value UnlockMemory(const Napi::CallbackInfo& info) { return Answer(info.Env(), munlockall()); }

struct flock WholeFile() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

// (fd) -> 0, or -EAGAIN when another open file description holds the lock
Napi::Value LockFile(const Napi::CallbackInfo& info) {
  struct flock lock = WholeFile();
  return Answer(info.Env(), fcntl(Int(info[0]), F_OFD_SETLK, &lock));
}

// (fd) -> 1 when another holds a lock that excludes ours, else 0
Napi::Value IsFileLocked(const Napi::CallbackInfo& info) {
  struct flock lock = WholeFile();
  if (fcntl(Int(info[0]), F_OFD_GETLK, &lock) < 0) return Napi::Number::New(info.Env(), -errno);
  return Napi::Number::New(info.Env(), lock.l_type == F_UNLCK ? 0 : 1);
}

// (name) -> index
Napi::Value InterfaceIndex(const Napi::CallbackInfo& info) {
  std::string name = info[0].As<Napi::String>().Utf8Value();
  unsigned index = if_nametoindex(name.c_str());
  return Napi::Number::New(info.Env(), index == 0 ? -errno : static_cast<double>(index));
}

// (name, 0 MII | 1 ethtool | 2 flags) -> 1 carrier, 0 none. Drivers know some of the ways only: -EOPNOTSUPP.
Napi::Value LinkCarrier(const Napi::CallbackInfo& info) {
  struct ifreq request{};
  std::string name = info[0].As<Napi::String>().Utf8Value();
  strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Answer(info.Env(), -1);
  int result = -1;
  bool carrier = false;
  if (Int(info[1]) == 0) {
    auto* mii = reinterpret_cast<struct mii_ioctl_data*>(&request.ifr_data);
    result = ioctl(fd, SIOCGMIIPHY, &request);
    mii->reg_num = MII_BMSR;
    // the bit keeps a loss until it is read
    for (int i = 0; i < 2 && result == 0; i++) result = ioctl(fd, SIOCGMIIREG, &request);
    carrier = (mii->val_out & BMSR_LSTATUS) != 0;
  } else if (Int(info[1]) == 1) {
    struct ethtool_value value{ETHTOOL_GLINK, 0};
    request.ifr_data = reinterpret_cast<char*>(&value);
    result = ioctl(fd, SIOCETHTOOL, &request);
    carrier = value.data != 0;
  } else {
    result = ioctl(fd, SIOCGIFFLAGS, &request);
    carrier = (request.ifr_flags & IFF_RUNNING) != 0;
  }
  const int error = errno;
  close(fd);
  return Napi::Number::New(info.Env(), result < 0 ? -error : carrier);
}

// (index) -> name
Napi::Value InterfaceName(const Napi::CallbackInfo& info) {
  char name[IF_NAMESIZE];
  if (if_indextoname(info[0].As<Napi::Number>().Uint32Value(), name) == nullptr) {
    return Napi::Number::New(info.Env(), -errno);
  }
  return Napi::String::New(info.Env(), name);
}

// (errno) -> strerror's text
Napi::Value ErrorText(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), strerror(Int(info[0])));
}

}  // namespace

void DefineProcessKnobs(Napi::Env env, Napi::Object exports) {
  exports.Set("clockMicros", Napi::Function::New<ClockMicros>(env));
  exports.Set("setParentDeathSignal", Napi::Function::New<SetParentDeathSignal>(env));
  exports.Set("enterNetworkNamespace", Napi::Function::New<EnterNetworkNamespace>(env));
  exports.Set("keepOpen", Napi::Function::New<KeepOpen>(env));
  exports.Set("replaceProgram", Napi::Function::New<ReplaceProgram>(env));
  exports.Set("setScheduler", Napi::Function::New<SetScheduler>(env));
  exports.Set("getScheduler", Napi::Function::New<GetScheduler>(env));
  exports.Set("getSchedulerPriority", Napi::Function::New<GetSchedulerPriority>(env));
  exports.Set("setAffinity", Napi::Function::New<SetAffinity>(env));
  exports.Set("setResourceLimit", Napi::Function::New<SetResourceLimit>(env));
  exports.Set("lockMemory", Napi::Function::New<LockMemory>(env));
  exports.Set("unlockMemory", Napi::Function::New<UnlockMemory>(env));
  exports.Set("lockFile", Napi::Function::New<LockFile>(env));
  exports.Set("isFileLocked", Napi::Function::New<IsFileLocked>(env));
  exports.Set("interfaceIndex", Napi::Function::New<InterfaceIndex>(env));
  exports.Set("linkCarrier", Napi::Function::New<LinkCarrier>(env));
  exports.Set("interfaceName", Napi::Function::New<InterfaceName>(env));
  exports.Set("errorText", Napi::Function::New<ErrorText>(env));
}
