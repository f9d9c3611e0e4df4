#include "policy/rules/l5_reports.h"

#include <algorithm>
#include <array>

#include "policy/rules/required_facts.h"
#include "policy/rules/texts.h"

namespace alpr::policy {
namespace {

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
constexpr std::int64_t kExtensionDaysMax = 60;  // OMC 9.64.040
constexpr std::int64_t kYearDays = 365;
constexpr std::int64_t kYearFirst = 1970;
constexpr std::int64_t kYearLast = 2200;

std::int64_t year_of(TimeUs time) {
  std::int64_t year = 0;
  for (const char digit : chain::format_time(time).substr(0, 4)) year = year * 10 + (digit - '0');
  return year;
}

TimeUs start_of(std::int64_t year) {
  return chain::parse_time(std::to_string(year) + "-01-01T00:00:00Z").value();
}

// Daylight saving time has begun by then: 15 March ends in Oakland at 07:00 UTC.
TimeUs first_due(std::int64_t year) {
  return chain::parse_time(std::to_string(year + 1) + "-03-16T07:00:00Z").value();
}

Gate gate_coordinator(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kCoordinator{Role::kCoordinator};
  return gate_role(state, actor, moment, kCoordinator, {"I12-L-5"});
}

std::optional<Refusal> report_refusal(const ReportRow& report) {
  if (report.until.value - report.from.value < kYearDays * kDayUs) {
    return Refusal{{"I12-L-5"},
                   "report-not-of-a-year",
                   "The annual report is of a whole year: have one made of 365 days or more."};
  }
  if (report.as_of < report.until) {
    return Refusal{{"I12-L-5"},
                   "period-not-over",
                   "This report was made before its period was over: have it made again."};
  }
  return std::nullopt;
}

std::optional<Error> fault(std::string_view member, const std::optional<std::string>& text,
                           std::size_t max) {
  return text ? text_fault(member, *text, max) : std::nullopt;
}

}  // namespace

Gate gate_reports(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kReaders{Role::kCoordinator, Role::kAdministrator, Role::kPacAuditor};
  return gate_role(state, actor, moment, kReaders, {"I12-F-2", "I12-L-5"});
}

Decision decide(const State& state, const Actor& actor, const DiscloseReport& command,
                const Moment& moment) {
  const Gate open = gate_reports(state, actor, moment);
  if (auto stop = open.stop("report.disclose")) return *stop;
  return Decision{}.then(ReportDisclosed{moment.policy->version, command.form, command.size,
                                         command.root, command.as_of, command.from, command.until,
                                         command.sha256, open.actor});
}

Gate gate_sealed_attachment(const State& state, const Actor& actor, const Moment& moment) {
  constexpr std::array kMakers{Role::kCoordinator, Role::kAdministrator};
  Gate open = gate(state, actor, moment, Need::kAlpr);
  if (open.refusal || open.error) return open;
  if (!holds_any_role(state, actor.username, kMakers, moment)) {
    open.refusal = {{"I12-C2B-8", "I12-F-2"},
                    "role-missing",
                    "The sealed attachments are made by the ALPR Coordinator or Administrator."};
  }
  return open;
}

Decision decide(const State& state, const Actor& actor, const DiscloseAttachment& command,
                const Moment& moment) {
  const bool sealed = command.edition == Edition::kSealed;
  ALPR_CHECK(sealed == command.sealed_to.has_value());
  const Gate open =
      sealed ? gate_sealed_attachment(state, actor, moment) : gate_reports(state, actor, moment);
  if (auto stop = open.stop("report.attach")) return *stop;
  return Decision{}.then(AttachmentDisclosed{
      moment.policy->version, command.attachment, command.size, command.from, command.until,
      command.events, command.sha256, open.actor,
      sealed ? std::optional(Edition::kSealed) : std::nullopt, command.sealed_to});
}

Decision decide(const State& state, const Actor& actor, const DeliverReport& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "report.deliver";
  if (auto e = fault("recipient", command.recipient, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("delivery", command.delivery, kNarrativeMax)) return not_judged(*e);
  const Gate open = gate_coordinator(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto report = find_report(state.rows, command.report);
  if (!report) return not_judged(report.error());
  if (!*report)
    return Decision::not_judged(ErrorCode::kNotFound, "no report was given out under this number");
  const auto recipient =
      command.recipient ? enum_from_text<ReportRecipient>(*command.recipient) : std::nullopt;
  RequiredFacts facts;
  facts.that(recipient.has_value(), "I12-L-5", "recipient-not-named",
             "State recipient: " + enum_choices<ReportRecipient>() + ".");
  facts.text(command.delivery, "delivery", "I12-L-5");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  if (auto refusal = report_refusal(**report))
    return refuse(moment, open.actor, kAction, std::move(*refusal));
  return Decision{}.then(ReportIssued{moment.policy->version,
                                      report_year_of((*report)->from, (*report)->until), *recipient,
                                      command.report, (*report)->size, (*report)->root,
                                      (*report)->sha256, *command.delivery, open.actor});
}

Decision decide(const State& state, const Actor& actor, const ExtendReport& command,
                const Moment& moment) {
  constexpr std::string_view kAction = "report.extend";
  if (auto e = number_fault("year", command.year, kYearFirst, kYearLast)) return not_judged(*e);
  if (auto e = time_fault("until", command.until)) return not_judged(*e);
  if (auto e = fault("granted_by", command.granted_by, kShortTextMax)) return not_judged(*e);
  if (auto e = fault("reason", command.reason, kNarrativeMax)) return not_judged(*e);
  const Gate open = gate_coordinator(state, actor, moment);
  if (auto stop = open.stop(kAction)) return *stop;
  const auto row = report_year(state.rows, command.year);
  if (!row) return not_judged(row.error());
  const std::int64_t longer_us = command.until.value - first_due(command.year).value;
  RequiredFacts facts;
  facts.that(!row->extension, "I12-L-5", "extension-used",
             "The Commission may grant one extension, and this year has had it.");
  facts.that(longer_us > 0 && longer_us <= kExtensionDaysMax * kDayUs, "I12-L-5",
             "extension-too-long", "An extension ends within 60 days after 15 March.");
  facts.text(command.granted_by, "granted_by", "I12-L-5");
  facts.text(command.reason, "reason", "I12-L-5");
  if (facts.refusal()) return refuse(moment, open.actor, kAction, *facts.refusal());
  return Decision{}.then(ReportExtended{moment.policy->version, command.year, command.until,
                                        *command.granted_by, *command.reason, open.actor});
}

std::int64_t report_year_of(TimeUs from, TimeUs until) {
  return year_of({from.value + (until.value - from.value) / 2});
}

Result<std::vector<ReportYear>> report_years(const State& state, const Moment& moment) {
  const auto since = reports_since(state.rows);
  if (!since) return tl::unexpected(since.error());
  if (!*since) return std::vector<ReportYear>();
  const std::int64_t present = year_of(moment.now);
  const std::int64_t first = std::max(year_of(**since), present - kReportYearsMax + 1);
  std::vector<ReportYear> years;
  for (std::int64_t year = first; year <= present; ++year) {
    auto row = report_year(state.rows, year);
    if (!row) return tl::unexpected(row.error());
    const TimeUs due = row->extended_until.value_or(first_due(year));
    years.push_back({std::move(*row), due, moment.now >= start_of(year + 1)});
  }
  return years;
}

}  // namespace alpr::policy
