// What a run measured: per name the count of things done, the wall time and this process's
// processor time, added up over the rounds of a run. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::bench {

struct Figure {
  std::string name;
  std::uint64_t count = 0;
  double seconds = 0;
  double cpu_seconds = 0;  // of this process, kernel included; 0 where another process did the work
  std::vector<double> rates;  // of each round, per second
  std::string note;
};

struct Options {
  std::string folder;  // on the disk that is to be measured
  double seconds = 2;  // per contender and round
  int rounds = 3;
  std::uint64_t events = 1'000'000;  // of the log that is verified and proved from
};

class Figures {
 public:
  // Adds a round. `work` returns how many things it did.
  void measure(std::string_view name, const std::function<std::uint64_t()>& work);
  // A round that somebody else timed.
  void add(std::string_view name, std::uint64_t count, double seconds);
  void note(std::string_view name, std::string_view text);
  void skip(std::string_view name, std::string_view why);
  // A number that is no rate (milliseconds, bytes).
  void value(std::string_view name, double value);

  double rate(std::string_view name) const;  // over all rounds; 0 when there is none
  double cpu_us(std::string_view name) const;
  // The median over the rounds of a's rate over b's, so that a busy minute spoils one round alone.
  double ratio(std::string_view a, std::string_view b) const;
  std::string json() const;

 private:
  Figure& at(std::string_view name);
  const Figure* find(std::string_view name) const;
  std::vector<Figure> figures_;
  std::vector<std::pair<std::string, double>> values_;
  std::vector<std::pair<std::string, std::string>> skipped_;
};

// Runs until `seconds` have passed; `step` returns how many things it did.
std::uint64_t repeat(double seconds, const std::function<std::uint64_t()>& step);

// Ends the program with code 3: what is measured must not fail.
[[noreturn]] void give_up(const Error& error);
template <typename T>
T take(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}
inline void take(Result<void> result) {
  if (!result) give_up(result.error());
}

// The contenders; each adds its rounds.
void measure_limits(Figures& figures, const Options& options);
void measure_ours(Figures& figures, const Options& options);  // appends
void measure_log(Figures& figures, const Options& options);   // verifying, proofs, opening
void measure_queries(Figures& figures, const Options& options);
void measure_purge(Figures& figures, const Options& options);
void measure_sqlite(Figures& figures, const Options& options);
void measure_postgres(Figures& figures, const Options& options);

}  // namespace alpr::bench
