// How far a verification is, for who waits for it. One thread.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace alpr::verify {

// A bar on a terminal, for work over a second.
class Progress {
 public:
  void operator()(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (total == 0 || now - started_ < std::chrono::seconds(1)) return;
    if (shown_ && now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    shown_ = true;
    const std::uint64_t part = std::min<std::uint64_t>(done * 40 / total, 40);
    fmt::print(stderr, "\r[{:<40}] {} of {} events ", std::string(part, '='), done, total);
    std::fflush(stderr);
  }
  static void clear() { fmt::print(stderr, "\r{:<79}\r", ""); }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

}  // namespace alpr::verify
