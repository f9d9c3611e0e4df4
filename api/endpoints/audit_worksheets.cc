// The fieldwork of a sample audit: what was drawn is given to a reviewer, on the record first, and
// verdicts come back one by one or as the filled-in sheet.
#include "policy/records/audit_worksheets.h"

#include <fmt/format.h>

#include "api/audit_sheet.h"
#include "api/endpoints/log_access.h"
#include "api/images.h"
#include "api/marking.h"
#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/header.h"
#include "policy/records/hotlists.h"
#include "policy/records/kinds.h"
#include "policy/records/reads.h"
#include "policy/records/sharing.h"
#include "reports/forms/csv.h"
#include "reports/forms/xlsx.h"

namespace alpr::api {

namespace {

constexpr std::size_t kSheetBodyMax = std::size_t{32} << 20;
constexpr std::string_view kCsvType = "text/csv";
constexpr std::string_view kXlsxType =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

struct TestShown {
  std::int64_t kind = 0;
  std::string test;
  std::string question;
  std::string rule;
  template <typename M>
  void members(M& m) {
    m("kind", kind);
    m("test", test);
    m("question", question);
    m("rule", rule);
  }
};

struct Worksheet {
  Sequence audit;
  std::int64_t own = 0;  // items left out, because they are the reviewer's own acts
  std::vector<TestShown> tests;
  std::vector<WorksheetItem> items;
  template <typename M>
  void members(M& m) {
    m("audit", audit);
    m("own", own);
    m("tests", tests);
    m("items", items);
  }
};

struct WorksheetAnswer {
  Digest leaf{};
  std::string receipt;
  Worksheet worksheet;  // the event's digest is of this member's canonical JSON
  template <typename M>
  void members(M& m) {
    m("leaf", leaf);
    m("receipt", receipt);
    m("worksheet", worksheet);
  }
};

Result<policy::AuditRow> drawn_audit(Context& context, const Call& call) {
  const auto audit = call.seq("audit");
  if (!audit) return tl::unexpected(audit.error());
  const auto row = policy::find_audit(*context.service.snapshot().rows, *audit);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kNotFound, "no such audit");
  if (!(*row)->seed)
    return fail(ErrorCode::kConflict, "nothing is drawn yet: two people enter the beacon's value");
  return **row;
}

template <policy::Record R>
Result<Sequence> request_of(const chain::EventView& event) {
  const auto record = policy::from_event<R>(event);
  if (!record) return tl::unexpected(record.error());
  return record->request;
}

// Of an answer what was asked for: it says little without.
Result<std::string> related(const store::Store& store, const chain::EventView& event) {
  Result<Sequence> asked = Sequence{};
  switch (event.header.kind) {
    case policy::EntryApproved::kKind.number:
      asked = request_of<policy::EntryApproved>(event);
      break;
    case policy::SharingDecided::kKind.number:
      asked = request_of<policy::SharingDecided>(event);
      break;
    case policy::SharingReleased::kKind.number:
      asked = request_of<policy::SharingReleased>(event);
      break;
    default:
      return std::string();
  }
  if (!asked) return tl::unexpected(asked.error());
  const auto request = store.event(*asked);
  if (!request) return tl::unexpected(request.error());
  return request->json;
}

bool gone(const chain::Header& header, TimeUs now) {
  return header.retention == chain::Retention::kThirtyDay && due_time(header.time) <= now;
}

// Of a read no more than what the picture is compared with: where and when it was is nobody's
// question here.
Result<std::string> record_of(const chain::EventView& event) {
  if (event.header.kind != policy::ReadRecorded::kKind.number) return event.json;
  const auto read = policy::from_event<policy::ReadRecorded>(event);
  if (!read) return tl::unexpected(read.error());
  return chain::write(chain::Json(chain::Json::Object{{"plate", chain::Json(read->read->plate)}}));
}

Result<void> add_content(const store::Store& store, const policy::AuditRow& audit,
                         WorksheetItem& item) {
  const auto event = store.event(item.item);
  if (!event) return tl::unexpected(event.error());
  auto record = record_of(*event);
  if (!record) return tl::unexpected(record.error());
  item.record = std::move(*record);
  auto more = event->header.kind == policy::ReadRecorded::kKind.number
                  ? Result<std::string>(fmt::format("/v1/audits/{}/items/{}/image",
                                                    audit.audit.value, item.item.value))
                  : related(store, *event);
  if (!more) return tl::unexpected(more.error());
  item.related = std::move(*more);
  item.people = people_in(*event);
  return {};
}

// Without its content where it is past its 30 days: it is unexaminable then.
Result<WorksheetItem> item_of(const store::Store& store, const policy::AuditRow& audit,
                              const policy::AuditItemRow& row, TimeUs now) {
  const auto header = store.header(row.item);
  if (!header) return tl::unexpected(header.error());
  WorksheetItem item;
  item.item = row.item;
  item.stratum = row.stratum ? audit.plan.strata.at(static_cast<std::size_t>(*row.stratum)).name
                             : std::string("CERTAIN");
  item.drawn = row.drawn;
  item.kind = header->kind;
  item.kind_name = policy::kinds().find(header->kind)->name;
  item.recorded_at = header->time;
  item.leaf = chain::leaf_hash(chain::encode(*header));
  if (!gone(*header, now)) {
    if (auto added = add_content(store, audit, item); !added) return tl::unexpected(added.error());
  }
  if (!row.finding) return item;
  item.results = row.finding->results;
  item.evidence = row.finding->evidence;
  item.note = row.finding->note;
  return item;
}

Result<Worksheet> make(Context& context, const Call& call, const policy::AuditRow& audit) {
  const store::Store& store = context.service.store();
  const auto rows = policy::list_audit_items(*context.service.snapshot().rows, audit.audit);
  if (!rows) return tl::unexpected(rows.error());
  Worksheet sheet;
  sheet.audit = audit.audit;
  for (const std::int64_t kind : policy::audited_kinds(audit.plan.population)) {
    for (const policy::AuditTest& test : policy::audit_tests(kind))
      sheet.tests.push_back(
          {kind, std::string(test.code), std::string(test.question), std::string(test.rule)});
  }
  for (const policy::AuditItemRow& row : *rows) {
    auto item = item_of(store, audit, row, context.service.now());
    if (!item) return tl::unexpected(item.error());
    if (std::ranges::find(item->people, call.actor->username) != item->people.end()) {
      ++sheet.own;
      continue;
    }
    sheet.items.push_back(std::move(*item));
  }
  return sheet;
}

Result<std::string> written_as(policy::WorksheetForm form, const policy::AuditRow& audit,
                               const Worksheet& worksheet, TimeUs made_at,
                               const std::string& marking) {
  if (form == policy::WorksheetForm::kJson) return policy::to_json_text(worksheet);
  const auto sheet = audit_sheet(audit, made_at, worksheet.items, marking);
  if (!sheet) return tl::unexpected(sheet.error());
  return form == policy::WorksheetForm::kCsv ? forms::to_csv(*sheet) : forms::to_xlsx(*sheet);
}

std::string type_of(policy::WorksheetForm form) {
  if (form == policy::WorksheetForm::kJson) return "application/json";
  return std::string(form == policy::WorksheetForm::kCsv ? kCsvType : kXlsxType);
}

Response disclose(Context& context, const Call& call, policy::WorksheetForm form) {
  if (auto refused = refuse_unless(context, call, policy::gate_audit_review, "audit.worksheet"))
    return std::move(*refused);
  const auto audit = drawn_audit(context, call);
  if (!audit) return problem(audit.error());
  const auto seeded = context.service.store().header(audit->seed->event);
  if (!seeded) return problem(seeded.error());
  auto worksheet = make(context, call, *audit);
  if (!worksheet) return problem(worksheet.error());
  auto file =
      written_as(form, *audit, *worksheet, seeded->time, owner_notice(context.settings.origin));
  if (!file) return problem(file.error());
  const policy::DiscloseWorksheet command{audit->audit, form,
                                          static_cast<std::int64_t>(worksheet->items.size()),
                                          worksheet->own, chain::sha256(as_bytes(*file))};
  const Outcome outcome = context.service.perform(*call.actor, command);
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  if (form == policy::WorksheetForm::kJson)
    return json_answer(WorksheetAnswer{event.leaf, event.receipt, std::move(*worksheet)});
  const bool csv = form == policy::WorksheetForm::kCsv;
  return {200,
          type_of(form) + (csv ? "; charset=utf-8; header=present" : ""),
          std::move(*file),
          {{"Cache-Control", "no-store"},
           {"Content-Disposition", fmt::format("attachment; filename=\"audit-{}.{}\"",
                                               audit->audit.value, csv ? "csv" : "xlsx")},
           {"Plateledger-Receipt", event.receipt}}};
}

// What is not there is in no sample: decide() says so.
policy::SampledEvent sampled(Context& context, const store::Transaction& transaction, Sequence item,
                             TimeUs now) {
  const auto header = context.service.store().header(item);
  if (!header) return {};
  policy::SampledEvent event{header->kind, gone(*header, now), {}};
  if (event.gone) return event;
  if (const auto view = transaction.event(item)) event.people = people_in(*view);
  return event;
}

Response image(Context& context, const Call& call) {
  const auto audit = call.seq("audit");
  if (!audit) return problem(audit.error());
  const auto item = call.seq("item");
  if (!item) return problem(item.error());
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction& transaction,
                                  const policy::Moment& moment) {
        return policy::decide(state, *call.actor, policy::ShowSampledRead{*audit, *item},
                              sampled(context, transaction, *item, moment.now), moment);
      });
  return shown_image(context, *item, outcome);
}

