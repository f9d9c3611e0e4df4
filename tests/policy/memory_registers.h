// Registers in memory, with the scopes of the real ones: rules and folds are tested without a
// store. Copyable, so that a test can go on from one state in two ways.
#pragma once

#include <fmt/core.h>

#include <map>
#include <string>

#include "ledger/chain/encoding.h"
#include "ledger/chain/registers.h"

namespace alpr::policy::testing {

class MemoryRegisters : public chain::RegisterWriter {
 public:
  Result<std::optional<std::string>> get(chain::Table table,
                                         const chain::RowKey& key) const override {
    const auto found = rows_.find(encode(table, key));
    if (found == rows_.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second.value);
  }

  Result<void> scan(chain::Table table, const chain::RowKey& prefix,
                    const std::function<bool(std::string_view value)>& visit) const override {
    const std::string begin = encode(table, prefix);
    for (auto row = rows_.lower_bound(begin); row != rows_.end(); ++row) {
      if (row->first.compare(0, begin.size(), begin) != 0) break;
      if (!visit(row->second.value)) break;
    }
    return {};
  }

  Result<void> scan_from(chain::Table table, const chain::RowKey& from,
                         const std::function<bool(std::string_view value)>& visit) const override {
    for (auto row = rows_.lower_bound(encode(table, from)); row != rows_.end(); ++row) {
      if (static_cast<chain::Table>(row->first[0]) != table) break;
      if (!visit(row->second.value)) break;
    }
    return {};
  }

  Result<void> put(chain::Table table, const chain::RowKey& key, std::string_view value,
                   chain::RowScope scope) override {
    rows_[encode(table, key)] = {std::string(value), scope};
    return {};
  }

  Result<void> erase(chain::Table table, const chain::RowKey& key) override {
    rows_.erase(encode(table, key));
    return {};
  }

  // What the store does when it purges a thirty-day event.
  void drop_scope(Sequence event) {
    std::erase_if(rows_, [&](const auto& row) { return row.second.scope == event; });
  }

  // One line per row in key order: the canonical text by which two registers are compared.
  std::string dump() const {
    std::string all;
    for (const auto& [key, row] : rows_) {
      all += fmt::format("{} {} {}\n", chain::hex(as_bytes(key)),
                         row.scope ? fmt::format("scope {}", row.scope->value) : "permanent",
                         row.value);
    }
    return all;
  }

 private:
  struct Row {
    std::string value;
    chain::RowScope scope;
  };

  static std::string encode(chain::Table table, const chain::RowKey& key) {
    Bytes bytes{table};
    for (const chain::RowKey::Part& part : key.parts()) {
      if (const auto* number = std::get_if<std::uint64_t>(&part)) {
        chain::put_be64(bytes, *number);
      } else {
        const std::string& text = std::get<std::string>(part);
        chain::put_be32(bytes, static_cast<std::uint32_t>(text.size()));
        bytes.insert(bytes.end(), text.begin(), text.end());
      }
    }
    return std::string(as_text(bytes));
  }

  std::map<std::string, Row> rows_;
};

}  // namespace alpr::policy::testing
