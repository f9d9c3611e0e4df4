// One description of a struct's members serves four uses: canonical JSON out, strict JSON in, the
// event registry, and the API's schema.
//
// A described struct has  template <class M> void members(M& m) { m("name", field); m.open("seq",
// other); } with the members in payload order. `open` marks a member that is stored in clear (only
// for events). A field is a bool, std::int64_t, std::string, Sequence, TimeUs (microseconds),
// Digest (hex), a described enum (EnumTexts), a described struct, a std::vector, std::array or
// std::optional (absent when empty) of these, or a Shared described struct. Pure; any thread.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/error.h"
#include "ledger/chain/event.h"
#include "ledger/chain/kinds.h"
#include "ledger/chain/types.h"
#include "policy/records/described.h"
#include "policy/records/text_reader.h"

namespace alpr::policy {

// ---- out ----

template <Described T>
chain::Json to_json(const T& value);

namespace detail {
template <typename F>
chain::Json field_to_json(const F& field) {
  if constexpr (std::same_as<F, bool> || std::same_as<F, std::int64_t> ||
                std::same_as<F, std::string>) {
    return chain::Json(field);
  } else if constexpr (std::same_as<F, Sequence>) {
    return chain::Json(static_cast<std::int64_t>(field.value));
  } else if constexpr (std::same_as<F, TimeUs>) {
    return chain::Json(field.value);
  } else if constexpr (std::same_as<F, Digest>) {
    return chain::Json(chain::hex(field));
  } else if constexpr (DescribedEnum<F>) {
    return chain::Json(std::string(to_text(field)));
  } else if constexpr (IsVector<F>::value || IsFixedList<F>::value) {
    chain::Json::Array all;
    all.reserve(field.size());
    for (const auto& one : field) all.push_back(field_to_json(one));
    return chain::Json(std::move(all));
  } else if constexpr (IsShared<F>::value) {
    return to_json(*field);
  } else {
    static_assert(Described<F>);
    return to_json(field);
  }
}

struct ObjectWriter {
  chain::Json::Object object;
  template <typename F>
  void operator()(std::string_view name, F& field) {
    if constexpr (IsOptional<F>::value) {
      if (field) object.emplace_back(std::string(name), field_to_json(*field));
    } else {
      object.emplace_back(std::string(name), field_to_json(field));
    }
  }
  template <typename F>
  void open(std::string_view name, F& field) {
    (*this)(name, field);
  }
};
}  // namespace detail

template <Described T>
chain::Json to_json(const T& value) {
  detail::ObjectWriter writer;
  const_cast<T&>(value).members(writer);  // members() only names the fields here
  return chain::Json(std::move(writer.object));
}

namespace detail {
// The bytes that write(field_to_json(field)) makes, without building the values in between: every
// event that is appended goes through here.
template <typename F>
void write_field(std::string& out, const F& field);
inline constexpr std::size_t kTextRoom = 256;  // bytes; most records need no more

struct TextWriter {
  std::string& out;
  bool first = true;
  template <typename F>
  void operator()(std::string_view name, const F& field) {
    if constexpr (IsOptional<F>::value) {
      if (field) member(name, *field);
    } else {
      member(name, field);
    }
  }
  template <typename F>
  void open(std::string_view name, const F& field) {
    (*this)(name, field);
  }

