#include "api/toml.h"

#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <vector>

#include "ledger/chain/types.h"

namespace alpr::api {

namespace {

using chain::Json;

Error wrong(const toml::node& node, std::string_view problem) {
  return {ErrorCode::kMalformed, fmt::format("line {}: {}", node.source().begin.line, problem)};
}

Result<Json> value_of(const toml::node& node);

Result<Json> object_of(const toml::table& table) {
  // toml++ keeps a table by name; whoever reads the record wants the writer's order.
  std::vector<std::pair<std::string, const toml::node*>> members;
  for (const auto& [key, node] : table) members.emplace_back(std::string(key.str()), &node);
  std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    const auto at = [](const toml::node* node) { return node->source().begin; };
    return std::pair(at(a.second).line, at(a.second).column) <
           std::pair(at(b.second).line, at(b.second).column);
  });
  Json::Object object;
  for (const auto& [name, node] : members) {
    auto value = value_of(*node);
    if (!value) return value;
    object.emplace_back(name, std::move(*value));
  }
  return Json(std::move(object));
}

Result<Json> list_of(const toml::array& array) {
  Json::Array list;
  for (const toml::node& node : array) {
    auto value = value_of(node);
    if (!value) return value;
    list.push_back(std::move(*value));
  }
  return Json(std::move(list));
}

Result<Json> moment_of(const toml::node& node) {
  const auto at = *node.value<toml::date_time>();
  if (!at.offset) return tl::unexpected(wrong(node, "a time needs its offset, such as Z"));
  const auto day =
      std::chrono::sys_days{std::chrono::year{at.date.year} / std::chrono::month{at.date.month} /
                            std::chrono::day{at.date.day}};
  const std::int64_t seconds = std::chrono::seconds(day.time_since_epoch()).count() +
                               at.time.hour * 3'600 + at.time.minute * 60 + at.time.second -
                               std::int64_t{at.offset->minutes} * 60;
  return Json(seconds * kSecondUs + at.time.nanosecond / 1'000);
}

Result<Json> value_of(const toml::node& node) {
  if (const auto* table = node.as_table()) return object_of(*table);
  if (const auto* array = node.as_array()) return list_of(*array);
  if (node.is_date_time()) return moment_of(node);
  if (const auto text = node.value_exact<std::string>()) return Json(*text);
  if (const auto flag = node.value_exact<bool>()) return Json(*flag);
  const auto number = node.value_exact<std::int64_t>();
  if (number && *number >= -chain::kIntegerMax && *number <= chain::kIntegerMax)
    return Json(*number);
  return tl::unexpected(
      wrong(node,
            "expected text, true, false, a whole number, a time with its offset, a list or a "
            "table"));
}

toml::table table_of(const Json::Object& object);

toml::array array_of(const Json::Array& list) {
  toml::array array;
  for (const Json& value : list) {
    if (value.object()) array.push_back(table_of(*value.object()));
    if (value.array()) array.push_back(array_of(*value.array()));
    if (value.string()) array.push_back(*value.string());
    if (value.integer()) array.push_back(*value.integer());
    if (value.boolean()) array.push_back(*value.boolean());
  }
  return array;
}

toml::table table_of(const Json::Object& object) {
  toml::table table;
  for (const auto& [name, value] : object) {
    if (value.object()) table.insert(name, table_of(*value.object()));
    if (value.array()) table.insert(name, array_of(*value.array()));
    if (value.string()) table.insert(name, *value.string());
    if (value.integer()) table.insert(name, *value.integer());
    if (value.boolean()) table.insert(name, *value.boolean());
  }
  return table;
}

}  // namespace

Result<Json> parse_toml(std::string_view text) {
  try {
    return object_of(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kMalformed,
                fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
}

std::string write_toml(const Json& value) {
  ALPR_CHECK(value.object());
  std::ostringstream out;
  out << table_of(*value.object()) << '\n';
  return out.str();
}

}  // namespace alpr::api
