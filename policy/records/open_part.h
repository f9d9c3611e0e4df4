// Of a record the members that stand in clear, as a described struct: what the API shows to readers
// of the log, and what a verifier without keys has of an event. Templates, because the record's
// type is the point. Pure; any thread.
#pragma once

#include <string_view>

#include "policy/records/describe.h"

namespace alpr::policy {

namespace detail {
template <typename M>
struct OpenOnly {
  M& m;
  template <typename F>
  void operator()(std::string_view, F&) {}
  template <typename F>
  void open(std::string_view name, F& field) {
    m(name, field);
  }
};
}  // namespace detail

template <Record R>
struct OpenPart {
  R record;
  template <typename M>
  void members(M& m) {
    detail::OpenOnly<M> only{m};
    record.members(only);
  }
};

}  // namespace alpr::policy
