// How far a verification is, for who waits for it. One thread.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace alpr::verify {

// A bar on a terminal, for work over a second; whoever has the terminal prints what this gives.
class Progress {
 public:
  // Empty: nothing new to show.
  std::string bar(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (total == 0 || now - started_ < std::chrono::seconds(1)) return {};
    if (shown_ && now - last_ < std::chrono::milliseconds(200)) return {};
    last_ = now;
    shown_ = true;
    const std::uint64_t part = std::min<std::uint64_t>(done * 40 / total, 40);
    return fmt::format("\r[{:<40}] {} of {} events ", std::string(part, '='), done, total);
  }
  // In the place of the bar.
  static std::string nothing() { return fmt::format("\r{:<79}\r", ""); }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

}  // namespace alpr::verify
