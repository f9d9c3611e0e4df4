// Registers in memory, for a replay: the rows that the folds write, gone with the process. One
// thread.
//
// Scopes are not kept: a replay sees no payload of a purged event, so it has no row to drop.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ledger/chain/registers.h"
#include "policy/registers/kept_rows.h"
#include "policy/replay/state_bytes.h"

namespace alpr::policy {

class MemoryRows : public chain::RegisterWriter, public chain::KeptRows {
 public:
  MemoryRows() = default;
  MemoryRows(const MemoryRows&) = delete;
  MemoryRows& operator=(const MemoryRows&) = delete;

  Result<std::optional<std::string>> get(chain::Table table,
                                         const chain::RowKey& key) const override;
  Result<void> scan(chain::Table table, const chain::RowKey& prefix,
                    const std::function<bool(std::string_view value)>& visit) const override;
  Result<void> scan_from(chain::Table table, const chain::RowKey& from,
                         const std::function<bool(std::string_view value)>& visit) const override;
  Result<void> put(chain::Table table, const chain::RowKey& key, std::string_view value,
                   chain::RowScope scope) override;
  Result<void> erase(chain::Table table, const chain::RowKey& key) override;
  const std::any* kept(chain::Table table, const chain::RowKey& key) const override;
  std::any* change(chain::Table table, const chain::RowKey& key) override;
  void keep(chain::Table table, const chain::RowKey& key, std::any row, ToText to_text) override;
  const KeptRows* kept_rows() const override { return this; }
  KeptRows* kept_rows_to_change() override { return this; }

  // All rows, and all of them back; the reader says whether they read.
  void save(StateWriter& out) const;
  void load(StateReader& in);

 private:
  // As text, or as a value and how it becomes one.
  struct Row {
    std::string text;
    std::any value;
    ToText to_text = nullptr;
    std::string as_text() const { return to_text == nullptr ? text : to_text(value); }
  };
  // By hash, which is nearly all that a replay asks; in order only for a table that is scanned,
  // from its first scan on.
  class Rows {
   public:
    using InOrder = std::map<std::string_view, const Row*>;
    const Row* find(const std::string& key) const;
    Row* find(const std::string& key);
    void set(const std::string& key, Row row);
    void erase(const std::string& key);
    void clear();
    const InOrder& in_order() const;

   private:
    std::unordered_map<std::string, Row> by_key_;
    mutable std::optional<InOrder> in_order_;  // of by_key_'s
  };
  const std::string& encode(const chain::RowKey& key) const;  // good until the next

  std::array<Rows, 256> tables_;
  mutable std::string encoded_;
};

// The rows of another with some of them replaced, for one decision: what the log does not say (a
// password's code, a device's private key) is put in the place of what only its owner knows.
// Refers to the rows below.
class OverlaidRows : public chain::RegisterReader, public chain::KeptRows {
 public:
  explicit OverlaidRows(const chain::RegisterReader& below)
      : below_(below), kept_below_(below.kept_rows()) {}
  void put(chain::Table table, const chain::RowKey& key, std::string value);

  Result<std::optional<std::string>> get(chain::Table table,
                                         const chain::RowKey& key) const override;
  // Both scans pass the replaced rows by: no rule that is decided over an overlay scans them.
  Result<void> scan(chain::Table table, const chain::RowKey& prefix,
                    const std::function<bool(std::string_view value)>& visit) const override;
  Result<void> scan_from(chain::Table table, const chain::RowKey& from,
                         const std::function<bool(std::string_view value)>& visit) const override;
  const std::any* kept(chain::Table table, const chain::RowKey& key) const override;
  // Nothing is written through an overlay.
  std::any* change(chain::Table, const chain::RowKey&) override { return nullptr; }
  void keep(chain::Table, const chain::RowKey&, std::any, ToText) override { ALPR_CHECK(false); }
  const KeptRows* kept_rows() const override { return this; }

 private:
  const chain::RegisterReader& below_;
  const KeptRows* kept_below_;
  std::map<std::string, std::string> rows_;
};

}  // namespace alpr::policy
