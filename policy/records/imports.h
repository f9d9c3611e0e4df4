// Files that enrolled many people at once, or recorded many trainings. Each line of one is an event
// of its own besides, right behind this one.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class ImportedList { kPeople, kConfirmations, kTrainings };

struct ListImported {
  static constexpr KindSpec kKind{
      61, "list.imported", chain::Retention::kPermanent, chain::Form::kByMember,
      "a file of people or trainings was taken in; one event per line follows (I12-J-2, K-1)"};
  std::int64_t policy = 0;
  ImportedList list{};
  std::int64_t rows = 0;
  Digest file_sha256{};
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("list", list);
    m.open("rows", rows);
    m("file_sha256", file_sha256);
    m("by", by);
  }
};

template <>
struct EnumTexts<ImportedList> {
  static constexpr std::array texts{std::pair{ImportedList::kPeople, "PEOPLE"},
                                    std::pair{ImportedList::kConfirmations, "CONFIRMATIONS"},
                                    std::pair{ImportedList::kTrainings, "TRAININGS"}};
};

}  // namespace alpr::policy
