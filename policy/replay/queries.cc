// Queries, their pages and pictures, and what stands out in them (I12-C2B, C3, F-2, G-1).
#include "policy/registers/queries.h"

#include <fmt/core.h>

#include <array>

#include "policy/records/reads.h"
#include "policy/records/reviews.h"
#include "policy/registers/hits.h"
#include "policy/registers/tables.h"
#include "policy/replay/judge.h"
#include "policy/replay/memory_rows.h"
#include "policy/replay/reads_seen.h"
#include "policy/rules/c2b_queries.h"
#include "policy/rules/c3_reviews.h"

namespace alpr::policy {
namespace {

// What the search gave is in the event; that each of it is a read, and could be shown then, in the
// headers (I12-G-1).
std::optional<Again> wrongly_shown(const Scene& s, const std::vector<Sequence>& reads,
                                   std::string_view case_number) {
  if (reads.size() > kResultsMax)
    return breach({"I12-C2B-7"}, "more reads than one answer discloses");
  for (const Sequence read : reads) {
    if (s.past.may_show(read, ReadRecorded::kKind.number, case_number, s.moment.now)) continue;
    return breach({"I12-G-1"}, fmt::format("it disclosed event {}, which is no read, or was past "
                                           "its 30 days and not held for this case",
                                           read.value));
  }
  return std::nullopt;
}

Again performed(const Scene& s, const QueryPerformed& e) {
  auto wrong = wrongly_shown(s, e.disclosed, e.grounds.case_number.value_or(""));
  // What the rules say against the query itself comes first.
  Again again =
      decided(decide(s.state, e.by, PerformQuery{e.elements, e.grounds},
                     Found{wrong ? std::vector<Sequence>() : e.disclosed, e.more}, s.moment));
  // Elements that nobody could have searched by are no question that was answered.
  if (again.decisions.front().error) return again.about("I12-C2B-4");
  return wrong && !again.decisions.front().refusal ? *wrong : again;
}

Again refused(const Scene& s, const QueryRefused& e) {
  Again again =
      decided(decide(s.state, e.by, PerformQuery{e.elements, e.grounds}, Found{}, s.moment));
  again.refusal = true;
  return again;
}

Again page(const Scene& s, const QueryPageDisclosed& e) {
  const auto query = find_query(s.state.rows, e.query);
  if (!query) return undecidable(query.error().detail);
  if (*query) {
    if (auto wrong = wrongly_shown(s, e.disclosed, (*query)->case_number)) return *wrong;
  }
  const Found found{e.disclosed.size() > kResultsMax ? std::vector<Sequence>() : e.disclosed,
                    e.more};
  return decided(decide(s.state, e.by, DisclosePage{e.query, e.after}, found, s.moment));
}

Again image(const Scene& s, const ImageDisclosed& e) {
  ReadsIndex reads;
  see_reads(s.past, {e.read}, reads);
  const DiscloseImage command{e.read, e.query, e.hit};
  const auto row = e.hit ? find_hit(s.state.rows, *e.hit) : std::optional<HitRow>();
  const auto hit = e.hit ? s.past.at(*e.hit) : std::nullopt;
  if (!e.hit || (row && *row) || !hit || hit->kind != HitRaised::kKind.number)
    return decided(decide(state_with(s.state, reads), e.by, command, s.moment));
  // Which read the hit was of is erased.
  HitRow of_this_read{*e.hit, hit->time, {}};
  of_this_read.raised.read = e.read;
  OverlaidRows rows(s.state.rows);
  rows.put(table::kHits, seq_key(*e.hit), to_json_text(of_this_read));
  const State state{rows, reads, s.state.plates, s.state.holds_on};
  return decided(decide(state, e.by, command, s.moment))
      .unless_seen("whose hit is erased, and with it of which read it was");
}

Again review_raised(const Scene&, const ReviewRaised&) {
  return stray("I12-C3-3", "a review is raised by the query that stands out");
}

Again review_disclosed(const Scene& s, const ReviewDisclosed& e) {
  return decided(decide(s.state, e.by, DiscloseReview{e.review}, s.moment));
}

Again review_decided(const Scene& s, const ReviewDecided& e) {
  return decided(decide(s.state, e.by, DecideReview{e.review, e.finding, e.reason}, s.moment));
}

Again place(const Scene& s, const PlaceFlagged& e) {
  return decided(
      decide(s.state, e.by, FlagPlace{e.name, e.circle, e.from, e.until, e.reason}, s.moment));
}

Again member_plate(const Scene& s, const MemberPlateNamed& e) {
  return decided(decide(s.state, e.by, NameMemberPlate{e.username, e.plate}, s.moment));
}

}  // namespace

std::span<const Judge> query_judges() {
  static const std::array all{
      judging<QueryPerformed, performed>("I12-C2B-7"),
      judging<QueryRefused, refused>("I12-C2B-7"),
      judging<QueryPageDisclosed, page>("I12-C2B-7"),
      judging<ImageDisclosed, image>("I12-F-2"),
      judging<ReviewRaised, review_raised>("I12-C3-3"),
      judging<ReviewDisclosed, review_disclosed>("I12-F-2"),
      judging<ReviewDecided, review_decided>("I12-C3-3"),
      judging<PlaceFlagged, place>("I12-C3-6"),
      judging<MemberPlateNamed, member_plate>("I12-C3-5"),
  };
  return all;
}

}  // namespace alpr::policy
