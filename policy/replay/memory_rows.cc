#include "policy/replay/memory_rows.h"

#include <array>

namespace alpr::policy {
namespace {

// Numbers sort by value; a text is led by its length, so that no key is the beginning of another
// of its table by accident.
void add_key(std::string& bytes, const chain::RowKey& key) {
  const auto put = [&](std::uint64_t number, unsigned size) {
    std::array<char, 8> big_endian;
    for (unsigned i = 0; i < 8; ++i) big_endian[i] = static_cast<char>(number >> (56 - 8 * i));
    bytes.append(big_endian.data() + 8 - size, size);
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
}

std::string with_table(chain::Table table, const chain::RowKey& key) {
  std::string bytes(1, static_cast<char>(table));
  add_key(bytes, key);
  return bytes;
}

}  // namespace

const MemoryRows::Row* MemoryRows::Rows::find(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &found->second;
}

MemoryRows::Row* MemoryRows::Rows::find(const std::string& key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &found->second;
}

void MemoryRows::Rows::set(const std::string& key, Row row) {
  if (Row* known = find(key)) {
    *known = std::move(row);
    return;
  }
  const auto added = by_key_.emplace(key, std::move(row)).first;
  if (!in_order_) return;
  // Most new rows are of the newest event and come last: no search for their place.
  const std::string_view at = added->first;
  const bool last = in_order_->empty() || in_order_->rbegin()->first < at;
  in_order_->emplace_hint(last ? in_order_->end() : in_order_->lower_bound(at), at, &added->second);
}

void MemoryRows::Rows::erase(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  if (in_order_) in_order_->erase(found->first);
  by_key_.erase(found);
}

void MemoryRows::Rows::clear() {
  in_order_.reset();
  by_key_.clear();
}

const MemoryRows::Rows::InOrder& MemoryRows::Rows::in_order() const {
  if (!in_order_) {
    in_order_.emplace();
    for (const auto& [key, row] : by_key_) in_order_->emplace(key, &row);
  }
  return *in_order_;
}

const std::string& MemoryRows::encode(const chain::RowKey& key) const {
  encoded_.clear();
  add_key(encoded_, key);
  return encoded_;
}

Result<std::optional<std::string>> MemoryRows::get(chain::Table table,
                                                   const chain::RowKey& key) const {
  const Row* found = tables_[table].find(encode(key));
  if (found == nullptr) return std::optional<std::string>();
  return std::optional<std::string>(found->as_text());
}

Result<void> MemoryRows::scan(chain::Table table, const chain::RowKey& prefix,
                              const std::function<bool(std::string_view value)>& visit) const {
  const std::string begin(encode(prefix));  // what is visited may ask for another row
  const Rows::InOrder& rows = tables_[table].in_order();
  for (auto row = rows.lower_bound(begin); row != rows.end(); ++row) {
    if (!row->first.starts_with(begin) || !visit(row->second->as_text())) break;
  }
  return {};
}

Result<void> MemoryRows::scan_from(chain::Table table, const chain::RowKey& from,
                                   const std::function<bool(std::string_view value)>& visit) const {
  const Rows::InOrder& rows = tables_[table].in_order();
  for (auto row = rows.lower_bound(encode(from)); row != rows.end(); ++row)
    if (!visit(row->second->as_text())) break;
  return {};
}

Result<void> MemoryRows::put(chain::Table table, const chain::RowKey& key, std::string_view value,
                             chain::RowScope) {
  tables_[table].set(encode(key), Row{std::string(value), {}, nullptr});
  return {};
}

const std::any* MemoryRows::kept(chain::Table table, const chain::RowKey& key) const {
  const Row* found = tables_[table].find(encode(key));
  return found == nullptr || found->to_text == nullptr ? nullptr : &found->value;
}

std::any* MemoryRows::change(chain::Table table, const chain::RowKey& key) {
  Row* found = tables_[table].find(encode(key));
  return found == nullptr || found->to_text == nullptr ? nullptr : &found->value;
}

void MemoryRows::keep(chain::Table table, const chain::RowKey& key, std::any row, ToText to_text) {
  tables_[table].set(encode(key), Row{{}, std::move(row), to_text});
}

Result<void> MemoryRows::erase(chain::Table table, const chain::RowKey& key) {
  tables_[table].erase(encode(key));
  return {};
}

void MemoryRows::save(StateWriter& out) const {
  for (const Rows& rows : tables_)
    out.list(rows.in_order(), [&](const auto& row) {
      out.text(row.first);
      out.text(row.second->as_text());
    });
}

void MemoryRows::load(StateReader& in) {
  for (Rows& rows : tables_) {
    rows.clear();
    in.list([&] {
      const std::string key(in.text());
      rows.set(key, Row{std::string(in.text()), {}, nullptr});
    });
  }
}

void OverlaidRows::put(chain::Table table, const chain::RowKey& key, std::string value) {
  rows_.insert_or_assign(with_table(table, key), std::move(value));
}

Result<std::optional<std::string>> OverlaidRows::get(chain::Table table,
                                                     const chain::RowKey& key) const {
  const auto found = rows_.find(with_table(table, key));
  if (found != rows_.end()) return std::optional<std::string>(found->second);
  return below_.get(table, key);
}

const std::any* OverlaidRows::kept(chain::Table table, const chain::RowKey& key) const {
  if (kept_below_ == nullptr || rows_.contains(with_table(table, key))) return nullptr;
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