 private:
  template <typename F>
  void member(std::string_view name, const F& field) {
    if (!first) out += ',';
    first = false;
    out += '"';
    out += name;  // a name of ours: nothing in it needs an escape
    out += "\":";
    write_field(out, field);
  }
};

template <typename F>
void write_field(std::string& out, const F& field) {
  if constexpr (std::same_as<F, bool>) {
    out += field ? "true" : "false";
  } else if constexpr (std::same_as<F, std::int64_t>) {
    chain::write_integer(out, field);
  } else if constexpr (std::same_as<F, std::string>) {
    chain::write_string(out, field);
  } else if constexpr (std::same_as<F, Sequence>) {
    chain::write_integer(out, static_cast<std::int64_t>(field.value));
  } else if constexpr (std::same_as<F, TimeUs>) {
    chain::write_integer(out, field.value);
  } else if constexpr (std::same_as<F, Digest>) {
    out += '"';
    chain::write_hex(out, field);
    out += '"';
  } else if constexpr (DescribedEnum<F>) {
    chain::write_string(out, to_text(field));
  } else if constexpr (IsVector<F>::value || IsFixedList<F>::value) {
    out += '[';
    for (std::size_t i = 0; i < field.size(); ++i) {
      if (i > 0) out += ',';
      write_field(out, static_cast<const typename F::value_type&>(field[i]));
    }
    out += ']';
  } else if constexpr (IsShared<F>::value) {
    if (field.text().empty()) return write_field(out, *field);
    out.reserve(out.size() + field.text().size() + kTextRoom);  // and what follows it
    out += field.text();
  } else {
    static_assert(Described<F>);
    out += '{';
    TextWriter writer{out};
    const_cast<F&>(field).members(writer);  // members() only names the fields here
    out += '}';
  }
}
}  // namespace detail

template <Described T>
std::string to_json_text(const T& value) {
  std::string out;
  out.reserve(detail::kTextRoom);
  detail::write_field(out, value);
  return out;
}

// ---- in: every member known, present unless optional, of the right type. Order does not matter
// here: canonical bytes are held to by their commitment, request bodies have no order. ----

template <Described T>
Result<T> from_json(const chain::Json& json, const std::string& where = "");

namespace detail {
inline std::string join(const std::string& where, std::string_view name) {
  return where.empty() ? std::string(name) : where + "." + std::string(name);
}

template <typename F>
Result<F> field_from_json(const chain::Json& json, const std::string& where) {
  const auto wrong = [&](std::string_view expected) {
    return fail(ErrorCode::kMalformed, where + ": expected " + std::string(expected));
  };
  if constexpr (std::same_as<F, bool>) {
    if (const bool* v = json.boolean()) return *v;
    return wrong("true or false");
  } else if constexpr (std::same_as<F, std::int64_t>) {
    if (const std::int64_t* v = json.integer()) return *v;
    return wrong("an integer");
  } else if constexpr (std::same_as<F, std::string>) {
    if (const std::string* v = json.string()) return *v;
    return wrong("a string");
  } else if constexpr (std::same_as<F, Sequence>) {
    const std::int64_t* v = json.integer();
    if (v && *v >= 0) return Sequence{static_cast<std::uint64_t>(*v)};
    return wrong("an event's sequence number");
  } else if constexpr (std::same_as<F, TimeUs>) {
    const std::int64_t* v = json.integer();
    if (v && *v >= 0) return TimeUs{*v};
    return wrong("a time in microseconds since 1970");
  } else if constexpr (std::same_as<F, Digest>) {
    if (const std::string* v = json.string())
      if (auto digest = chain::parse_digest_hex(*v)) return *digest;
    return wrong("64 lower-case hexadecimal digits");
  } else if constexpr (DescribedEnum<F>) {
    if (const std::string* v = json.string())
      if (auto e = enum_from_text<F>(*v)) return *e;
    return wrong("one of " + enum_choices<F>());
  } else if constexpr (IsVector<F>::value) {
    const chain::Json::Array* array = json.array();
    if (!array) return wrong("a list");
    F all;
    all.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
      auto one = field_from_json<typename F::value_type>((*array)[i],
                                                         where + "[" + std::to_string(i) + "]");
      if (!one) return tl::unexpected(one.error());
      all.push_back(std::move(*one));
    }
    return all;
  } else if constexpr (IsFixedList<F>::value) {
    const chain::Json::Array* array = json.array();
    F all{};
    if (!array || array->size() != all.size())
      return wrong("a list of " + std::to_string(all.size()));
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto one = field_from_json<typename F::value_type>((*array)[i],
                                                         where + "[" + std::to_string(i) + "]");
      if (!one) return tl::unexpected(one.error());
      all[i] = std::move(*one);
    }
    return all;
  } else if constexpr (IsShared<F>::value) {
    auto value = from_json<typename IsShared<F>::Value>(json, where);
    if (!value) return tl::unexpected(value.error());
    return F(std::move(*value));
  } else {
    static_assert(Described<F>);
    return from_json<F>(json, where);
  }
}

struct ObjectReader {
  const chain::Json::Object& object;
  const std::string& where;
  std::vector<std::string_view> known;
  std::optional<Error> error;

  template <typename F>
  void operator()(std::string_view name, F& field) {
    known.push_back(name);
    if (error) return;
    const chain::Json* found = nullptr;
    for (const auto& [key, value] : object) {
      if (key != name) continue;
      if (found) error = Error{ErrorCode::kMalformed, join(where, name) + ": given twice"};
      found = &value;
    }
    if (error) return;
    if constexpr (IsOptional<F>::value) {
      if (!found) {
        field.reset();
        return;
      }
      read<typename F::value_type>(*found, name, field);
    } else {
      if (!found) {
        error = Error{ErrorCode::kMalformed, join(where, name) + ": missing"};
        return;
      }
      read<F>(*found, name, field);
    }
  }
  template <typename F>
  void open(std::string_view name, F& field) {
    (*this)(name, field);
  }

 private:
  template <typename F, typename Into>
  void read(const chain::Json& json, std::string_view name, Into& field) {
    auto value = field_from_json<F>(json, join(where, name));
    if (value)
      field = std::move(*value);
    else
      error = value.error();
  }
};
}  // namespace detail

