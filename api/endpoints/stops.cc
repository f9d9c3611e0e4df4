// The stop records of a period, given out as a spreadsheet.
#include <fmt/format.h>

#include <memory>
#include <mutex>

#include "api/endpoints/asked.h"
#include "api/endpoints/log_access.h"
#include "api/stop_sheet.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "policy/rules/c2a2_stop_sheets.h"
#include "reports/forms/csv.h"
#include "reports/forms/xlsx.h"

namespace alpr::api {

namespace {

constexpr std::string_view kCsvType = "text/csv";
constexpr std::string_view kXlsxType =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

struct Made {
  StopSheetOf of;
  std::string file;
};

Result<Made> make(Context& context, const Call& call, policy::SheetForm form) {
  auto checkpoint = checkpoint_asked(context, call);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const store::Store& store = context.service.store();
  const auto last = store.header(Sequence{checkpoint->size - 1});
  if (!last) return tl::unexpected(last.error());
  const auto from = time_asked(call, "from", {0});
  if (!from) return tl::unexpected(from.error());
  // All of it, where no end is given: no event is later than the last one.
  const auto to = time_asked(call, "to", {last->time.value + 1});
  if (!to) return tl::unexpected(to.error());
  if (*to < *from) return fail(ErrorCode::kMalformed, "to: it is before from");
  StopSheetOf of{std::move(*checkpoint), last->time, *from, *to};
  const auto stops = policy::stops_of(*context.service.snapshot().rows,
                                      {of.from, of.to, of.checkpoint.size}, forms::kSheetRowsMax);
  if (!stops) return tl::unexpected(stops.error());
  of.stops = static_cast<std::int64_t>(stops->size());
  for (const policy::StopRow& stop : *stops)
    of.follow_ups += static_cast<std::int64_t>(stop.follow_ups.size());
  const auto sheet = stop_sheet(of, *stops, [&](Sequence seq) -> Result<Digest> {
    const auto header = store.header(seq);
    if (!header) return tl::unexpected(header.error());
    return chain::leaf_hash(chain::encode(*header));
  });
  if (!sheet) return tl::unexpected(sheet.error());
  return Made{std::move(of),
              form == policy::SheetForm::kCsv ? forms::to_csv(*sheet) : forms::to_xlsx(*sheet)};
}

// One sheet at a time, for each takes memory several times its size.
Response sheet(Context& context, const Call& call, policy::SheetForm form, std::mutex& turn) {
  if (auto refused = refuse_unless(context, call, policy::gate_stop_sheets, "stops.disclose"))
    return std::move(*refused);
  const std::unique_lock lock(turn, std::try_to_lock);
  if (!lock.owns_lock())
    return problem(Error{ErrorCode::kBusy, "another sheet is being made; try again shortly"});
  auto made = make(context, call, form);
  if (!made) return problem(made.error());
  const StopSheetOf& of = made->of;
  const policy::DiscloseStops command{form,
                                      static_cast<std::int64_t>(of.checkpoint.size),
                                      of.from,
                                      of.to,
                                      of.stops,
                                      of.follow_ups,
                                      chain::sha256(as_bytes(made->file))};
  const Outcome outcome = context.service.perform(*call.actor, command);
  if (!outcome.done()) return not_done(outcome);
  const bool csv = form == policy::SheetForm::kCsv;
  const std::string name =
      "stop-records-" + std::to_string(of.checkpoint.size) + (csv ? ".csv" : ".xlsx");
  return {200,
          csv ? std::string(kCsvType) + "; charset=utf-8; header=present" : std::string(kXlsxType),
          std::move(made->file),
          {{"Cache-Control", "no-store"},
           {"Content-Disposition", "attachment; filename=\"" + name + "\""},
           {"Plateledger-Receipt", written(context, outcome.commit.first).receipt}}};
}

Endpoint sheet_endpoint(Context& context, policy::SheetForm form,
                        const std::shared_ptr<std::mutex>& turn) {
  const bool csv = form == policy::SheetForm::kCsv;
  return without_body(
      {.method = "GET",
       .path = csv ? "/v1/stops.csv" : "/v1/stops.xlsx",
       .summary = csv ? "The stop records of a period as CSV (RFC 4180); recorded first"
                      : "The same as a workbook; recorded first",
       .who = "a trained COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-C2A2-2", "I12-F-2", "I12-L-3"},
       .query = {"from", "to", "size"},
       .answer_type = std::string(csv ? kCsvType : kXlsxType)},
      [&context, form, turn](const Call& call) { return sheet(context, call, form, *turn); });
}

}  // namespace

void add_stop_endpoints(Endpoints& endpoints, Context& context) {
  const auto turn = std::make_shared<std::mutex>();
  endpoints.add(sheet_endpoint(context, policy::SheetForm::kCsv, turn));
  endpoints.add(sheet_endpoint(context, policy::SheetForm::kXlsx, turn));
}

}  // namespace alpr::api
