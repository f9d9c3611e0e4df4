// What the verifier's tests share: verify what a maker made, and look for a finding.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

#include "tests/ledger/verify/store_maker.h"

namespace alpr::verify::testing {

inline Report verify_at(const std::filesystem::path& store, const Options& options = {}) {
  auto report = verify_store_here(store, test_kinds(), options);
  if (!report) {
    ADD_FAILURE() << report.error().detail;
    return {};
  }
  return *report;
}

inline Report verify_made(StoreMaker& maker, const Options& options = {}) {
  const TestFolder folder;
  maker.write(folder.path());
  return verify_at(folder.path(), options);
}

inline Options with_keys(const StoreMaker& maker) {
  Options options;
  auto keys = Keys::parse(maker.keys_json());
  if (!keys) ADD_FAILURE() << keys.error().detail;
  if (keys) options.keys = std::move(*keys);
  return options;
}

inline ::testing::AssertionResult has(const Report& report, std::optional<std::uint64_t> seq,
                                      std::string_view rule, std::string_view what) {
  for (const LevelReport& level : report.levels) {
    for (const Finding& f : level.findings) {
      if (f.seq == seq && f.rule == rule && f.what.find(what) != std::string::npos) {
        return ::testing::AssertionSuccess();
      }
    }
  }
  return ::testing::AssertionFailure() << "no such finding in\n" << to_text(report);
}

inline ::testing::AssertionResult holds(const Report& report) {
  if (report.holds()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << to_text(report);
}

// The only finding there is.
inline ::testing::AssertionResult has_only(const Report& report, std::optional<std::uint64_t> seq,
                                           std::string_view rule, std::string_view what) {
  std::uint64_t count = 0;
  for (const LevelReport& level : report.levels) count += level.findings_count;
  if (count != 1) return ::testing::AssertionFailure() << count << " findings\n" << to_text(report);
  return has(report, seq, rule, what);
}

// What level chain reports, but for the time it took.
inline std::string said(const std::filesystem::path& store, unsigned threads,
                        std::uint64_t renew_every) {
  Options options;
  options.level = Level::kChain;
  options.threads = threads;
  options.renew_every = renew_every;
  Report report = verify_at(store, options);
  report.took_us = 0;
  return to_text(report);
}

}  // namespace alpr::verify::testing