template <Described T>
Result<T> from_json(const chain::Json& json, const std::string& where) {
  const chain::Json::Object* object = json.object();
  if (!object)
    return fail(ErrorCode::kMalformed, (where.empty() ? "body" : where) + ": expected an object");
  T value{};
  detail::ObjectReader reader{*object, where, {}, std::nullopt};
  value.members(reader);
  if (reader.error) return tl::unexpected(*reader.error);
  for (const auto& [key, unused] : *object) {
    bool known = false;
    for (std::string_view name : reader.known) known = known || name == key;
    if (!known) return fail(ErrorCode::kMalformed, detail::join(where, key) + ": unknown member");
  }
  return value;
}

template <Described T>
Result<T> from_json_text(std::string_view text) {
  // What to_json_text() made, nearly always; the way over values names what is wrong with the rest.
  if (std::optional<T> value = detail::read_text<T>(text)) return std::move(*value);
  auto json = chain::parse_canonical(text);
  if (!json) return tl::unexpected(json.error());
  return from_json<T>(*json);
}

// ---- events: a described struct with  static constexpr KindSpec kKind{...}. ----

struct KindSpec {
  std::uint16_t number;
  std::string_view name;
  chain::Retention retention;
  chain::Form form;
  std::string_view why;
  std::string_view image = {};  // the member of type ImagePlace, where there is one
};

template <typename T>
concept Record = Described<T> && requires {
  { T::kKind } -> std::convertible_to<KindSpec>;
};

namespace detail {
struct MemberCounter {
  std::size_t members = 0;
  template <typename F>
  void operator()(std::string_view, F&) {
    ++members;
  }
  template <typename F>
  void open(std::string_view, F&) {
    ++members;
  }
};
struct DraftWriter {
  chain::Members members;
  bool all_open;
  template <typename F>
  void operator()(std::string_view name, F& field) {
    add(name, field, all_open);
  }
  template <typename F>
  void open(std::string_view name, F& field) {
    add(name, field, true);
  }

 private:
  template <typename F>
  void add(std::string_view name, F& field,
           bool is_open) {  // a private visitor's flag, not an interface
    std::string text;
    if constexpr (IsOptional<F>::value) {
      if (!field) return;
      write_field(text, *field);
    } else {
      write_field(text, static_cast<const F&>(field));
    }
    members.push_back({std::string(name), std::move(text), is_open});
  }
};
struct KindLister {
  chain::Kind& kind;
  bool all_open;
  template <typename F>
  void operator()(std::string_view name, F&) {
    kind.members.push_back(name);
    if (all_open) kind.open.push_back(name);
  }
  template <typename F>
  void open(std::string_view name, F&) {
    kind.members.push_back(name);
    kind.open.push_back(name);
  }
};
}  // namespace detail

// The draft keeps the record, so that from_event() need not read its text again.
template <Record R>
chain::Draft to_draft(R record) {
  const auto kept = std::make_shared<const R>(std::move(record));
  chain::Draft draft;
  draft.kind = R::kKind.number;
  draft.from = {&R::kKind, kept};
  if constexpr (R::kKind.form == chain::Form::kWhole) {
    draft.json = to_json_text(*kept);
  } else {
    R& named = const_cast<R&>(*kept);  // members() only names the fields here
    detail::MemberCounter counter;
    named.members(counter);
    detail::DraftWriter writer{{}, R::kKind.retention == chain::Retention::kOpen};
    writer.members.reserve(counter.members);
    named.members(writer);
    draft.members = std::move(writer.members);
  }
  return draft;
}

// The record that the event was written from in this process, without a copy; null where its text
// must be read. Lives as long as the event.
template <Record R>
const R* written_record(const chain::EventView& event) {
  return event.from.type == &R::kKind ? static_cast<const R*>(event.from.value.get()) : nullptr;
}

// kGone when the payload was purged, kMalformed when the event is of another kind or does not
// parse.
template <Record R>
Result<R> from_event(const chain::EventView& event) {
  if (event.header.kind != R::kKind.number)
    return fail(ErrorCode::kMalformed, "event is not a " + std::string(R::kKind.name));
  if (!event.have_payload) return fail(ErrorCode::kGone, "payload of this event is purged");
  if (const R* record = written_record<R>(event)) return *record;
  return from_json_text<R>(event.json);
}

template <Record R>
chain::Kind kind_of() {
  chain::Kind kind{R::kKind.number, R::kKind.name, R::kKind.retention, R::kKind.form, {}, {},
                   R::kKind.why,    R::kKind.image};
  R record{};
  detail::KindLister lister{kind, R::kKind.retention == chain::Retention::kOpen};
  record.members(lister);
  return kind;
}

}  // namespace alpr::policy
