#include "datagram_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace {

constexpr uint32_t kPartsMax = 64;
constexpr size_t kControlBytes = 1024;
constexpr uint32_t kReceiveLimitMax = 4096;

struct Span {
  uint8_t* data = nullptr;
  size_t size = 0;
};

// The bytes of a Uint8Array. Anything else leaves a TypeError pending and answers false.
bool ToSpan(Napi::Value value, Span* span) {
  napi_typedarray_type type = napi_int8_array;
  void* data = nullptr;
  if (!value.IsTypedArray() ||
      napi_get_typedarray_info(value.Env(), value, &type, &span->size, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    Napi::TypeError::New(value.Env(), "a Uint8Array is wanted").ThrowAsJavaScriptException();
    return false;
  }
  span->data = static_cast<uint8_t*>(data);
  return true;
}

int Int(Napi::Value value) { return value.As<Napi::Number>().Int32Value(); }

Napi::Value Answer(Napi::Env env, ssize_t result) {
  return Napi::Number::New(env, result < 0 ? -errno : static_cast<double>(result));
}

Napi::Value Failure(Napi::Env env, int error) { return Napi::Number::New(env, -error); }

Napi::Value Copy(Napi::Env env, const void* data, size_t size) {
  return Napi::Buffer<uint8_t>::Copy(env, static_cast<const uint8_t*>(data), size);
}

// The control messages of a received datagram as {level, type, data}[].
Napi::Array ControlOf(Napi::Env env, msghdr* message) {
  Napi::Array list = Napi::Array::New(env);
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    Napi::Object item = Napi::Object::New(env);
    item.Set("level", Napi::Number::New(env, c->cmsg_level));
    item.Set("type", Napi::Number::New(env, c->cmsg_type));
    item.Set("data", Copy(env, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0)));
    list.Set(list.Length(), item);
  }
  return list;
}

// Writes {level, type, data}[] into `buffer` as control messages; false leaves an exception pending.
bool FillControl(Napi::Env env, Napi::Array list, uint8_t* buffer, msghdr* message) {
  size_t used = 0;
  for (uint32_t i = 0; i < list.Length(); i++) {
    Napi::Object item = list.Get(i).As<Napi::Object>();
    Span data;
    if (!ToSpan(item.Get("data"), &data)) return false;
    if (used + CMSG_SPACE(data.size) > kControlBytes) {
      Napi::RangeError::New(env, "too many control messages").ThrowAsJavaScriptException();
      return false;
    }
    auto* header = reinterpret_cast<cmsghdr*>(buffer + used);
    header->cmsg_level = Int(item.Get("level"));
    header->cmsg_type = Int(item.Get("type"));
    header->cmsg_len = CMSG_LEN(data.size);
    std::memcpy(CMSG_DATA(header), data.data, data.size);
    used += CMSG_SPACE(data.size);
  }
  message->msg_control = used > 0 ? buffer : nullptr;
  message->msg_controllen = used;
  return true;
}

}  // namespace

Napi::Function DatagramSocket::Define(Napi::Env env) {
  return DefineClass(env, "DatagramSocket",
                     {
                         InstanceMethod("open", &DatagramSocket::Open),
                         InstanceMethod("setOption", &DatagramSocket::SetOption),
                         InstanceMethod("getOption", &DatagramSocket::GetOption),
                         InstanceMethod("bind", &DatagramSocket::Bind),
                         InstanceMethod("connect", &DatagramSocket::Connect),
                         InstanceMethod("localAddress", &DatagramSocket::LocalAddress),
                         InstanceMethod("send", &DatagramSocket::Send),
                         InstanceMethod("receive", &DatagramSocket::Receive),
                         InstanceMethod("watch", &DatagramSocket::WatchReadable),
                         InstanceMethod("close", &DatagramSocket::CloseFromScript),
                         InstanceMethod("release", &DatagramSocket::ReleaseFromScript),
                         InstanceMethod("descriptor", &DatagramSocket::Descriptor),
                     });
}

