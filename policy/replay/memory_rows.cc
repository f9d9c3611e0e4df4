#include "policy/replay/memory_rows.h"

#include "ledger/chain/encoding.h"

namespace alpr::policy {
namespace {

// Numbers sort by value; a text is led by its length, so that no key is the beginning of another
// of its table by accident.
std::string encode(const chain::RowKey& key) {
  std::string bytes;
  const auto put = [&](std::uint64_t number, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      bytes += static_cast<char>(number >> static_cast<unsigned>(shift));
  };
  for (const chain::RowKey::Part& part : key.parts()) {
    if (const auto* number = std::get_if<std::uint64_t>(&part)) {
      put(*number, 8);
    } else {
      const std::string& text = std::get<std::string>(part);
      put(text.size(), 4);
      bytes += text;
    }
  }
  return bytes;
}

// Most new rows are of the newest event and come last: no search for their place.
template <typename Rows, typename Row>
void set(Rows& rows, std::string key, Row row) {
  if (rows.empty() || rows.rbegin()->first < key)
    rows.emplace_hint(rows.end(), std::move(key), std::move(row));
  else
    rows.insert_or_assign(std::move(key), std::move(row));
}

}  // namespace

Result<std::optional<std::string>> MemoryRows::get(chain::Table table,
                                                   const chain::RowKey& key) const {
  const auto& rows = tables_[table];
  const auto found = rows.find(encode(key));
  if (found == rows.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second.as_text());
}

Result<void> MemoryRows::scan(chain::Table table, const chain::RowKey& prefix,
                              const std::function<bool(std::string_view value)>& visit) const {
  const std::string begin = encode(prefix);
  const auto& rows = tables_[table];
  for (auto row = rows.lower_bound(begin); row != rows.end(); ++row) {
    if (!row->first.starts_with(begin) || !visit(row->second.as_text())) break;
  }
  return {};
}

Result<void> MemoryRows::scan_from(chain::Table table, const chain::RowKey& from,
                                   const std::function<bool(std::string_view value)>& visit) const {
  const auto& rows = tables_[table];
  for (auto row = rows.lower_bound(encode(from)); row != rows.end(); ++row)
    if (!visit(row->second.as_text())) break;
  return {};
}

Result<void> MemoryRows::put(chain::Table table, const chain::RowKey& key, std::string_view value,
                             chain::RowScope) {
  set(tables_[table], encode(key), Row{std::string(value), {}, nullptr});
  return {};
}

const std::any* MemoryRows::kept(chain::Table table, const chain::RowKey& key) const {
  const auto& rows = tables_[table];
  const auto found = rows.find(encode(key));
  return found == rows.end() || found->second.to_text == nullptr ? nullptr : &found->second.value;
}

std::any* MemoryRows::change(chain::Table table, const chain::RowKey& key) {
  auto& rows = tables_[table];
  const auto found = rows.find(encode(key));
  return found == rows.end() || found->second.to_text == nullptr ? nullptr : &found->second.value;
}

void MemoryRows::keep(chain::Table table, const chain::RowKey& key, std::any row, ToText to_text) {
  set(tables_[table], encode(key), Row{{}, std::move(row), to_text});
}

Result<void> MemoryRows::erase(chain::Table table, const chain::RowKey& key) {
  tables_[table].erase(encode(key));
  return {};
}

void MemoryRows::save(StateWriter& out) const {
  for (const auto& rows : tables_)
    out.list(rows, [&](const auto& row) {
      out.text(row.first);
      out.text(row.second.as_text());
    });
}

void MemoryRows::load(StateReader& in) {
  for (auto& rows : tables_) {
    rows.clear();
    in.list([&] {
      const std::string_view key = in.text();
      rows.emplace_hint(rows.end(), key, Row{std::string(in.text()), {}, nullptr});
    });
  }
}

void OverlaidRows::put(chain::Table table, const chain::RowKey& key, std::string value) {
  rows_.insert_or_assign(static_cast<char>(table) + encode(key), std::move(value));
}

Result<std::optional<std::string>> OverlaidRows::get(chain::Table table,
                                                     const chain::RowKey& key) const {
  const auto found = rows_.find(static_cast<char>(table) + encode(key));
  if (found != rows_.end()) return std::optional<std::string>(found->second);
  return below_.get(table, key);
}

const std::any* OverlaidRows::kept(chain::Table table, const chain::RowKey& key) const {
  if (kept_below_ == nullptr || rows_.contains(static_cast<char>(table) + encode(key)))
    return nullptr;
  return kept_below_->kept(table, key);
}

Result<void> OverlaidRows::scan(chain::Table table, const chain::RowKey& prefix,
                                const std::function<bool(std::string_view value)>& visit) const {
  return below_.scan(table, prefix, visit);
}

Result<void> OverlaidRows::scan_from(
    chain::Table table, const chain::RowKey& from,
    const std::function<bool(std::string_view value)>& visit) const {
  return below_.scan_from(table, from, visit);
}

}  // namespace alpr::policy
