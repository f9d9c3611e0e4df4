// An event as a report sees it: its header, and of its members those that are open, or all of them
// where the keys are there. Nothing of a thirty-day payload is ever looked at, so a report says the
// same before and after a purge. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "ledger/chain/header.h"
#include "ledger/chain/payload.h"
#include "policy/records/describe.h"

namespace alpr::figures {

struct SeenEvent {
  const chain::Header& header;
  std::span<const chain::Member> members = {};
  bool whole = false;  // the sealed members are among them
};

namespace detail {
// Reads what is open, or everything, and leaves the rest of the record as it is.
struct PartReader {
  policy::detail::ObjectReader reader;
  bool whole;
  template <typename F>
  void operator()(std::string_view name, F& field) {
    if (whole) reader(name, field);
  }
  template <typename F>
  void open(std::string_view name, F& field) {
    reader.open(name, field);
  }
};

// The same straight from the members' texts, without those that are not asked for. Not ok:
// one is missing, there twice or of another form, right or wrong.
struct TextPartReader {
  std::span<const chain::Member> members;
  bool whole;
  bool ok = true;
  template <typename F>
  void operator()(std::string_view name, F& field) {
    if (whole) open(name, field);
  }
  template <typename F>
  void open(std::string_view name, F& field) {
    const chain::Member* found = nullptr;
    for (const chain::Member& member : members) {
      if (member.name != name) continue;
      ok = ok && found == nullptr;
      found = &member;
    }
    if constexpr (policy::detail::IsOptional<F>::value) {
      field.reset();
      if (found != nullptr) read(*found, field.emplace());
    } else if (found != nullptr) {
      read(*found, field);
    } else {
      ok = false;
    }
  }

 private:
  template <typename F>
  void read(const chain::Member& member, F& field) {
    chain::CanonicalCursor text(member.value);
    ok = ok && policy::detail::read_field(text, field) && text.at_end();
  }
};

template <policy::Described T>
Result<T> read_part(const SeenEvent& event, bool whole) {
  T quick{};
  TextPartReader text{event.members, whole};
  quick.members(text);
  if (text.ok) return quick;
  chain::Json::Object object;
  for (const chain::Member& member : event.members) {
    auto value = chain::parse_canonical(member.value);
    if (!value) return tl::unexpected(value.error());
    object.emplace_back(member.name, std::move(*value));
  }
  const std::string where = "event " + std::to_string(event.header.seq.value);
  T record{};
  PartReader part{{object, where, {}, std::nullopt}, whole};
  record.members(part);
  if (part.reader.error) return tl::unexpected(*part.reader.error);
  return record;
}
}  // namespace detail

// The record with its open members; the sealed ones stay empty. kMalformed.
template <policy::Record R>
Result<R> open_part(const SeenEvent& event) {
  return detail::read_part<R>(event, R::kKind.retention == chain::Retention::kOpen);
}

// The same of one of the ledger's own open kinds, of which the struct names all members.
template <policy::Described T>
Result<T> open_event(const SeenEvent& event) {
  return detail::read_part<T>(event, true);
}

// Of a record that is named by `T` in part: these members, sealed ones too; nullopt where those are
// not open. kMalformed.
template <policy::Described T>
Result<std::optional<T>> sealed_part(const SeenEvent& event) {
  if (!event.whole) return std::nullopt;
  auto part = detail::read_part<T>(event, true);
  if (!part) return tl::unexpected(part.error());
  return std::optional<T>(std::move(*part));
}

// The whole record; nullopt where its sealed members are not open. kMalformed.
template <policy::Record R>
Result<std::optional<R>> whole(const SeenEvent& event) {
  if (!event.whole) return std::nullopt;
  auto record = detail::read_part<R>(event, true);
  if (!record) return tl::unexpected(record.error());
  return std::optional<R>(std::move(*record));
}

template <policy::Record R>
bool is(const SeenEvent& event) {
  return event.header.kind == R::kKind.number;
}

}  // namespace alpr::figures
