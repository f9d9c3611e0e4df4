#include "recognition/shift_command.h"

#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "recognition/queue.h"
#include "recognition/shift.h"
#include "recognition/wall_clock.h"

namespace alpr::recognition {
namespace {

int exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kMalformed:
      return 2;
    case ErrorCode::kRefused:
    case ErrorCode::kBadSignature:
      return 1;
    default:
      return 3;
  }
}

void tell(const TakenLists& taken, TimeUs now, OutputForm form, std::ostream& out) {
  if (form == OutputForm::kText) {
    out << fmt::format("{} entries, valid until {}; on the record as event {}\n",
                       taken.list.entries.size(), chain::format_time(taken.list.valid_until),
                       taken.taken.value);
    for (const ShiftListVersion& one : taken.list.lists)
      out << fmt::format("  {} version {}: {} entries, {} s old\n", one.source, one.list.value,
                         one.rows, (now.value - one.list_time.value) / kSecondUs);
    return;
  }
  using chain::Json;
  Json::Array lists;
  for (const ShiftListVersion& one : taken.list.lists) {
    const std::int64_t age_us = now.value - one.list_time.value;
    lists.emplace_back(Json::Object{{"source", Json(one.source)},
                                    {"list", Json(static_cast<std::int64_t>(one.list.value))},
                                    {"rows", Json(static_cast<std::int64_t>(one.rows))},
                                    {"list_age_s", Json(age_us / kSecondUs)}});
  }
  out << chain::write(Json(
             Json::Object{{"taken", Json(static_cast<std::int64_t>(taken.taken.value))},
                          {"valid_until", Json(chain::format_time(taken.list.valid_until))},
                          {"entries", Json(static_cast<std::int64_t>(taken.list.entries.size()))},
                          {"lists", Json(std::move(lists))}}))
      << '\n';
}

}  // namespace

int run_shift(const ShiftCommand& command, std::ostream& out, std::ostream& log) {
  chain::init_crypto();
  const auto give_up = [&](const Error& error, int exit_code) {
    log << "plateledger-reader: " << error.detail << '\n';
    return exit_code;
  };
  const Result<Credentials> device = load_credentials(command.credentials);
  if (!device) return give_up(device.error(), 2);
  const TimeUs now = wall_clock();
  // For its lock: nothing is matched while the lists come or go.
  const Result<UploadQueue> queue = UploadQueue::open(device->queue, now, device->key);
  if (!queue) return give_up(queue.error(), 3);
  if (!command.start) {
    const Result<bool> ended = end_shift(*device);
    if (!ended) return give_up(ended.error(), 3);
    const bool json = command.form == OutputForm::kJson;
    out << (json     ? fmt::format("{{\"ended\":{}}}\n", *ended)
            : *ended ? "the lists and their key are removed\n"
                     : "there was no shift\n");
    return 0;
  }
  Result<UploadClient> client = UploadClient::open({command.server, device->server_certificate});
  if (!client) return give_up(client.error(), 2);
  const Result<TakenLists> taken = start_shift(*device, now, [&](std::string_view json) {
    return client->post_shift_request(device->device, as_bytes(json));
  });
  if (!taken) return give_up(taken.error(), exit_code_of(taken.error()));
  tell(*taken, now, command.form, out);
  return 0;
}

}  // namespace alpr::recognition
