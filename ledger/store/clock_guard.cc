#include "ledger/store/clock_guard.h"

#include <cstdlib>

#include "ledger/chain/encoding.h"

namespace alpr::store {

namespace {
constexpr std::int64_t kDownTimeMaxUs = 24 * 3600 * kSecondUs;
constexpr std::string_view kSimulated = "simulated";
}  // namespace

ClockPoint read_clock(const Clock& clock) { return {clock.now(), clock.boot(), clock.boot_id()}; }

Bytes encode(const ClockPoint& point) {
  Bytes out;
  chain::put_be64(out, static_cast<std::uint64_t>(point.wall.value));
  chain::put_be64(out, static_cast<std::uint64_t>(point.boot.value));
  out.insert(out.end(), point.boot_id.begin(), point.boot_id.end());
  return out;
}

Result<ClockPoint> decode_clock_point(BytesView bytes) {
  if (bytes.size() < 16) return fail(ErrorCode::kCorrupt, "the clock row is not of its form");
  return ClockPoint{{static_cast<std::int64_t>(chain::get_be64(bytes.data()))},
                    {static_cast<std::int64_t>(chain::get_be64(&bytes[8]))},
                    std::string(as_text(bytes.subspan(16)))};
}

ClockGuard::ClockGuard(const Clock& clock, const std::optional<ClockPoint>& last_commit,
                       std::int64_t step_us)
    : clock_(clock), anchor_(read_clock(clock)), step_us_(step_us) {
  if (!last_commit || anchor_.boot_id == kSimulated) return;
  if (last_commit->boot_id == anchor_.boot_id) {
    anchor_ = *last_commit;
    return;
  }
  const std::int64_t ahead = anchor_.wall.value - last_commit->wall.value;
  stopped_ = ahead > kDownTimeMaxUs || ahead < -step_us_;
}

Result<ClockPoint> ClockGuard::read() {
  const ClockPoint now = read_clock(clock_);
  const std::int64_t drift =
      (now.wall.value - anchor_.wall.value) - (now.boot.value - anchor_.boot.value);
  if (std::llabs(drift) > step_us_) stopped_ = true;
  if (stopped_) {
    return fail(ErrorCode::kClock,
                "the clock stepped: appends are stopped until two people confirm it");
  }
  return now;
}

ClockPoint ClockGuard::confirm() {
  anchor_ = read_clock(clock_);
  stopped_ = false;
  return anchor_;
}

}  // namespace alpr::store
