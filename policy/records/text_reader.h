// Reads a described struct straight from the text that to_json_text() made of it, several times
// faster than by way of values: every event that a register folds goes through here.
//
// It takes the members in their described order and nothing else, so a text that it takes is
// canonical and has no unknown or repeated member. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/chain/canonical_cursor.h"
#include "ledger/chain/types.h"
#include "policy/records/described.h"

namespace alpr::policy::detail {

template <typename F>
bool read_field(chain::CanonicalCursor& text, F& field);

struct TextMembers {
  chain::CanonicalCursor& text;
  bool ok = true;
  bool first = true;

  template <typename F>
  void operator()(std::string_view name, F& field) {
    if (!ok) return;
    if constexpr (IsOptional<F>::value) {
      field.reset();
      if (take(name)) ok = read_field(text, field.emplace());
    } else {
      ok = take(name) && read_field(text, field);
    }
  }
  template <typename F>
  void open(std::string_view name, F& field) {
    (*this)(name, field);
  }

 private:
  // Stays before a member of another name, which may be a later one of ours.
  bool take(std::string_view name) {
    chain::CanonicalCursor ahead = text;
    if (!first && !ahead.accept(',')) return false;
    if (!ahead.accept('"') || !ahead.accept(name) || !ahead.accept("\":")) return false;
    text = ahead;
    first = false;
    return true;
  }
};

template <typename F>
bool read_list(chain::CanonicalCursor& text, F& list) {
  list.clear();
  if (!text.accept('[')) return false;
  if (text.accept(']')) return true;
  do {
    typename F::value_type one{};
    if (!read_field(text, one)) return false;
    list.push_back(std::move(one));
  } while (text.accept(','));
  return text.accept(']');
}

template <typename F>
bool read_fixed_list(chain::CanonicalCursor& text, F& list) {
  if (!text.accept('[')) return false;
  for (std::size_t i = 0; i < list.size(); ++i)
    if ((i > 0 && !text.accept(',')) || !read_field(text, list[i])) return false;
  return text.accept(']');
}

template <typename F>
bool read_field(chain::CanonicalCursor& text, F& field) {
  if constexpr (std::same_as<F, bool>) {
    return text.boolean(field);
  } else if constexpr (std::same_as<F, std::int64_t>) {
    return text.integer(field);
  } else if constexpr (std::same_as<F, std::string>) {
    return text.string(field);
  } else if constexpr (std::same_as<F, Sequence>) {
    std::int64_t number = 0;
    if (!text.integer(number) || number < 0) return false;
    field.value = static_cast<std::uint64_t>(number);
    return true;
  } else if constexpr (std::same_as<F, TimeUs>) {
    return text.integer(field.value) && field.value >= 0;
  } else if constexpr (std::same_as<F, Digest>) {
    return text.digest(field);
  } else if constexpr (DescribedEnum<F>) {
    std::string name;
    if (!text.string(name)) return false;
    const std::optional<F> value = enum_from_text<F>(name);
    if (value) field = *value;
    return value.has_value();
  } else if constexpr (IsVector<F>::value) {
    return read_list(text, field);
  } else if constexpr (IsFixedList<F>::value) {
    return read_fixed_list(text, field);
  } else if constexpr (IsShared<F>::value) {
    typename IsShared<F>::Value value{};
    if (!read_field(text, value)) return false;
    field = F(std::move(value));
    return true;
  } else {
    static_assert(Described<F>);
    if (!text.accept('{')) return false;
    TextMembers members{text};
    field.members(members);
    return members.ok && text.accept('}');
  }
}

// Nothing where the text is of another form, right or wrong.
template <Described T>
std::optional<T> read_text(std::string_view text) {
  chain::CanonicalCursor cursor(text);
  std::optional<T> value(std::in_place);
  if (!read_field(cursor, *value) || !cursor.at_end()) value.reset();
  return value;
}

}  // namespace alpr::policy::detail
