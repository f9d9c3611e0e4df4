#include "policy/replay/past.h"

#include <algorithm>

namespace alpr::policy {

void Past::add(const chain::Header& header) {
  const bool goes_on =
      !what_.empty() && what_.back().kind == header.kind && what_.back().time == header.time;
  if (!goes_on) {
    first_.push_back(size_);
    what_.push_back({header.kind, header.time});
  }
  ++size_;
}

std::optional<Past::What> Past::at(Sequence event) const {
  if (event.value >= size_) return std::nullopt;
  const auto after = std::upper_bound(first_.begin(), first_.end(), event.value);
  return what_[static_cast<std::size_t>(after - first_.begin()) - 1];
}

void Past::place(Sequence hold, const HoldPlaced& placed) {
  holds_[hold.value] = {placed.case_number, placed.events};
  for (const Sequence event : placed.events) holds_of_[event.value].insert(hold.value);
}

void Past::release(Sequence hold) {
  const auto found = holds_.find(hold.value);
  if (found == holds_.end()) return;
  for (const Sequence event : found->second.events) {
    const auto of = holds_of_.find(event.value);
    if (of == holds_of_.end()) continue;
    of->second.erase(hold.value);
    if (of->second.empty()) holds_of_.erase(of);
  }
  holds_.erase(found);
}

std::vector<Sequence> Past::holds_on(Sequence event) const {
  std::vector<Sequence> all;
  const auto of = holds_of_.find(event.value);
  if (of == holds_of_.end()) return all;
  for (const std::uint64_t hold : of->second) all.push_back(Sequence{hold});
  return all;
}

bool Past::held_for(Sequence event, std::string_view case_number) const {
  const auto of = holds_of_.find(event.value);
  if (of == holds_of_.end()) return false;
  return std::any_of(of->second.begin(), of->second.end(), [&](std::uint64_t hold) {
    return holds_.at(hold).case_number == case_number;
  });
}

bool Past::may_show(Sequence event, std::uint16_t kind, std::string_view case_number,
                    TimeUs now) const {
  const auto what = at(event);
  if (!what || what->kind != kind) return false;
  return now < due_time(what->time) || held_for(event, case_number);
}

std::optional<Sequence> Past::request_of(Sequence release) const {
  const auto found = releases_.find(release.value);
  if (found == releases_.end()) return std::nullopt;
  return found->second;
}

void Past::note_people(Sequence event, std::span<const std::string> usernames) {
  for (const std::string& name : usernames) {
    const auto number = static_cast<std::uint32_t>(names_.size());
    const auto [known, is_new] = numbers_.try_emplace(name, number);
    if (is_new) names_.push_back(name);
    people_.emplace_back(event.value, known->second);
  }
}

std::vector<std::string> Past::people_of(Sequence event) const {
  std::vector<std::string> all;
  auto one = std::lower_bound(people_.begin(), people_.end(), std::pair(event.value, 0U));
  for (; one != people_.end() && one->first == event.value; ++one)
    all.push_back(names_[one->second]);
  return all;
}

void Past::save(StateWriter& out) const {
  out.number(size_);
  out.number(what_.size());
  std::uint64_t first = 0;
  TimeUs time;
  for (std::size_t i = 0; i < what_.size(); ++i) {
    out.number(first_[i] - first);
    out.number(what_[i].kind);
    // Times never go backwards, but a log that does not hold may say so.
    out.number(static_cast<std::uint64_t>(what_[i].time.value) -
               static_cast<std::uint64_t>(time.value));
    first = first_[i];
    time = what_[i].time;
  }
  out.list(holds_, [&](const auto& hold) {
    out.number(hold.first);
    out.text(hold.second.case_number);
    out.list(hold.second.events, [&](Sequence event) { out.number(event.value); });
  });
  out.list(releases_, [&](const auto& release) {
    out.number(release.first);
    out.number(release.second.value);
  });
  out.list(names_, [&](const std::string& name) { out.text(name); });
  std::uint64_t event = 0;
  out.list(people_, [&](const auto& person) {
    out.number(person.first - event);
    out.number(person.second);
    event = person.first;
  });
}

void Past::load(StateReader& in) {
  size_ = in.number();
  std::uint64_t first = 0;
  std::uint64_t time = 0;
  in.list([&] {
    first += in.number();
    const auto kind = static_cast<std::uint16_t>(in.number());
    time += in.number();
    first_.push_back(first);
    what_.push_back({kind, {static_cast<std::int64_t>(time)}});
  });
  in.list([&] {
    const Sequence hold = in.seq();
    HoldPlaced placed;
    placed.case_number = in.text();
    in.list([&] { placed.events.push_back(in.seq()); });
    place(hold, placed);
  });
  in.list([&] {
    const Sequence release = in.seq();
    note_release(release, in.seq());
  });
  in.list([&] {
    names_.emplace_back(in.text());
    numbers_.emplace(names_.back(), static_cast<std::uint32_t>(names_.size() - 1));
  });
  std::uint64_t event = 0;
  in.list([&] {
    event += in.number();
    const auto number = static_cast<std::uint32_t>(in.number());
    if (number >= names_.size()) return in.fail();
    people_.emplace_back(event, number);
  });
  if (!what_.empty() && first_.back() >= size_) in.fail();
}

}  // namespace alpr::policy
