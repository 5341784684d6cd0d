// What one JavaScript environment (the process's main thread, or one Worker) owns in this addon: the receive
// buffer that all its sockets share, and the count of sockets that must be closed before the environment may
// end.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <set>

class DatagramSocket;

struct Environment {
  // The largest IPv4 packet; netlink adapts its dumps to at most half of that.
  static constexpr size_t kReceiveBytes = 65536;

  // One buffer for all sockets: a buffer of this size in each of 2,000 sockets would be 134 MB.
  std::unique_ptr<uint8_t[]> receiveBuffer = std::make_unique<uint8_t[]>(kReceiveBytes);
  std::set<DatagramSocket*> openSockets;
  // Poll handles that libuv has yet to let go of.
  size_t closingHandles = 0;
  // Set while the environment ends and waits for the handles.
  napi_async_cleanup_hook_handle ending = nullptr;

  static Environment& Of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  void EndWhenClosed() {
    if (ending == nullptr || closingHandles > 0) return;
    napi_async_cleanup_hook_handle hook = ending;
    ending = nullptr;
    // From here on `this` may be freed.
    napi_remove_async_cleanup_hook(hook);
  }
};
