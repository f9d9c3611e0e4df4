#include "tests/bench/figures.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace alpr::bench {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

double cpu_seconds() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace

Figure& Figures::at(std::string_view name) {
  for (Figure& figure : figures_) {
    if (figure.name == name) return figure;
  }
  figures_.push_back({std::string(name), 0, 0, 0, {}, {}});
  return figures_.back();
}

const Figure* Figures::find(std::string_view name) const {
  for (const Figure& figure : figures_) {
    if (figure.name == name) return &figure;
  }
  return nullptr;
}

void Figures::measure(std::string_view name, const std::function<std::uint64_t()>& work) {
  const auto start = Steady::now();
  const double cpu = cpu_seconds();
  const std::uint64_t count = work();
  const double used = cpu_seconds() - cpu;
  add(name, count, seconds_since(start));
  at(name).cpu_seconds += used;
}

void Figures::add(std::string_view name, std::uint64_t count, double seconds) {
  Figure& figure = at(name);
  figure.count += count;
  figure.seconds += seconds;
  figure.rates.push_back(static_cast<double>(count) / seconds);
}

void Figures::note(std::string_view name, std::string_view text) { at(name).note = text; }
void Figures::skip(std::string_view name, std::string_view why) {
  skipped_.emplace_back(name, why);
}
void Figures::value(std::string_view name, double value) { values_.emplace_back(name, value); }

double Figures::rate(std::string_view name) const {
  const Figure* figure = find(name);
  return figure == nullptr || figure->seconds == 0
             ? 0
             : static_cast<double>(figure->count) / figure->seconds;
}

double Figures::cpu_us(std::string_view name) const {
  const Figure* figure = find(name);
  return figure == nullptr || figure->count == 0
             ? 0
             : 1e6 * figure->cpu_seconds / static_cast<double>(figure->count);
}

double Figures::ratio(std::string_view a, std::string_view b) const {
  const Figure* over = find(a);
  const Figure* under = find(b);
  if (over == nullptr || under == nullptr) return 0;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(over->rates.size(), under->rates.size()); ++i) {
    ratios.push_back(over->rates[i] / under->rates[i]);
  }
  if (ratios.empty()) return 0;
  std::sort(ratios.begin(), ratios.end());
  return ratios[ratios.size() / 2];
}

std::string Figures::json() const {
  std::string out = "\"figures\":[";
  for (const Figure& figure : figures_) {
    if (out.back() != '[') out += ",";
    out += fmt::format(
        "\n  {{\"name\":\"{}\",\"per_second\":{:.1f},\"cpu_us_each\":{:.3f},\"count\":{},"
        "\"seconds\":{:.3f}",
        figure.name, rate(figure.name), cpu_us(figure.name), figure.count, figure.seconds);
    if (!figure.note.empty()) out += fmt::format(",\"note\":\"{}\"", figure.note);
    out += "}";
  }
  out += "],\n\"values\":{";
  for (const auto& [name, value] : values_) {
    if (out.back() != '{') out += ",";
    out += fmt::format("\n  \"{}\":{:.3f}", name, value);
  }
  out += "},\n\"skipped\":{";
  for (const auto& [name, why] : skipped_) {
    if (out.back() != '{') out += ",";
    out += fmt::format("\n  \"{}\":\"{}\"", name, why);
  }
  return out + "}";
}

std::uint64_t repeat(double seconds, const std::function<std::uint64_t()>& step) {
  const auto start = Steady::now();
  std::uint64_t count = 0;
  do {
    count += step();
  } while (seconds_since(start) < seconds);
  return count;
}

void give_up(const Error& error) {
  fmt::print(stderr, "compare: {}\n", error.detail);
  std::exit(3);
}

}  // namespace alpr::bench
