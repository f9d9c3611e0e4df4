#include "policy/rules/repeated_requests.h"

#include <fmt/core.h>

#include <algorithm>

#include "policy/registers/records_requests.h"
#include "policy/registers/sharing.h"
#include "policy/rules/parameters.h"

namespace alpr::policy {
namespace {

// More requests than a department has in its life; the pages keep the memory small.
constexpr std::size_t kPagesMax = 1'000;
constexpr std::size_t kPage = 100;

// Two spellings of one text: letters in one case, digits, and what is not ASCII as it is.
std::string spelling(const std::optional<std::string>& text) {
  std::string key;
  for (const char c : text.value_or("")) {
    if (c >= 'A' && c <= 'Z')
      key += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0)
      key += c;
  }
  return key;
}

bool same(const AskedOnce& asked, const SharingRequested& other) {
  if (asked.recipient != other.recipient) return false;
  if (asked.document_sha256 && asked.document_sha256 == other.document_sha256) return true;
  const std::string number = spelling(asked.case_number);
  return !number.empty() && number == spelling(other.grounds.case_number) &&
         (!asked.reads || *asked.reads == other.reads);
}

// The first row of the register that `is_it` says yes to. `list` gives a page from an event on,
// `number` a row's event.
template <typename List, typename Number, typename IsIt>
Result<std::optional<Sequence>> first_row(List list, Number number, IsIt is_it) {
  Sequence from;
  for (std::size_t page = 0; page < kPagesMax; ++page) {
    const auto rows = list(from, kPage);
    if (!rows) return tl::unexpected(rows.error());
    const auto found = std::find_if(rows->begin(), rows->end(), is_it);
    if (found != rows->end()) return std::optional(number(*found));
    if (rows->size() < kPage) break;
    from.value = number(rows->back()).value + 1;
  }
  return std::optional<Sequence>();
}

bool has_rule(const Moment& moment) {
  return in_force(moment.policy->parameters, AddedRule::kRepeatedRequests);
}

}  // namespace

Result<std::optional<Sequence>> open_request_like(const State& state, const AskedOnce& asked) {
  return first_row(
      [&](Sequence from, std::size_t limit) { return list_sharing(state.rows, from, limit); },
      [](const SharingRow& row) { return row.request; },
      [&](const SharingRow& row) {
        const bool open =
            row.state == SharingState::kPending || row.state == SharingState::kHonored;
        return open && same(asked, row.asked);
      });
}

Result<std::optional<Refusal>> refuse_repeated(const State& state, const AskedOnce& asked,
                                               const Moment& moment) {
  if (!has_rule(moment)) return std::optional<Refusal>();
  const auto first = open_request_like(state, asked);
  if (!first) return tl::unexpected(first.error());
  if (!*first) return std::optional<Refusal>();
  return std::optional(
      Refusal{{"I12-I-9"},
              std::string(kRequestRepeated),
              fmt::format("Request {} of this recipient came with the same document, or is for the "
                          "same case and reads, and is open: go on with it, or withdraw it first.",
                          (*first)->value)});
}

Result<std::optional<Refusal>> refuse_repeated(const State& state, const EnterRecordsRequest& asked,
                                               const Moment& moment) {
  if (!has_rule(moment)) return std::optional<Refusal>();
  const std::string requester = spelling(asked.requester);
  const std::string described = spelling(asked.described);
  const auto first = first_row(
      [&](Sequence from, std::size_t limit) {
        return list_records_requests(state.rows, from, limit);
      },
      [](const RecordsRequestRow& row) { return row.request; },
      [&](const RecordsRequestRow& row) {
        // What is asked for of both classes at once is entered once for each.
        return !row.closed_at && row.asked.received_on == asked.received_on.value_or("") &&
               to_text(row.asked.record_class) == asked.record_class &&
               spelling(row.asked.requester) == requester &&
               spelling(row.asked.described) == described;
      });
  if (!first) return tl::unexpected(first.error());
  if (!*first) return std::optional<Refusal>();
  return std::optional(
      Refusal{{"I12-H-1"},
              std::string(kRequestRepeated),
              fmt::format("Records request {} is of the same requester, day, class and "
                          "description, and is open: go on with it.",
                          (*first)->value)});
}

}  // namespace alpr::policy
