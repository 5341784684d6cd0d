// Entry point. Context-aware: everything mutable belongs to an Environment, of which each JavaScript
// environment that loads the addon has its own; an asynchronous hook closes what is open when the environment
// ends.
#include <napi.h>

#include <vector>

#include "datagram_socket.h"
#include "environment.h"
#include "process_knobs.h"

namespace {

void CloseEverything(napi_async_cleanup_hook_handle handle, void* data) {
  auto* environment = static_cast<Environment*>(data);
  environment->ending = handle;
  const std::vector<DatagramSocket*> open(environment->openSockets.begin(), environment->openSockets.end());
  for (DatagramSocket* socket : open) socket->Close();
  environment->EndWhenClosed();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment();
  env.SetInstanceData(environment);
  napi_add_async_cleanup_hook(env, CloseEverything, environment, nullptr);
  exports.Set("DatagramSocket", DatagramSocket::Define(env));
  DefineProcessKnobs(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(vipd, Init)
