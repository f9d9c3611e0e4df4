// What a fold of the events may read and write: rows of registers (projections). The store
// implements it; the domain uses it; neither knows the other.
//
// A row is (table, key) -> value. At rest the value is sealed, and the key is made of big-endian
// numbers and HMACs of texts, so no plate or name is ever a key in clear. A row belongs to a scope:
// permanent rows live under the permanent keyring; rows of one thirty-day event are sealed with
// that event's key, follow it into a hold, and are deleted when it is purged, by the store and
// without the domain's help (architecture invariant 9).
#pragma once

#include <any>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::chain {

using Table = std::uint8_t;  // the domain numbers its tables

// Parts of a row's key, in order. Numbers sort by value, texts do not sort in any useful way.
class RowKey {
 public:
  using Part = std::variant<std::uint64_t, std::string>;
  RowKey() = default;
  RowKey& number(std::uint64_t value) {
    parts_.emplace_back(value);
    return *this;
  }
  RowKey& text(std::string_view value) {
    parts_.emplace_back(std::string(value));
    return *this;
  }
  const std::vector<Part>& parts() const { return parts_; }

 private:
  std::vector<Part> parts_;
};

// Rows that a reader in memory keeps as values, so that they are not taken for text and back each
// time. The text of one is made when it is asked for.
class KeptRows {
 public:
  using ToText = std::string (*)(const std::any& row);
  virtual ~KeptRows() = default;
  // Good until the next change; nullptr: none is kept.
  virtual const std::any* kept(Table table, const RowKey& key) const = 0;
  // The kept row itself, for a fold to change; nullptr: none is kept.
  virtual std::any* change(Table table, const RowKey& key) = 0;
  virtual void keep(Table table, const RowKey& key, std::any row, ToText to_text) = 0;
};

class RegisterReader {
 public:
  virtual ~RegisterReader() = default;
  // nullopt: no such row. kCorrupt: present but does not open.
  virtual Result<std::optional<std::string>> get(Table table, const RowKey& key) const = 0;
  // Visits the rows whose key begins with `prefix` (may be empty), in key order, until visit
  // returns false.
  virtual Result<void> scan(Table table, const RowKey& prefix,
                            const std::function<bool(std::string_view value)>& visit) const = 0;
  // The same of the table's rows from key `from` on, which need not be there. In order of value
  // where the keys are numbers; of no use where they are texts.
  virtual Result<void> scan_from(
      Table table, const RowKey& from,
      const std::function<bool(std::string_view value)>& visit) const = 0;
  // nullptr: it keeps none, as one that reads from a disk.
  virtual const KeptRows* kept_rows() const { return nullptr; }
};

// Whose row it is: nullopt = permanent; a seq = the thirty-day event it is derived from.
using RowScope = std::optional<Sequence>;

class RegisterWriter : public RegisterReader {
 public:
  virtual Result<void> put(Table table, const RowKey& key, std::string_view value,
                           RowScope scope) = 0;
  virtual Result<void> erase(Table table, const RowKey& key) = 0;  // absent is fine
  virtual KeptRows* kept_rows_to_change() { return nullptr; }
};

// An event as a fold sees it. After a purge the payload of a purged thirty-day event is gone:
// have_payload is false.
struct EventView;
using Fold = std::function<Result<void>(const EventView& event, RegisterWriter& registers)>;

}  // namespace alpr::chain
