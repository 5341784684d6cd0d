// A datagram-like socket of any family, with no knowledge of what travels in it: raw IP, packet, netlink,
// unix. Every call is non-blocking and answers a negative errno on failure; src/native gives those answers
// names. An open socket is never collected as garbage: it lives until close() or until its environment ends.
#pragma once

#include <napi.h>
#include <uv.h>

#include <memory>

#include "environment.h"

class DatagramSocket : public Napi::ObjectWrap<DatagramSocket> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit DatagramSocket(const Napi::CallbackInfo& info);
  ~DatagramSocket() override;

  // Ends watching, frees the descriptor; a second call does nothing.
  void Close();

 private:
  // Ends watching and gives the open descriptor away.
  int Release();

  // libuv's handle outlives the socket until its close callback has run, hence its own allocation.
  struct Watch {
    uv_poll_t handle;
    Environment* environment;
    DatagramSocket* socket;  // null once closed
  };

  // (domain, type, protocol) -> 0
  Napi::Value Open(const Napi::CallbackInfo& info);
  // (level, name, value: number | Uint8Array) -> 0
  Napi::Value SetOption(const Napi::CallbackInfo& info);
  // (level, name, size) -> Uint8Array
  Napi::Value GetOption(const Napi::CallbackInfo& info);
  // (sockaddr) -> 0
  Napi::Value Bind(const Napi::CallbackInfo& info);
  Napi::Value Connect(const Napi::CallbackInfo& info);
  // () -> sockaddr
  Napi::Value LocalAddress(const Napi::CallbackInfo& info);
  // (parts: Uint8Array[], sockaddr | null, control: {level, type, data}[]) -> bytes sent
  Napi::Value Send(const Napi::CallbackInfo& info);
  // (limit) -> {messages: {data, from, control, truncated}[], error: 0 | -errno}
  Napi::Value Receive(const Napi::CallbackInfo& info);
  // (onReadable: () => void) -> 0
  Napi::Value WatchReadable(const Napi::CallbackInfo& info);
  Napi::Value CloseFromScript(const Napi::CallbackInfo& info);
  // () -> descriptor, now the caller's
  Napi::Value ReleaseFromScript(const Napi::CallbackInfo& info);
  Napi::Value Descriptor(const Napi::CallbackInfo& info);

  Napi::Value ReceiveOne(Napi::Env env, int* error);
  void CallListener(Napi::Env env);
  static void OnPoll(uv_poll_t* handle, int status, int events);

  Environment& environment_;
  int fd_ = -1;
  int domain_ = 0;
  Watch* watch_ = nullptr;
  Napi::FunctionReference listener_;
  std::unique_ptr<Napi::AsyncContext> asyncContext_;
};
