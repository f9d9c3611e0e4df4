#include "recognition/progress.h"

#include <algorithm>
#include <cmath>
#include <ostream>

namespace alpr::recognition {
namespace {

constexpr int kWidth = 30;  // characters

}  // namespace

void Progress::show(double share, const std::string& what) {
  if (!on_) return;
  std::string bar;
  if (share >= 0) {
    const auto full = static_cast<std::size_t>(std::lround(std::min(1.0, share) * kWidth));
    bar = "[" + std::string(full, '#') + std::string(kWidth - full, '.') + "] ";
  }
  log_ << "\r\033[K" << bar << what << std::flush;
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  log_ << "\r\033[K" << std::flush;
  shown_ = false;
}

}  // namespace alpr::recognition
