// Proves that an #include along an edge that docs/dependencies.json does not have is found, as are
// cycles. A small made-up house of three rooms is checked with good and with bad includes.
#include "tests/tidy/dependencies.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace alpr::tidy {
namespace {

constexpr std::string_view kHouse = R"({
  "rooms": {
    "cellar": {"what": "w", "may_use": [], "libraries": ["sodium.h"], "without": ["fstream"]},
    "kitchen": {"what": "w", "may_use": ["cellar"], "libraries": ["boost/json", "posix"]},
    "kitchen/oven": {"what": "w", "may_use": [], "libraries": []},
    "kitchen/main.cc": {"what": "w", "may_use": ["kitchen", "kitchen/oven"], "libraries": ["CLI/"]},
    "tests": {"what": "w", "may_use": ["*"], "libraries": ["CLI/"]}
  },
  "libraries_only_in": {"CLI/": ["kitchen/main.cc"]}
})";

Findings check(const std::string& path, const std::string& include) {
  const Dependencies house = parse_dependencies(kHouse);
  return check_includes(
      {path, "// c\n#include " + include + "\n"}, house,
      [](const std::string& p) { return p.find("missing") == std::string::npos; });
}

TEST(Dependencies, AnEdgeThatIsListedPasses) {
  EXPECT_TRUE(check("kitchen/a.cc", "\"cellar/b.h\"").empty());
  EXPECT_TRUE(check("kitchen/a.cc", "\"kitchen/b.h\"").empty());
  EXPECT_TRUE(check("kitchen/main.cc", "\"kitchen/oven/b.h\"").empty());
  EXPECT_TRUE(check("tests/a.cc", "\"kitchen/oven/b.h\"").empty());
}

TEST(Dependencies, AnEdgeThatIsNotListedIsFound) {
  EXPECT_EQ(check("cellar/a.cc", "\"kitchen/b.h\"").size(), 1U);
  EXPECT_EQ(check("kitchen/a.cc", "\"kitchen/oven/b.h\"").size(), 1U);
  EXPECT_EQ(check("kitchen/oven/a.cc", "\"kitchen/b.h\"").size(), 1U);
  EXPECT_EQ(check("kitchen/a.cc", "\"tests/b.h\"").size(), 1U);
  EXPECT_EQ(check("kitchen/a.cc", "  # include   \"nowhere/b.h\"").size(), 0U)
      << "no include line at all";
  EXPECT_EQ(check("kitchen/a.cc", "\"nowhere/b.h\"").size(), 1U);
}

TEST(Dependencies, AFileOutsideEveryRoomIsFound) {
  EXPECT_EQ(check("util/a.cc", "<string>").size(), 1U);
  EXPECT_EQ(check("cellars/a.cc", "<string>").size(), 1U);
}

TEST(Dependencies, IncludesAreWrittenFromTheRoot) {
  EXPECT_EQ(check("kitchen/a.cc", "\"kitchen/missing.h\"").size(), 1U);
}

TEST(Dependencies, LibrariesAreAllowedByRoom) {
  EXPECT_TRUE(check("cellar/a.cc", "<sodium.h>").empty());
  EXPECT_TRUE(check("cellar/a.cc", "<vector>").empty());
  EXPECT_TRUE(check("kitchen/a.cc", "<sys/stat.h>").empty());
  EXPECT_EQ(check("cellar/a.cc", "<sys/stat.h>").size(), 1U);
  EXPECT_EQ(check("cellar/a.cc", "<boost/json.hpp>").size(), 1U);
  EXPECT_EQ(check("cellar/a.cc", "<fstream>").size(), 1U);
  EXPECT_EQ(check("kitchen/a.cc", "<lmdb.h>").size(), 1U);
}

TEST(Dependencies, ALibraryCanBeKeptToOneFile) {
  EXPECT_TRUE(check("kitchen/main.cc", "<CLI/CLI.hpp>").empty());
  EXPECT_EQ(check("tests/a.cc", "<CLI/CLI.hpp>").size(), 1U);
}

TEST(Dependencies, ACycleIsFound) {
  const auto cycle = [](std::string_view json) { return find_cycle(parse_dependencies(json)); };
  EXPECT_TRUE(cycle(kHouse).empty());
  EXPECT_FALSE(cycle(R"({"rooms": {"a": {"may_use": ["b"]}, "b": {"may_use": ["c"]},)"
                     R"( "c": {"may_use": ["a"]}}})")
                   .empty());
  EXPECT_FALSE(cycle(R"({"rooms": {"a": {"may_use": ["a"]}}})").empty());
}

TEST(Dependencies, WhatIsNoSuchListIsRefused) {
  EXPECT_THROW(parse_dependencies("{"), std::runtime_error);
  EXPECT_THROW(parse_dependencies("[]"), std::runtime_error);
  EXPECT_THROW(parse_dependencies(R"({"rooms": {"a": {"uses": []}}})"), std::runtime_error);
  EXPECT_THROW(parse_dependencies(R"({"rooms": {"a": {"may_use": "b"}}})"), std::runtime_error);
  EXPECT_THROW(parse_dependencies(R"({"rooms": {"a": {"may_use": ["b"]}}})"), std::runtime_error);
  EXPECT_THROW(parse_dependencies(R"({"houses": {}})"), std::runtime_error);
}

TEST(Dependencies, APermissionThatNobodyUsesIsFound) {
  const Dependencies house = parse_dependencies(kHouse);
  const SourceFile user{"kitchen/a.cc", "#include \"cellar/b.h\"\n#include <unistd.h>\n"};
  const Findings findings = unused_permissions({user}, house);
  ASSERT_EQ(findings.size(), 1U) << describe(findings);
  EXPECT_EQ(findings[0].what, "kitchen -> boost/json");
}

}  // namespace
}  // namespace alpr::tidy
