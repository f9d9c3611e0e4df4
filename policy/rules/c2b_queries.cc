#include "policy/rules/c2b_queries.h"

#include <algorithm>

#include "policy/registers/hits.h"
#include "policy/registers/queries.h"
#include "policy/registers/query_elements.h"
#include "policy/registers/reads_index.h"
#include "policy/rules/access.h"
#include "policy/rules/c3_reviews.h"
#include "policy/rules/parameters.h"
#include "policy/rules/texts.h"

namespace alpr::policy {

namespace {

// Collects everything that is wrong, so that the person is told once.
class Judgement {
 public:
  // `reason` is asked for the words, which are seldom needed.
  template <typename Reason>
  void require(bool holds, std::string_view rule, std::string_view slug, Reason reason) {
    if (holds) return;
    if (refusal_.rules.empty()) refusal_.slug = slug;
    refusal_.rules.emplace_back(rule);
    if (!refusal_.reason.empty()) refusal_.reason += "; ";
    refusal_.reason += reason();
  }
  std::optional<Refusal> result() const {
    if (refusal_.rules.empty()) return std::nullopt;
    return refusal_;
  }

 private:
  Refusal refusal_;
};

bool given(const std::optional<std::string>& text) { return text && !blank(*text); }

void judge_court_process(const QueryGrounds& grounds, Judgement& judgement) {
  const auto& court = grounds.court_process;
  const bool complete = court && enum_from_text<CourtInstrument>(court->instrument) &&
                        !blank(court->number) && !blank(court->court) &&
                        valid_date(court->issued_on);
  judgement.require(complete, "I12-C2B-1", "court-process-incomplete", [] {
    return "a query in response to court process needs its instrument (" +
           enum_choices<CourtInstrument>() + "), number, issuing court and date (YYYY-MM-DD)";
  });
}

void judge_attestations(const std::optional<Attestations>& given_ones, Judgement& judgement) {
  const Attestations a = given_ones.value_or(Attestations{});
  const auto attest = [&](bool holds, std::string_view rule, std::string_view what) {
    judgement.require(holds, rule, "attestation-missing",
                      [&] { return "attest that the query is " + std::string(what); });
  };
  attest(a.not_harassment, "I12-C3-3", "not to harass or intimidate");
  attest(a.not_protected_characteristic, "I12-C3-4",
         "not made because of a protected characteristic");
  attest(a.not_personal, "I12-C3-5", "not for a personal purpose");
  attest(a.not_first_amendment, "I12-C3-6", "not to infringe First Amendment rights");
  attest(a.not_reproductive_care, "I12-C3-7", "not to pursue reproductive health care");
  attest(a.not_immigration_enforcement, "I12-E-3", "not for immigration enforcement");
}

// Sizes only: what does not fit an event is a malformed body, not a breach of the order.
std::optional<Error> text_faults(const QueryGrounds& g) {
  const auto check = [](std::string_view name, const std::optional<std::string>& text,
                        std::size_t max) {
    return text ? text_fault(name, *text, max) : std::nullopt;
  };
  if (auto e = check("grounds.purpose", g.purpose, kShortTextMax)) return e;
  if (auto e = check("grounds.legal_standard", g.legal_standard, kShortTextMax)) return e;
  if (auto e = check("grounds.facts", g.facts, kNarrativeMax)) return e;
  if (auto e = check("grounds.need_to_know", g.need_to_know, kNarrativeMax)) return e;
  if (auto e = check("grounds.case_number", g.case_number, kShortTextMax)) return e;
  if (auto e = check("grounds.narrative", g.narrative, kNarrativeMax)) return e;
  if (g.right_to_know) {
    if (auto e = text_fault("grounds.right_to_know.basis", g.right_to_know->basis, kShortTextMax))
      return e;
    if (auto e =
            text_fault("grounds.right_to_know.citation", g.right_to_know->citation, kShortTextMax))
      return e;
  }
  if (g.court_process) {
    const CourtProcess& c = *g.court_process;
    for (const auto& [name, text] :
         {std::pair{"instrument", &c.instrument}, std::pair{"number", &c.number},
          std::pair{"court", &c.court}, std::pair{"issued_on", &c.issued_on}})
      if (auto e = text_fault(std::string("grounds.court_process.") + name, *text, kShortTextMax))
        return e;
  }
  return std::nullopt;
}

Decision refuse_query(const Moment& moment, const Actor& by, const PerformQuery& query,
                      Refusal refusal) {
  Decision decision;
  decision.then(QueryRefused{moment.policy->version, refusal.rules, refusal.slug, by,
                             refusal.reason, query.elements, query.grounds});
  decision.refusal = std::move(refusal);
  return decision;
}

// The hit is alive, is of this read, and hits.disclosed showed it to this person.
bool hit_was_shown(const State& state, Sequence hit, Sequence read, const Actor& actor) {
  const auto row = find_hit(state.rows, hit);
  if (!row || !*row || (*row)->raised.read != read) return false;
  return was_shown(state.rows, hit, actor.username).value_or(false);
}

}  // namespace

std::optional<Refusal> judge_grounds(const QueryGrounds& grounds, const Parameters& parameters) {
  Judgement judgement;
  const auto purpose =
      grounds.purpose ? enum_from_text<QueryPurpose>(*grounds.purpose) : std::nullopt;
  judgement.require(purpose && allowed(parameters.query_purposes, *purpose),
                    grounds.purpose ? "I12-C2B-1" : "I12-C2B-6",
                    grounds.purpose ? "purpose-not-allowed" : "purpose-missing", [&] {
                      return "the order allows these purposes only: " +
                             texts_of(parameters.query_purposes);
                    });
  if (purpose == QueryPurpose::kCourtProcess) judge_court_process(grounds, judgement);
  const bool standard =
      grounds.legal_standard && enum_from_text<LegalStandard>(*grounds.legal_standard);
  judgement.require(standard && given(grounds.facts), "I12-C2B-2", "legal-standard-missing", [] {
    return "reasonable suspicion or greater is needed: legal_standard (" +
           enum_choices<LegalStandard>() + ") and the facts it rests on";
  });
  judgement.require(given(grounds.narrative) && given(grounds.case_number), "I12-C2B-6",
                    "purpose-undocumented",
                    [] { return "say what for: narrative and case_number"; });
  const auto& right = grounds.right_to_know;
  judgement.require(right && enum_from_text<RightToKnow>(right->basis) && !blank(right->citation),
                    "I12-C3-c1", "right-to-know-missing", [] {
                      return "a right to know is needed: basis (" + enum_choices<RightToKnow>() +
                             ") and citation";
                    });
  judgement.require(given(grounds.need_to_know), "I12-C3-c2", "need-to-know-missing", [] {
    return "a need to know is needed: the compelling reason for this access";
  });
  judge_attestations(grounds.attestations, judgement);
  return judgement.result();
}

Decision decide(const State& state, const Actor& actor, const PerformQuery& query,
                const Found& found, const Moment& moment) {
  if (auto error = text_faults(query.grounds))
    return Decision::not_judged(error->code, error->detail);
  if (auto checked = check_elements(query.elements, moment.now); !checked)
    return Decision::not_judged(checked.error().code, checked.error().detail);
  Gate access = gate(state, actor, moment, Need::kAlpr);
  if (access.error) return Decision::not_judged(access.error->code, access.error->detail);
  if (access.refusal) return refuse_query(moment, access.actor, query, *access.refusal);
  if (auto refusal = judge_grounds(query.grounds, moment.policy->parameters))
    return refuse_query(moment, access.actor, query, *refusal);
  if (auto reason = too_broad(query.elements))
    return refuse_query(moment, access.actor, query, {{"I12-C3-c2"}, "too-broad", *reason});
  ALPR_CHECK(found.reads.size() <= kResultsMax);
  Decision decision;
  decision.then(QueryPerformed{moment.policy->version,
                               *enum_from_text<QueryPurpose>(*query.grounds.purpose),
                               *enum_from_text<LegalStandard>(*query.grounds.legal_standard),
                               static_cast<std::int64_t>(found.reads.size()), access.actor,
                               query.elements, query.grounds, found.more, found.reads});
  const auto flags = flags_of(state, access.actor, query.elements, query.grounds, moment);
  if (!flags) return Decision::not_judged(flags.error().code, flags.error().detail);
  if (!flags->empty()) {
    std::vector<std::string> rules;
    for (const ReviewFlag flag : *flags) rules.emplace_back(rule_of(flag));
    decision.then(ReviewRaised{moment.policy->version, moment.next, *flags, rules, actor.username});
  }
  return decision;
}

Decision decide(const State& state, const Actor& actor, const DisclosePage& command,
                const Found& found, const Moment& moment) {
  const Gate access = gate(state, actor, moment, Need::kAlpr);
  if (auto stopped = access.stop("query.page")) return *stopped;
  const auto row = find_query(state.rows, command.query);
  if (!row) return Decision::not_judged(row.error().code, row.error().detail);
  if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such query");
  const std::vector<Sequence>& ends = (*row)->continued;
  const bool goes_on = std::find(ends.begin(), ends.end(), command.after) != ends.end();
  if ((*row)->username != actor.username || !goes_on)
    return refuse(moment, access.actor, "query.page",
                  {{"I12-C2B-7", "I12-C3-0"},
                   "page-not-yours",
                   "no page of a query of yours ended so; perform a query of your own"});
  ALPR_CHECK(found.reads.size() <= kResultsMax);
  Decision decision;
  decision.then(QueryPageDisclosed{moment.policy->version,
                                   static_cast<std::int64_t>(found.reads.size()), access.actor,
                                   command.query, command.after, found.more, found.reads});
  return decision;
}

Decision decide(const State& state, const Actor& actor, const DiscloseImage& command,
                const Moment& moment) {
  const Gate access = gate(state, actor, moment, Need::kAlpr);
  if (auto stopped = access.stop("image.disclose")) return *stopped;
  std::string case_number;
  if (command.query) {
    const auto row = find_query(state.rows, *command.query);
    if (!row) return Decision::not_judged(row.error().code, row.error().detail);
    if (!*row) return Decision::not_judged(ErrorCode::kNotFound, "no such query");
    const bool own = (*row)->username == actor.username;
    const bool shown = std::find((*row)->disclosed.begin(), (*row)->disclosed.end(),
                                 command.read) != (*row)->disclosed.end();
    if (!own || !shown)
      return refuse(
          moment, access.actor, "image.disclose",
          {{"I12-C2B-7", "I12-C3-0"},
           "image-not-disclosed",
           "this read was not disclosed to you by that query; perform a query of your own"});
    case_number = (*row)->case_number;
  } else if (!command.hit || !hit_was_shown(state, *command.hit, command.read, actor)) {
    return refuse(moment, access.actor, "image.disclose",
                  {{"I12-F-2", "I12-C3-0"},
                   "image-not-disclosed",
                   "this hit was not shown to you; list the hits first"});
  }
  const auto read = state.reads.find(command.read);
  if (!read || !state.reads.may_show(*read, case_number, moment.now))
    return Decision::not_judged(ErrorCode::kGone, "this read is past its 30 days (I12-G-1)");
  Decision decision;
  decision.then(ImageDisclosed{moment.policy->version, access.actor, command.read, command.query,
                               command.hit});
  return decision;
}

}  // namespace alpr::policy
