// The annual report, given out as figures, as a page and as a table; recorded first.
#include <array>
#include <memory>
#include <mutex>

#include "api/annual_report.h"
#include "api/endpoints/asked.h"
#include "api/endpoints/log_access.h"
#include "api/report_attachment.h"
#include "ledger/chain/box_key.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "policy/rules/l5_reports.h"
#include "reports/forms/annual_document.h"
#include "reports/forms/annual_page.h"
#include "reports/forms/annual_sheet.h"
#include "reports/forms/csv.h"
#include "reports/forms/pdf.h"
#include "reports/forms/xlsx.h"

namespace alpr::api {
namespace {

using figures::AnnualReport;
using policy::ReportForm;

// Held against its log later, so its bytes are of the report alone: the receipt is in a header.
constexpr std::string_view kFiguresType = "application/vnd.plateledger.report+json";
constexpr std::string_view kXlsxType =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view kReaders = "COORDINATOR, ADMINISTRATOR or PAC_AUDITOR";

Result<figures::Period> period_asked(const Call& call) {
  const auto missing = [&](std::string_view name) { return !call.query.contains(name); };
  if (missing("from") || missing("until"))
    return fail(ErrorCode::kMalformed,
                "from, until: say of which period, e.g. from="
                "2026-01-01T08:00:00Z&until=2027-01-01T08:00:00Z");
  const auto from = time_asked(call, "from", {});
  if (!from) return tl::unexpected(from.error());
  const auto until = time_asked(call, "until", {});
  if (!until) return tl::unexpected(until.error());
  return figures::period_of(*from, *until);
}

Result<AnnualReport> make(Context& context, const Call& call) {
  const auto period = period_asked(call);
  if (!period) return tl::unexpected(period.error());
  const auto checkpoint = checkpoint_asked(context, call);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const auto years = call.number("years", 0, figures::kYearsMax, 0);
  if (!years) return tl::unexpected(years.error());
  return annual_report(context.service.store(), *checkpoint, *period, *years);
}

struct Document {
  std::string body;
  std::string_view type;
};

Result<Document> written_as(ReportForm form, const AnnualReport& report) {
  switch (form) {
    case ReportForm::kJson:
      return Document{policy::to_json_text(report), kFiguresType};
    case ReportForm::kHtml:
      return Document{forms::annual_page(report), "text/html; charset=utf-8"};
    case ReportForm::kCsv:
    case ReportForm::kXlsx: {
      const auto sheet = forms::annual_sheet(report);
      if (!sheet) return tl::unexpected(sheet.error());
      if (form == ReportForm::kXlsx) return Document{forms::to_xlsx(*sheet), kXlsxType};
      return Document{forms::to_csv(*sheet), "text/csv; charset=utf-8; header=present"};
    }
    case ReportForm::kPdf: {
      auto pdf = forms::to_pdf(forms::annual_document(report));
      if (!pdf) return tl::unexpected(pdf.error());
      return Document{std::move(*pdf), "application/pdf"};
    }
  }
  ALPR_CHECK(false);
}

// One report at a time: each walks the whole log.
Response report(Context& context, const Call& call, ReportForm form, std::mutex& turn) {
  if (auto refused = refuse_unless(context, call, policy::gate_reports, "report.disclose"))
    return std::move(*refused);
  const std::unique_lock lock(turn, std::try_to_lock);
  if (!lock.owns_lock())
    return problem(Error{ErrorCode::kBusy, "another report is being made; try again shortly"});
  const auto made = make(context, call);
  if (!made) return problem(made.error());
  auto document = written_as(form, *made);
  if (!document) return problem(document.error());
  const Outcome outcome = context.service.perform(
      *call.actor, policy::DiscloseReport{form, made->size, made->root, made->as_of, made->from,
                                          made->until, chain::sha256(as_bytes(document->body))});
  if (!outcome.done()) return not_done(outcome);
  Response response{200, std::string(document->type), std::move(document->body), {}};
  response.headers = {{"Cache-Control", "no-store"},
                      {"Plateledger-Receipt", written(context, outcome.commit.first).receipt}};
  // A page that somebody opens from a server runs nothing, whatever gets into it.
  if (form == ReportForm::kHtml)
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'none'; style-src 'unsafe-inline'");
  return response;
}

struct Offer {
  ReportForm form;
  std::string_view path, type, summary;
};
constexpr std::array kOffers{
    Offer{ReportForm::kJson, "/v1/reports/annual", kFiguresType,
          "The figures of a period, as anybody with the log can count them again; recorded first"},
    Offer{ReportForm::kHtml, "/v1/reports/annual.html", "text/html",
          "The same as one page to read and print; recorded first"},
    Offer{ReportForm::kCsv, "/v1/reports/annual.csv", "text/csv",
          "The same as CSV (RFC 4180), a row for each row of each figure; recorded first"},
    Offer{ReportForm::kXlsx, "/v1/reports/annual.xlsx", kXlsxType,
          "The same rows as a workbook; recorded first"},
    Offer{ReportForm::kPdf, "/v1/reports/annual.pdf", "application/pdf",
          "The same as the page, as a PDF to print and file; recorded first"}};

Endpoint report_endpoint(Context& context, const Offer& offer,
                         const std::shared_ptr<std::mutex>& turn) {
  Endpoint endpoint{
      .method = "GET",
      .path = std::string(offer.path),
      .summary = std::string(offer.summary),
      .who = std::string(kReaders),
      .rules = {"I12-HDR-3", "I12-A-2", "I12-B-1", "I12-C2A-8", "I12-C3-2", "I12-F-2", "I12-L-5"},
      .query = {"from", "until", "size", "years"},
      .answer_type = std::string(offer.type)};
  if (offer.form == ReportForm::kJson) endpoint.answer = members_of<AnnualReport>();
  return without_body(std::move(endpoint), [&context, form = offer.form, turn](const Call& call) {
    return report(context, call, form, *turn);
  });
}

struct Editing {
  policy::Edition edition = policy::Edition::kPublic;
  chain::BoxPublicKey key{};  // of the sealed edition
};

Result<Editing> editing_asked(const Call& call) {
  Editing editing;
  if (const auto text = call.query.find("edition"); text != call.query.end()) {
    const auto edition = policy::enum_from_text<policy::Edition>(text->second);
    if (!edition)
      return fail(ErrorCode::kMalformed,
                  "edition: one of " + policy::enum_choices<policy::Edition>());
    editing.edition = *edition;
  }
  const auto key = call.query.find("key");
  if (editing.edition == policy::Edition::kPublic) {
    if (key != call.query.end())
      return fail(ErrorCode::kMalformed, "key: only with edition=SEALED");
    return editing;
  }
  const auto bytes = chain::parse_hex(key == call.query.end() ? "" : key->second);
  if (!bytes || bytes->size() != editing.key.size())
    return fail(ErrorCode::kMalformed,
                "key: whom it is sealed to, 64 hexadecimal digits, as `plateledger-verify "
                "attachment-key FILE` prints them");
  std::ranges::copy(*bytes, editing.key.begin());
  return editing;
}

Response given_out(Context& context, const Outcome& outcome, std::string_view type,
                   std::string body) {
  return {200,
          std::string(type),
          std::move(body),
          {{"Cache-Control", "no-store"},
           {"Plateledger-Receipt", written(context, outcome.commit.first).receipt}}};
}

Response attach(Context& context, const Call& call, std::mutex& turn) {
  const auto editing = editing_asked(call);
  if (!editing) return problem(editing.error());
  const bool sealed = editing->edition == policy::Edition::kSealed;
  const auto gate = sealed ? policy::gate_sealed_attachment : policy::gate_reports;
  if (auto refused = refuse_unless(context, call, gate, "report.attach"))
    return std::move(*refused);
  const auto which = policy::enum_from_text<policy::Attachment>(call.path.at("attachment"));
  if (!which)
    return problem(Error{ErrorCode::kNotFound,
                         "attachment: one of " + policy::enum_choices<policy::Attachment>()});
  const std::unique_lock lock(turn, std::try_to_lock);
  if (!lock.owns_lock())
    return problem(Error{ErrorCode::kBusy, "another report is being made; try again shortly"});
  const auto period = period_asked(call);
  if (!period) return problem(period.error());
  const auto checkpoint = checkpoint_asked(context, call);
  if (!checkpoint) return problem(checkpoint.error());
  const auto made =
      report_attachment(context.service.store(), *which, editing->edition, *checkpoint, *period);
  if (!made) return problem(made.error());
  std::string body = policy::to_json_text(*made);
  policy::DiscloseAttachment command{*which,          made->size,   made->from,
                                     made->until,     made->events, chain::sha256(as_bytes(body)),
                                     editing->edition};
  std::optional<Bytes> box;
  if (sealed) {
    auto closed = chain::seal_to(editing->key, as_bytes(body));
    chain::wipe({reinterpret_cast<std::uint8_t*>(body.data()), body.size()});
    if (!closed) return problem(closed.error());
    box = std::move(*closed);
    command.sealed_to = chain::sha256(editing->key);
  }
  const Outcome outcome = context.service.perform(*call.actor, command);
  if (!outcome.done()) return not_done(outcome);
  if (box) return given_out(context, outcome, kSealedAttachmentType, std::string(as_text(*box)));
  return given_out(context, outcome, kAttachmentType, std::move(body));
}

Endpoint attachment_endpoint(Context& context, const std::shared_ptr<std::mutex>& turn) {
  return without_body(
      {.method = "GET",
       .path = "/v1/reports/annual/attachments/{attachment}",
       .summary =
           "QUERIES, SHARING, ENTRIES or RESPONSES (to hits) of a period, each as a receipt: "
           "of open members alone for the public, or edition=SEALED, all of them, sealed to "
           "the Commission's key; recorded first",
       .who = std::string(kReaders) + "; SEALED: COORDINATOR or ADMINISTRATOR, trained",
       .rules = {"I12-C2A2-2", "I12-C2B-8", "I12-E-5", "I12-F-2", "I12-K-3"},
       .query = {"from", "until", "size", "edition", "key"},
       .answer_type = std::string(kAttachmentType),
       .answer = members_of<ReportAttachment>()},
      [&context, turn](const Call& call) { return attach(context, call, *turn); });
}

struct YearShown {
  policy::ReportYearRow row;
  TimeUs due;
  bool delivered = false;  // to all three recipients
  bool overdue = false;
  template <typename M>
  void members(M& m) {
    row.members(m);
    m("due", due);
    m("delivered", delivered);
    m("overdue", overdue);
  }
};

struct YearList {
  std::vector<YearShown> years;  // oldest first; the present one is not over
  template <typename M>
  void members(M& m) {
    m("years", years);
  }
};

// Dates, digests and recipients, which are open in the log, so a look is no event.
Response years(Context& context, const Call& call) {
  if (auto refused = refuse_unless(context, call, policy::gate_reports, "report.years"))
    return std::move(*refused);
  const auto snapshot = context.service.snapshot();
  auto all = policy::report_years(snapshot.state, snapshot.moment);
  if (!all) return problem(all.error());
  YearList answer;
  for (policy::ReportYear& year : *all) {
    const bool delivered = year.row.delivered();
    answer.years.push_back(
        {std::move(year.row), year.due, delivered, !delivered && snapshot.moment.now >= year.due});
  }
  return json_answer(answer);
}

void add_deliveries(Endpoints& endpoints, Context& context) {
  endpoints.add(command_endpoint<policy::DeliverReport>(
      context,
      {.method = "POST",
       .path = "/v1/reports/annual/deliveries",
       .summary = "Record that a year's report went to one of its three recipients",
       .who = "COORDINATOR",
       .rules = {"I12-L-5"}},
      {}));
  endpoints.add(command_endpoint<policy::ExtendReport>(
      context,
      {.method = "POST",
       .path = "/v1/reports/annual/extensions",
       .summary = "Record the one extension that the Commission may grant for a year's report",
       .who = "COORDINATOR",
       .rules = {"I12-L-5"}},
      {}));
  endpoints.add(without_body({.method = "GET",
                              .path = "/v1/reports/annual/deliveries",
                              .summary = "Each year's report: to whom it went, and when it is due",
                              .who = std::string(kReaders),
                              .rules = {"I12-L-5"},
                              .answer = members_of<YearList>()},
                             [&context](const Call& call) { return years(context, call); }));
}

}  // namespace

void add_annual_report_endpoints(Endpoints& endpoints, Context& context) {
  add_deliveries(endpoints, context);
  const auto turn = std::make_shared<std::mutex>();
  endpoints.add(attachment_endpoint(context, turn));
  for (const Offer& offer : kOffers) endpoints.add(report_endpoint(context, offer, turn));
}

}  // namespace alpr::api
