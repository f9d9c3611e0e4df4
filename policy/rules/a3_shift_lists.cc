#include "policy/rules/a3_shift_lists.h"

#include <algorithm>
#include <cstdlib>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "policy/registers/devices.h"
#include "policy/registers/plate_index.h"
#include "policy/registers/shift_lists.h"
#include "policy/rules/c3_sources.h"
#include "policy/rules/devices.h"

namespace alpr::policy {
namespace {

Decision refuse_lists(const Moment& moment, const TakeLists& command, Refusal refusal) {
  ListsRefused record;
  record.policy = moment.policy->version;
  record.rules = refusal.rules;
  record.slug = refusal.slug;
  record.device = command.device;
  record.reason = refusal.reason;
  Decision decision;
  decision.then(record);
  decision.refusal = std::move(refusal);
  return decision;
}

Result<bool> signed_by(const TakeLists& command, std::string_view origin, const PublicKey& key) {
  const auto raw = chain::parse_base64(command.signature);
  Signature signature{};
  if (!raw || raw->size() != signature.size())
    return fail(ErrorCode::kMalformed, "signature: not 64 bytes of base64");
  std::copy(raw->begin(), raw->end(), signature.begin());
  const std::string message = recognition::signed_message(recognition::ShiftRequest{
      std::string(origin), command.device, command.asked_at, command.shift_key});
  return chain::verify(key, as_bytes(message), signature);
}

std::optional<Refusal> time_refusal(const TakeLists& command, TimeUs last, TimeUs now) {
  if (std::abs(command.asked_at.value - now.value) > recognition::kClockSkewMaxUs) {
    return Refusal{{"I12-A-3"},
                   "device-clock",
                   "The device's clock is over 5 minutes off the server's: set it, so that the age "
                   "of its lists is right."};
  }
  if (command.asked_at <= last) {
    return Refusal{{"I12-F-3"},
                   "request-repeated",
                   "This device asked at this time or later before: a request counts once."};
  }
  return std::nullopt;
}

void leave_out_by_grant(recognition::ShiftList& list, const Parameters& parameters) {
  std::vector<std::optional<std::size_t>> places;  // of each list, among those that stay
  std::vector<recognition::ShiftListVersion> stay;
  for (const recognition::ShiftListVersion& one : list.lists) {
    const auto source = enum_from_text<HotlistSource>(one.source);
    const bool left_out = source && needs_grant(*source, parameters);
    places.push_back(left_out ? std::nullopt : std::optional(stay.size()));
    if (!left_out) stay.push_back(one);
  }
  if (stay.size() == list.lists.size()) return;
  std::erase_if(list.entries, [&](const recognition::ShiftEntry& entry) {
    return !places.at(entry.list).has_value();
  });
  for (recognition::ShiftEntry& entry : list.entries)
    entry.list = static_cast<decltype(entry.list)>(*places[entry.list]);
  list.lists = std::move(stay);
}

}  // namespace

Result<MadeCopy> make_copy(const PlateIndex& plates, const Parameters& parameters,
                           std::string_view origin, std::string_view device, TimeUs now,
                           const Salt& salt) {
  MadeCopy made;
  auto copied = plates.copy(now);
  if (!copied) return tl::unexpected(copied.error());
  made.changes = copied->changes;
  leave_out_by_grant(copied->list, parameters);
  copied->list.salt = salt;
  copied->list.origin = std::string(origin);
  copied->list.device = std::string(device);
  copied->list.made_at = now;
  copied->list.valid_until = {now.value + recognition::kShiftMaxUs};
  made.list = copied->list;
  made.list.entries.clear();
  for (const recognition::ShiftEntry& entry : copied->list.entries)
    ++made.list.lists[entry.list].rows;
  auto text = recognition::write_shift_list(std::move(copied->list));
  if (!text) return tl::unexpected(text.error());
  made.text = std::move(*text);
  made.sha256 = chain::sha256(as_bytes(made.text));
  return made;
}

std::optional<Decision> judge_take(const State& state, std::string_view origin,
                                   const TakeLists& command, const Moment& moment) {
  if (!valid_device_name(command.device))
    return Decision::not_judged(ErrorCode::kMalformed, "device: must be 2 to 32 of a-z 0-9 -");
  const auto device = find_device(state.rows, command.device);
  if (!device) return not_judged(device.error());
  if (auto refusal = device_refusal(*device)) return refuse_lists(moment, command, *refusal);
  const auto is_signed = signed_by(command, origin, (*device)->public_key);
  if (!is_signed) return not_judged(is_signed.error());
  if (!*is_signed) {
    return refuse_lists(moment, command,
                        {{"I12-F-3"},
                         "request-not-authentic",
                         "The signature is not this device's over this request."});
  }
  if ((*device)->kind != DeviceKind::kMobile) {
    return refuse_lists(moment, command,
                        {{"I12-A-3"},
                         "device-not-mobile",
                         "Lists are copied to vehicles; a fixed reader's reads are compared "
                         "here."});
  }
  const auto last = last_asked(state.rows, command.device);
  if (!last) return not_judged(last.error());
  if (auto refusal = time_refusal(command, *last, moment.now))
    return refuse_lists(moment, command, *refusal);
  return std::nullopt;
}

Decision decide(const State& state, std::string_view origin, const TakeLists& command,
                const MadeCopy& copy, const Moment& moment) {
  if (auto judged = judge_take(state, origin, command, moment)) return *judged;
  ALPR_CHECK(copy.list.device == command.device && copy.list.origin == origin);
  if (state.plates.changes() != copy.changes)
    return Decision::not_judged(ErrorCode::kBusy, "the lists changed while the copy was made");
  const auto device = find_device(state.rows, command.device);
  if (!device) return not_judged(device.error());
  ListsTaken record;
  record.policy = moment.policy->version;
  record.device = command.device;
  record.enrolled = (*device)->enrolled;
  for (const recognition::ShiftListVersion& one : copy.list.lists) {
    const auto source = enum_from_text<HotlistSource>(one.source);
    ALPR_CHECK(source.has_value());
    const auto rows = static_cast<std::int64_t>(one.rows);
    if (*source == HotlistSource::kCustomBolo) {
      record.custom_entries += rows;
    } else {
      record.lists.push_back({*source, one.list, one.list_time, rows});
    }
  }
  record.sha256 = copy.sha256;
  record.made_at = copy.list.made_at;
  record.valid_until = copy.list.valid_until;
  record.asked_at = command.asked_at;
  return Decision{}.then(record);
}

}  // namespace alpr::policy
