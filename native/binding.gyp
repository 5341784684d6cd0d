{
  "targets": [
    {
      "target_name": "vipd",
      "sources": ["src/addon.cc", "src/datagram_socket.cc", "src/process_knobs.cc"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS"],
      "cflags_cc": ["-std=c++17", "-Wall", "-Wextra", "-Wno-unused-parameter", "-fvisibility=hidden"],
      "conditions": [["OS!='linux'", {"sources": ["vipd needs Linux"]}]]
    },
    {
      "target_name": "vipd-launch",
      "type": "executable",
      "sources": ["src/launch.c"],
      "cflags": ["-Wall", "-Wextra"],
      "ldflags!": ["-rdynamic"]
    }
  ]
}