Response record(Context& context, const Call& call, const policy::RecordVerdicts& command) {
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction& transaction,
                                  const policy::Moment& moment) -> policy::Decision {
        std::vector<policy::SampledEvent> events;
        for (const policy::JudgedItem& judged : command.verdicts) {
          events.push_back(sampled(context, transaction, judged.item, moment.now));
        }
        return policy::decide(state, *call.actor, command, events, moment);
      });
  return answer(context, outcome);
}

Response take_sheet(Context& context, const Call& call, policy::WorksheetForm form) {
  // Nothing of the file is read for somebody who may not judge.
  if (auto refused = refuse_unless(context, call, policy::gate_audit_review, "audit.judge"))
    return std::move(*refused);
  const auto audit = drawn_audit(context, call);
  if (!audit) return problem(audit.error());
  const std::string& body = call.request.body;
  const auto command = form == policy::WorksheetForm::kCsv
                           ? read_audit_csv(*audit, body)
                           : read_audit_xlsx(*audit, as_bytes(body));
  if (!command) return problem(command.error());
  return record(context, call, *command);
}

Endpoint worksheet_endpoint(Context& context, policy::WorksheetForm form) {
  const bool json = form == policy::WorksheetForm::kJson;
  const std::string end = json ? "" : form == policy::WorksheetForm::kCsv ? ".csv" : ".xlsx";
  return without_body(
      {.method = "GET",
       .path = "/v1/audits/{audit}/worksheet" + end,
       .summary = json ? "What was drawn, but for the reviewer's own acts; recorded first"
                       : "The same as a " + end.substr(1) + " file to fill in; recorded first",
       .who = "a trained COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-K-5", "I12-F-2", "I12-L-3"},
       .answer_type = type_of(form),
       .answer = json ? members_of<WorksheetAnswer>() : Schema()},
      [&context, form](const Call& call) { return disclose(context, call, form); });
}