DatagramSocket::DatagramSocket(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<DatagramSocket>(info), environment_(Environment::Of(info.Env())) {}

DatagramSocket::~DatagramSocket() { Close(); }

Napi::Value DatagramSocket::Open(const Napi::CallbackInfo& info) {
  if (fd_ >= 0) return Failure(info.Env(), EISCONN);
  domain_ = Int(info[0]);
  fd_ = socket(domain_, Int(info[1]) | SOCK_CLOEXEC | SOCK_NONBLOCK, Int(info[2]));
  if (fd_ < 0) return Failure(info.Env(), errno);
  environment_.openSockets.insert(this);
  Ref();
  return Napi::Number::New(info.Env(), 0);
}

Napi::Value DatagramSocket::SetOption(const Napi::CallbackInfo& info) {
  if (info[2].IsNumber()) {
    int value = Int(info[2]);
    return Answer(info.Env(), setsockopt(fd_, Int(info[0]), Int(info[1]), &value, sizeof value));
  }
  Span value;
  if (!ToSpan(info[2], &value)) return info.Env().Undefined();
  return Answer(info.Env(), setsockopt(fd_, Int(info[0]), Int(info[1]), value.data, value.size));
}

Napi::Value DatagramSocket::GetOption(const Napi::CallbackInfo& info) {
  uint8_t value[256];
  socklen_t size = info[2].As<Napi::Number>().Uint32Value();
  if (size > sizeof value) return Failure(info.Env(), EINVAL);
  if (getsockopt(fd_, Int(info[0]), Int(info[1]), value, &size) < 0) return Failure(info.Env(), errno);
  return Copy(info.Env(), value, size);
}

Napi::Value DatagramSocket::Bind(const Napi::CallbackInfo& info) {
  Span address;
  if (!ToSpan(info[0], &address)) return info.Env().Undefined();
  return Answer(info.Env(), bind(fd_, reinterpret_cast<sockaddr*>(address.data), address.size));
}

Napi::Value DatagramSocket::Connect(const Napi::CallbackInfo& info) {
  Span address;
  if (!ToSpan(info[0], &address)) return info.Env().Undefined();
  return Answer(info.Env(), connect(fd_, reinterpret_cast<sockaddr*>(address.data), address.size));
}

Napi::Value DatagramSocket::LocalAddress(const Napi::CallbackInfo& info) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) < 0) return Failure(info.Env(), errno);
  return Copy(info.Env(), &address, size);
}

Napi::Value DatagramSocket::Send(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Array parts = info[0].As<Napi::Array>();
  const uint32_t count = parts.Length();
  if (count > kPartsMax) return Failure(env, EMSGSIZE);
  iovec vectors[kPartsMax];
  for (uint32_t i = 0; i < count; i++) {
    Span part;
    if (!ToSpan(parts.Get(i), &part)) return env.Undefined();
    vectors[i] = {part.data, part.size};
  }
  msghdr message{};
  message.msg_iov = vectors;
  message.msg_iovlen = count;
  Span to;
  if (!info[1].IsNull()) {
    if (!ToSpan(info[1], &to)) return env.Undefined();
    message.msg_name = to.data;
    message.msg_namelen = to.size;
  }
  alignas(cmsghdr) uint8_t control[kControlBytes] = {};
  if (!FillControl(env, info[2].As<Napi::Array>(), control, &message)) return env.Undefined();
  ssize_t sent;
  do sent = sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return Answer(env, sent);
}

Napi::Value DatagramSocket::Receive(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const uint32_t limit = std::min(info[0].As<Napi::Number>().Uint32Value(), kReceiveLimitMax);
  Napi::Array messages = Napi::Array::New(env);
  int error = 0;
  for (uint32_t i = 0; i < limit && error == 0; i++) {
    Napi::Value message = ReceiveOne(env, &error);
    if (error == 0) messages.Set(i, message);
  }
  Napi::Object answer = Napi::Object::New(env);
  answer.Set("messages", messages);
  answer.Set("error", Napi::Number::New(env, error == EAGAIN ? 0 : -error));
  return answer;
}

