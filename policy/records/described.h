// What a described struct is made of: closed lists and the sorts of members. describe.h says more.
// Pure; any thread.
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

#include "ledger/chain/error.h"

namespace alpr::policy {

// Specialise with: static constexpr std::array texts{std::pair{E::kOne, "ONE"}, ...};  closed lists
// of the order.
template <typename E>
struct EnumTexts;

template <typename E>
concept DescribedEnum = std::is_enum_v<E> && requires {
  EnumTexts<E>::texts;
};

template <DescribedEnum E>
std::string_view to_text(E value) {
  for (const auto& [e, text] : EnumTexts<E>::texts)
    if (e == value) return text;
  ALPR_CHECK(false);
}

template <DescribedEnum E>
std::optional<E> enum_from_text(std::string_view text) {
  for (const auto& [e, name] : EnumTexts<E>::texts)
    if (name == text) return e;
  return std::nullopt;
}

template <DescribedEnum E>
std::string enum_choices() {
  std::string all;
  for (const auto& [e, name] : EnumTexts<E>::texts) {
    if (!all.empty()) all += ", ";
    all += name;
  }
  return all;
}

// A described value that records share and nobody changes, beside its text where that is at hand
// already. Reading a text gives none, and what has none is written anew.
template <typename T>
class Shared {
 public:
  Shared() : both_(empty()) {}
  // `text`: to_json_text(value), or empty.
  Shared(T value, std::string text = {})  // implicit: a member is filled as if it were a T
      : both_(std::make_shared<const Both>(Both{std::move(value), std::move(text)})) {}
  const T& operator*() const { return both_->value; }
  const T* operator->() const { return &both_->value; }
  const std::string& text() const { return both_->text; }

 private:
  struct Both {
    T value;
    std::string text;
  };
  static std::shared_ptr<const Both> empty() {
    static const auto one = std::make_shared<const Both>();
    return one;
  }
  std::shared_ptr<const Both> both_;
};

namespace detail {
struct Probe {
  template <typename F>
  void operator()(std::string_view, F&) {}
  template <typename F>
  void open(std::string_view, F&) {}
};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
// A list of a known length; a Digest is no list.
template <typename T>
struct IsFixedList : std::false_type {};
template <typename T, std::size_t N>
struct IsFixedList<std::array<T, N>> : std::bool_constant<!std::same_as<T, std::uint8_t>> {};
template <typename T>
struct IsShared : std::false_type {};
template <typename T>
struct IsShared<Shared<T>> : std::true_type {
  using Value = T;
};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
}  // namespace detail

template <typename T>
concept Described = requires(T& t, detail::Probe& p) {
  t.members(p);
};

}  // namespace alpr::policy