Endpoint filled_endpoint(Context& context, policy::WorksheetForm form) {
  const bool csv = form == policy::WorksheetForm::kCsv;
  Endpoint filled = without_body(
      {.method = "POST",
       .path = std::string("/v1/audits/{audit}/worksheet.") + (csv ? "csv" : "xlsx"),
       .summary = csv ? "Give a filled-in worksheet back; rows without a verdict are left for later"
                      : "The same as a workbook; one with a formula is refused",
       .who = "a trained COORDINATOR or ADMINISTRATOR, not on their own acts",
       .rules = {"I12-K-5"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      [&context, form](const Call& call) { return take_sheet(context, call, form); });
  filled.body_type = type_of(form);
  filled.body_max = kSheetBodyMax;
  return filled;
}

}  // namespace

void add_audit_worksheet_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/audits/{audit}/items/{item}/image",
                              .summary = "The picture of a read that was drawn; recorded first",
                              .who = "a trained COORDINATOR or ADMINISTRATOR",
                              .rules = {"I12-K-5", "I12-F-2", "I12-G-1"},
                              .answer_type = "image/*"},
                             [&context](const Call& call) { return image(context, call); }));
  for (const auto form :
       {policy::WorksheetForm::kJson, policy::WorksheetForm::kCsv, policy::WorksheetForm::kXlsx})
    endpoints.add(worksheet_endpoint(context, form));
  endpoints.add(with_body<policy::RecordVerdicts>(
      {.method = "POST",
       .path = "/v1/audits/{audit}/verdicts",
       .summary = "Record verdicts on sampled items, all of them or none",
       .who = "a trained COORDINATOR or ADMINISTRATOR, not on their own acts",
       .rules = {"I12-K-5"},
       .answer_status = 201,
       .answer = members_of<Written>()},
      {{"audit", "audit"}}, [&context](const Call& call, const policy::RecordVerdicts& command) {
        return record(context, call, command);
      }));
  for (const auto form : {policy::WorksheetForm::kCsv, policy::WorksheetForm::kXlsx})
    endpoints.add(filled_endpoint(context, form));
}

}  // namespace alpr::api