// A socket error that was pending is reported once and then gone, so it stands beside the messages, not in
// their place.
Napi::Value DatagramSocket::ReceiveOne(Napi::Env env, int* error) {
  sockaddr_storage from{};
  alignas(cmsghdr) uint8_t control[kControlBytes];
  iovec vector{environment_.receiveBuffer.get(), Environment::kReceiveBytes};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  // A unix peer could send descriptors, which nobody here would close; without room the kernel drops them.
  message.msg_controllen = domain_ == AF_UNIX ? 0 : sizeof control;
  ssize_t size;
  do size = recvmsg(fd_, &message, MSG_DONTWAIT);
  while (size < 0 && errno == EINTR);
  if (size < 0) {
    *error = errno;
    return env.Undefined();
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("data", Copy(env, vector.iov_base, static_cast<size_t>(size)));
  object.Set("from", Copy(env, &from, std::min<size_t>(message.msg_namelen, sizeof from)));
  object.Set("control", ControlOf(env, &message));
  object.Set("truncated", Napi::Boolean::New(env, (message.msg_flags & MSG_TRUNC) != 0));
  return object;
}

Napi::Value DatagramSocket::WatchReadable(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  if (fd_ < 0) return Failure(env, EBADF);
  if (watch_ != nullptr) return Failure(env, EALREADY);
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return Failure(env, ENOTSUP);
  auto* watch = new Watch{{}, &environment_, this};
  int status = uv_poll_init(loop, &watch->handle, fd_);
  if (status < 0) {
    delete watch;
    return Napi::Number::New(env, status);
  }
  watch->handle.data = watch;
  watch_ = watch;
  listener_ = Napi::Persistent(info[0].As<Napi::Function>());
  asyncContext_ = std::make_unique<Napi::AsyncContext>(env, "vipd.DatagramSocket");
  return Napi::Number::New(env, uv_poll_start(&watch->handle, UV_READABLE, OnPoll));
}

void DatagramSocket::OnPoll(uv_poll_t* handle, int status, int events) {
  auto* watch = static_cast<Watch*>(handle->data);
  if (watch->socket == nullptr) return;
  // On POLLERR (link down, netlink overrun) libuv stops polling and tells so once, as EBADF (libuv issue
  // 3796). Without a new start the socket would stay deaf. The listener's receive() takes the pending error
  // away.
  if (status < 0) uv_poll_start(handle, UV_READABLE, OnPoll);
  DatagramSocket* socket = watch->socket;
  socket->CallListener(socket->Env());
}

// The listener may close and even free this socket: nothing of it is touched after the call.
void DatagramSocket::CallListener(Napi::Env env) {
  Napi::HandleScope scope(env);
  napi_value self = Value();
  napi_value listener = listener_.Value();
  napi_status status = napi_make_callback(env, *asyncContext_, self, listener, 0, nullptr, nullptr);
  if (status != napi_pending_exception) return;
  // Without C++ exceptions a script's exception would be lost here; it belongs to 'uncaughtException'.
  napi_value exception = nullptr;
  if (napi_get_and_clear_last_exception(env, &exception) == napi_ok) napi_fatal_exception(env, exception);
}

Napi::Value DatagramSocket::CloseFromScript(const Napi::CallbackInfo& info) {
  Close();
  return info.Env().Undefined();
}

Napi::Value DatagramSocket::ReleaseFromScript(const Napi::CallbackInfo& info) {
  if (fd_ < 0) return Failure(info.Env(), EBADF);
  return Napi::Number::New(info.Env(), Release());
}

void DatagramSocket::Close() {
  if (fd_ >= 0) close(Release());
}

int DatagramSocket::Release() {
  if (watch_ != nullptr) {
    watch_->socket = nullptr;
    environment_.closingHandles++;
    uv_close(reinterpret_cast<uv_handle_t*>(&watch_->handle), [](uv_handle_t* handle) {
      auto* watch = static_cast<Watch*>(handle->data);
      Environment* environment = watch->environment;
      delete watch;
      environment->closingHandles--;
      environment->EndWhenClosed();
    });
    watch_ = nullptr;
  }
  const int fd = fd_;
  fd_ = -1;
  environment_.openSockets.erase(this);
  listener_.Reset();
  Unref();
  return fd;
}

Napi::Value DatagramSocket::Descriptor(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), fd_);
}
