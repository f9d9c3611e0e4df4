// What others asked for and what became of it (I12-I-9), and the documents they asked with. Folds
// from permanent events alone.
#pragma once

#include "ledger/chain/event.h"
#include "policy/records/sharing.h"
#include "policy/registers/rows.h"

namespace alpr::policy {

enum class SharingState { kPending, kHonored, kDenied, kWithdrawn, kReleased };
template <>
struct EnumTexts<SharingState> {
  static constexpr std::array texts{
      std::pair{SharingState::kPending, "PENDING"}, std::pair{SharingState::kHonored, "HONORED"},
      std::pair{SharingState::kDenied, "DENIED"}, std::pair{SharingState::kWithdrawn, "WITHDRAWN"},
      std::pair{SharingState::kReleased, "RELEASED"}};
};

struct SharingDecisionRow {
  Sequence decision;
  TimeUs at;
  ShareOutcome outcome{};
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m("decision", decision);
    m("at", at);
    m("outcome", outcome);
    m("reason", reason);
    m("by", by);
  }
};

struct SharingReleaseRow {
  Sequence release;
  TimeUs at;
  SharingReleased released;
  template <typename M>
  void members(M& m) {
    m("release", release);
    m("at", at);
    m("released", released);
  }
};

struct SharingRow {
  Sequence request;
  SharingState state{};
  TimeUs requested_at;
  SharingRequested asked;
  std::optional<SharingDecisionRow> decision;
  std::optional<Sequence> withdrawn;
  std::optional<SharingReleaseRow> release;
  template <typename M>
  void members(M& m) {
    m("request", request);
    m("state", state);
    m("requested_at", requested_at);
    m("asked", asked);
    m("decision", decision);
    m("withdrawn", withdrawn);
    m("release", release);
  }
};

struct DocumentRow {
  Sequence document;
  TimeUs filed_at;
  std::int64_t bytes = 0;
  Digest sha256{};
  std::string by;  // username
  template <typename M>
  void members(M& m) {
    m("document", document);
    m("filed_at", filed_at);
    m("bytes", bytes);
    m("sha256", sha256);
    m("by", by);
  }
};

// kCorrupt where a row does not read back; any snapshot on any thread.
Result<std::optional<SharingRow>> find_sharing(const chain::RegisterReader& rows, Sequence request);
// Those from event `from` on, oldest first.
Result<std::vector<SharingRow>> list_sharing(const chain::RegisterReader& rows, Sequence from,
                                             std::size_t limit);
Result<std::optional<DocumentRow>> find_document(const chain::RegisterReader& rows,
                                                 Sequence document);
Result<void> fold_sharing(const chain::EventView& event, chain::RegisterWriter& rows);

}  // namespace alpr::policy
