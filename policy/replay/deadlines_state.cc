// What the deadlines remember, as bytes and back.
#include "policy/replay/deadlines.h"

namespace alpr::policy {
namespace {

// An enum's value by its text, so that a state says what it means.
template <DescribedEnum E>
E read_enum(StateReader& in) {
  const auto value = enum_from_text<E>(in.text());
  if (!value) in.fail();
  return value.value_or(E{});
}

}  // namespace

void Deadlines::save(StateWriter& out) const {
  out.maybe(began_, [&](TimeUs began) { out.time(began); });
  out.time(last_);
  out.time(resumed_);
  out.number(end_.value);
  out.list(versions_, [&](const Version& version) {
    out.time(version.effective);
    out.record(version.parameters);
  });
  out.list(lists_, [&](const auto& list) {
    out.text(to_text(list.first));
    out.number(list.second.event.value);
    out.time(list.second.at);
    out.number(list.second.told ? 1 : 0);
  });
  out.list(owed_, [&](const auto& owed) {
    out.number(owed.first);
    out.number(owed.second.step.value);
    out.time(owed.second.due);
  });
  out.list(first_step_, [&](const auto& step) {
    out.number(step.first);
    out.time(step.second);
  });
  out.list(counts_, [&](const auto& bucket) {
    const Counts& counts = bucket.second;
    out.number(bucket.first);
    for (const std::uint64_t seq : {counts.first.value, counts.last.value}) out.number(seq);
    for (const std::int64_t count : {counts.uploads, counts.reads, counts.hits})
      out.number(static_cast<std::uint64_t>(count));
  });
  out.list(years_, [&](const auto& year) {
    const Year& had = year.second;
    out.number(static_cast<std::uint64_t>(year.first));
    out.list(had.delivered, [&](ReportRecipient to) { out.text(to_text(to)); });
    out.maybe(had.extended_until, [&](TimeUs until) { out.time(until); });
    for (const bool done : {had.audited, had.checked, had.trainings}) out.number(done ? 1 : 0);
  });
}

void Deadlines::load(StateReader& in) {
  if (in.flag()) began_ = in.time();
  last_ = in.time();
  resumed_ = in.time();
  end_ = in.seq();
  in.list([&] {
    const TimeUs effective = in.time();
    versions_.push_back({effective, in.record<Parameters>()});
  });
  in.list([&] {
    List& list = lists_[read_enum<HotlistSource>(in)];
    list.event = in.seq();
    list.at = in.time();
    list.told = in.flag();
  });
  in.list([&] {
    Owed& owed = owed_[in.number()];
    owed.step = in.seq();
    owed.due = in.time();
  });
  in.list([&] {
    const std::uint64_t hit = in.number();
    first_step_[hit] = in.time();
  });
  in.list([&] {
    Counts& counts = counts_[in.number()];
    counts.first = in.seq();
    counts.last = in.seq();
    for (std::int64_t* count : {&counts.uploads, &counts.reads, &counts.hits})
      *count = static_cast<std::int64_t>(in.number());
  });
  in.list([&] {
    Year& had = years_[static_cast<std::int64_t>(in.number())];
    in.list([&] { had.delivered.insert(read_enum<ReportRecipient>(in)); });
    if (in.flag()) had.extended_until = in.time();
    for (bool* done : {&had.audited, &had.checked, &had.trainings}) *done = in.flag();
  });
}

}  // namespace alpr::policy
