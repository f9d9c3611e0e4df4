#include "api/alarms/receiver.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/header.h"
#include "ledger/store/files.h"

namespace alpr::api {
namespace {

constexpr std::int64_t kBackOffMaxS = 300;
constexpr std::uint64_t kHeadersAtOnce = 65'536;  // what header_range() gives at most
constexpr int kLooksPerStep = 16;
// So many events without an alarm are not looked at again after a restart.
constexpr std::uint64_t kSaveEvery = 10'000;
constexpr std::uint64_t kFileMax = 4096;

struct Place {
  Sequence told;
  std::string log;
  template <typename M>
  void members(M& m) {
    m("told", told);
    m("log", log);
  }
};

}  // namespace

AlarmReceiver::AlarmReceiver(Service& service, Names names, Send send)
    : service_(service), names_(std::move(names)), send_(std::move(send)) {}

std::optional<TimeUs> AlarmReceiver::failing_since() const {
  const std::int64_t since = failing_since_us_;
  return since == 0 ? std::nullopt : std::optional(TimeUs{since});
}

Result<void> AlarmReceiver::open() {
  const auto bytes = store::read_file(names_.folder / names_.name, kFileMax);
  if (!bytes && bytes.error().code != ErrorCode::kNotFound) return tl::unexpected(bytes.error());
  const auto place = bytes ? policy::from_json_text<Place>(as_text(*bytes))
                           : Result<Place>(tl::unexpected(bytes.error()));
  const std::uint64_t size = service_.store().size();
  const bool ours = place && place->log == service_.store().origin() && place->told.value <= size;
  if (!ours) {
    if (auto saved = save(size); !saved) return saved;
  }
  told_ = looked_ = ours ? place->told.value : size;
  open_ = true;
  return {};
}

Result<void> AlarmReceiver::save(std::uint64_t told) {
  if (auto made = store::make_folder(names_.folder); !made) return made;
  const std::string text = policy::to_json_text(Place{{told}, service_.store().origin()});
  return store::write_new_file_durably(names_.folder / names_.name, as_bytes(text), 0600);
}

Result<void> AlarmReceiver::look() {
  for (int i = 0; i < kLooksPerStep && looked_ < service_.store().size(); ++i) {
    const auto headers = service_.store().header_range(Sequence{looked_}, kHeadersAtOnce);
    if (!headers) return tl::unexpected(headers.error());
    for (const chain::HeaderBytes& bytes : *headers) {
      const auto header = chain::decode_header(bytes);
      if (!header) return tl::unexpected(header.error());
      take_note(notices_, *header);
    }
    looked_ += headers->size();
  }
  if (!notices_.empty() || looked_ - told_ < kSaveEvery) return {};
  told_ = looked_;
  return save(told_);
}

Result<void> AlarmReceiver::deliver() {
  const AlarmMessage message{service_.store().origin(), names_.link, {told_}, {looked_}, notices_};
  if (auto sent = send_(message, service_.now()); !sent) return sent;
  notices_.clear();
  told_ = looked_;
  return save(told_);
}

AlarmReceiver::Step AlarmReceiver::failed(const Error& error) {
  const TimeUs now = service_.now();
  failures_ = std::min(failures_ + 1, 16);
  not_before_ = {now.value +
                 std::min<std::int64_t>(std::int64_t{1} << failures_, kBackOffMaxS) * kSecondUs};
  if (failing_since_us_ == 0) failing_since_us_ = now.value;
  Step step{Became::kFailed, ""};
  const std::string what = fmt::format("alarms do not reach {}: {}", names_.name, error.detail);
  if (what != said_) step.what = said_ = what;
  return step;
}

AlarmReceiver::Step AlarmReceiver::step() {
  const TimeUs now = service_.now();
  if (failures_ > 0 && now < not_before_) return {};
  if (!open_) {
    if (const auto opened = open(); !opened) return failed(opened.error());
  }
  if (const auto looked = look(); !looked) return failed(looked.error());
  if (notices_.empty()) {
    failures_ = 0;
    failing_since_us_ = 0;
    return {};
  }
  const bool behind = service_.store().size() - looked_ >= kHeadersAtOnce;
  if (behind || now < not_before_) return {};
  const std::size_t kinds = notices_.size();
  if (const auto delivered = deliver(); !delivered) return failed(delivered.error());
  failures_ = 0;
  failing_since_us_ = 0;
  not_before_ = {now.value + kQuietUs};
  said_ = fmt::format("told {} of {} kind{} of alarms", names_.name, kinds, kinds == 1 ? "" : "s");
  return {Became::kDelivered, said_};
}

}  // namespace alpr::api
